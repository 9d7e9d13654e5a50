#include "store/erase_customer.hpp"

#include "store/held_events.hpp"
#include "store/json_object.hpp"
#include "store/retention_log.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr int k_attempts_max = 5;

// Holds wait, so that none comes between the look and the erasure.
constexpr const char* k_lock = "LOCK TABLE legal_holds IN SHARE MODE";

constexpr const char* k_make_tables = R"(
CREATE TEMPORARY TABLE erased_orders (order_id text COLLATE "C", livemode boolean, is_held boolean)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_refunds (source text COLLATE "C", refund_id text COLLATE "C") ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_charges (source text COLLATE "C", charge_id text COLLATE "C") ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_events (source text COLLATE "C", event_id text COLLATE "C") ON COMMIT DROP)";

// An order that an earlier run for this address has erased is found again by what that run noted,
// unless it has another customer by now. In one order, so that two runs do not lock each other out.
constexpr const char* k_find_orders = R"(
INSERT INTO erased_orders
SELECT o.order_id, o.livemode,
       EXISTS (SELECT FROM legal_holds h
                WHERE h.released_at IS NULL AND h.order_id = o.order_id)
       OR EXISTS (SELECT FROM refunds r
                    JOIN legal_holds h ON h.source = r.source AND h.refund_id = r.refund_id
                   WHERE h.released_at IS NULL AND r.order_id = o.order_id
                     AND r.livemode = o.livemode)
  FROM (SELECT order_id, livemode
          FROM orders
         WHERE lower(customer_email) = lower($1::text)
            OR (customer_email IS NULL AND (order_id, livemode) IN (
                SELECT erased ->> 0, (erased ->> 1)::boolean
                  FROM retention_log l,
                       jsonb_array_elements(l.details -> 'orderKeys') erased
                 WHERE l.action = 'erase' AND l.details ->> 'emailSha256' = $2::text))
         ORDER BY order_id, livemode
           FOR UPDATE) o)";

constexpr const char* k_take_held = R"(
DELETE FROM erased_orders WHERE is_held
RETURNING order_id || CASE WHEN livemode THEN '' ELSE ' (test)' END)";

constexpr const char* k_find_belongings = R"(
INSERT INTO erased_refunds
SELECT r.source, r.refund_id FROM refunds r NATURAL JOIN erased_orders;
INSERT INTO erased_charges
SELECT c.source, c.charge_id FROM charges c NATURAL JOIN erased_orders
 UNION
SELECT r.source, r.charge_id
  FROM refunds r NATURAL JOIN erased_refunds
 WHERE r.charge_id IS NOT NULL;
INSERT INTO erased_events
SELECT e.source, e.event_id FROM webhook_events e NATURAL JOIN erased_refunds
 UNION
SELECT e.source, e.event_id
  FROM webhook_events e NATURAL JOIN erased_charges
 WHERE e.refund_id IS NULL
    OR NOT EXISTS (SELECT FROM refunds r
                    WHERE r.source = e.source AND r.refund_id = e.refund_id))";

constexpr const char* k_count = R"(
SELECT (SELECT count(*) FROM erased_orders), (SELECT count(*) FROM erased_refunds),
       (SELECT count(*) FROM outbox_messages NATURAL JOIN erased_refunds
         WHERE audience = 'customer'),
       (SELECT count(*) FROM webhook_payloads NATURAL JOIN erased_events)
       + (SELECT count(*) FROM held_payloads NATURAL JOIN erased_events))";

// Lines of order files: what they named once need not be their charge's order any more. A cell is
// compared whole; bytes are compared as text that any byte has.
constexpr const char* k_find_imports = R"(
INSERT INTO erased_events
SELECT i.source, i.event_id
  FROM (SELECT e.source, e.event_id, encode(p.body, 'escape') AS line,
               array_position(string_to_array(translate(coalesce(p.headers ->> 'columns', 'order_id'),
                                                        '" ', ''), ','), 'order_id') AS place
          FROM webhook_events e
          JOIN (SELECT source, event_id, headers, body FROM webhook_payloads
                 UNION ALL
                SELECT source, event_id, headers, body FROM held_payloads) p
            ON p.source = e.source AND p.event_id = e.event_id
         WHERE e.event_type = 'order.imported' AND e.evidence = 'operator') i
 WHERE position(',' || lower(encode(convert_to($1::text, 'UTF8'), 'escape')) || ','
                IN ',' || translate(lower(i.line), E'" \t\r\n', ',,,,,') || ',') > 0
    OR EXISTS (SELECT FROM erased_orders o
                 LEFT JOIN sources s ON s.source = i.source
                WHERE (s.livemode IS NULL OR s.livemode = o.livemode)
                  AND encode(convert_to(o.order_id, 'UTF8'), 'escape')
                      = btrim(split_part(i.line, ',', i.place), E'" \t\r\n'))
EXCEPT
SELECT source, event_id FROM erased_events)";

// A charge may have a held refund beside one that is erased.
constexpr const char* k_take_held_events = R"(
DELETE FROM erased_events e
 USING held_events h
 WHERE h.source = e.source AND h.event_id = e.event_id
RETURNING e.event_id)";

constexpr const char* k_note_payloads = R"(
INSERT INTO erased_payloads
SELECT source, event_id FROM webhook_payloads NATURAL JOIN erased_events
 UNION
SELECT source, event_id FROM held_payloads NATURAL JOIN erased_events
ON CONFLICT DO NOTHING)";

// A daemon that read one of these rows before writes it with the revision it read, and tries again.
constexpr const char* k_erase = R"(
UPDATE orders t
   SET customer_email = NULL, customer_locale = NULL, revision = revision + 1
  FROM erased_orders e
 WHERE e.order_id = t.order_id AND e.livemode = t.livemode;
UPDATE refunds t
   SET metadata = NULL, revision = revision + 1
  FROM erased_refunds e
 WHERE e.source = t.source AND e.refund_id = t.refund_id;
UPDATE outbox_messages t
   SET last_error = CASE WHEN last_error IS NOT NULL THEN 'erased' END,
       state = CASE WHEN state = 'pending' AND leased_until IS NULL THEN 'suppressed'
                    ELSE state END
  FROM erased_refunds e
 WHERE e.source = t.source AND e.refund_id = t.refund_id AND t.audience = 'customer';
DELETE FROM webhook_payloads p USING erased_events e
 WHERE e.source = p.source AND e.event_id = p.event_id;
DELETE FROM held_payloads p USING erased_events e
 WHERE e.source = p.source AND e.event_id = p.event_id)";

constexpr const char* k_digest = R"(
SELECT encode(sha256(convert_to(lower($1::text), 'UTF8')), 'hex'))";

// By these a later run for the same address finds them again.
constexpr const char* k_note_orders = R"(
UPDATE retention_log
   SET details = details || jsonb_build_object('orderKeys', (
       SELECT coalesce(jsonb_agg(jsonb_build_array(order_id, livemode)
                                 ORDER BY order_id, livemode), '[]')
         FROM erased_orders))
 WHERE entry_id = (SELECT max(entry_id) FROM retention_log
                    WHERE action = 'erase' AND details ->> 'emailSha256' = $1::text))";

std::string digest_of(Transaction& transaction, const std::string& email) {
  return transaction.run(k_digest, {email})[0][0].as<std::string>();
}

void log_erasure(Transaction& transaction, const EraseRequest& request, const EraseReport& report) {
  const auto digest = digest_of(transaction, request.email);
  JsonObject details;
  details.add("ticket", request.ticket);
  details.add("emailSha256", digest);
  details.add("orders", report.orders);
  details.add("refunds", report.refunds);
  details.add("messages", report.messages);
  details.add("payloads", report.payloads);
  details.add("heldOrders", static_cast<std::int64_t>(report.held_orders.size()));
  details.add("heldEvents", static_cast<std::int64_t>(report.held_events.size()));
  log_retention(transaction, "erase", request.decider, details.text());
  transaction.run(k_note_orders, {digest});
}

std::vector<std::string> take(Transaction& transaction, const std::string& sql) {
  std::vector<std::string> taken;
  for (const auto& row : transaction.run(sql)) {
    taken.push_back(row[0].as<std::string>());
  }
  return taken;
}

EraseReport find(Transaction& transaction, const std::string& email) {
  EraseReport report;
  transaction.run(k_lock);
  transaction.run(k_make_tables);
  transaction.run(k_find_orders, {email, digest_of(transaction, email)});
  report.held_orders = take(transaction, k_take_held);
  transaction.run(k_find_belongings);
  transaction.run(k_find_imports, {email});
  report.held_events = take(transaction, std::string{k_with_held_events} + k_take_held_events);
  const auto counts = transaction.run(k_count);
  report.orders = counts[0][0].as<std::int64_t>();
  report.refunds = counts[0][1].as<std::int64_t>();
  report.messages = counts[0][2].as<std::int64_t>();
  report.payloads = counts[0][3].as<std::int64_t>();
  return report;
}

EraseReport erase_once(Connection& connection, const EraseRequest& request) {
  return in_transaction(connection, [&](Transaction& transaction) {
    EraseReport report = find(transaction, request.email);
    if (request.apply) {
      transaction.run(k_note_payloads);
      transaction.run(k_erase);
      log_erasure(transaction, request, report);
      transaction.commit();
    }
    return report;
  });
}

}  // namespace

EraseReport erase_customer(Connection& connection, const EraseRequest& request) {
  for (int attempt = 1;; ++attempt) {
    try {
      return erase_once(connection, request);
    } catch (const Failure& failure) {
      if (!failure.may_pass() || attempt == k_attempts_max) {
        throw;
      }
    }
  }
}

}  // namespace store
