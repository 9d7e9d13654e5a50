// Which events a legal hold keeps the bytes of, for statements that begin WITH them.
#pragma once

namespace store {

/// CTEs that end in held_events(source, event_id): of a held refund its own events and those of its
/// charge; of a held order those of all its refunds and charges.
inline constexpr const char* k_with_held_events = R"(
WITH held_refunds AS (
     SELECT source, refund_id
       FROM legal_holds WHERE released_at IS NULL AND refund_id IS NOT NULL
      UNION
     SELECT r.source, r.refund_id
       FROM legal_holds h JOIN refunds r ON r.order_id = h.order_id
      WHERE h.released_at IS NULL),
     held_charges AS (
     SELECT r.source, r.charge_id
       FROM held_refunds h JOIN refunds r ON r.source = h.source AND r.refund_id = h.refund_id
      WHERE r.charge_id IS NOT NULL
      UNION
     SELECT c.source, c.charge_id
       FROM legal_holds h JOIN charges c ON c.order_id = h.order_id
      WHERE h.released_at IS NULL),
     held_events AS (
     SELECT e.source, e.event_id
       FROM webhook_events e JOIN held_refunds h
         ON h.source = e.source AND h.refund_id = e.refund_id
      UNION
     SELECT e.source, e.event_id
       FROM webhook_events e JOIN held_charges h
         ON h.source = e.source AND h.charge_id = e.charge_id
      WHERE e.refund_id IS NULL
         OR NOT EXISTS (SELECT FROM refunds r
                         WHERE r.source = e.source AND r.refund_id = e.refund_id))
)";

}  // namespace store
