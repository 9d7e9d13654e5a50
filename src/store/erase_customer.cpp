#include "store/erase_customer.hpp"

#include "store/json_object.hpp"
#include "store/retention_log.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Holds wait, so that none comes between the look and the erasure.
constexpr const char* k_lock = "LOCK TABLE legal_holds IN SHARE MODE";

constexpr const char* k_make_tables = R"(
CREATE TEMPORARY TABLE erased_orders (order_id text COLLATE "C", livemode boolean, is_held boolean)
    ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_refunds (source text COLLATE "C", refund_id text COLLATE "C") ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_charges (source text COLLATE "C", charge_id text COLLATE "C") ON COMMIT DROP;
CREATE TEMPORARY TABLE erased_events (source text COLLATE "C", event_id text COLLATE "C") ON COMMIT DROP)";

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
 WHERE e.refund_id IS NULL)";

constexpr const char* k_count = R"(
SELECT (SELECT count(*) FROM erased_orders), (SELECT count(*) FROM erased_refunds),
       (SELECT count(*) FROM outbox_messages NATURAL JOIN erased_refunds
         WHERE audience = 'customer'),
       (SELECT count(*) FROM webhook_payloads NATURAL JOIN erased_events)
       + (SELECT count(*) FROM held_payloads NATURAL JOIN erased_events))";

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

void log_erasure(Transaction& transaction, const EraseRequest& request, const EraseReport& report) {
  JsonObject details;
  details.add("ticket", request.ticket);
  details.add("emailSha256", transaction.run(k_digest, {request.email})[0][0].as<std::string>());
  details.add("orders", report.orders);
  details.add("refunds", report.refunds);
  details.add("messages", report.messages);
  details.add("payloads", report.payloads);
  details.add("heldOrders", static_cast<std::int64_t>(report.held_orders.size()));
  log_retention(transaction, "erase", request.decider, details.text());
}

EraseReport find(Transaction& transaction, const std::string& email) {
  EraseReport report;
  transaction.run(k_lock);
  transaction.run(k_make_tables);
  transaction.run(k_find_orders, {email});
  for (const auto& row : transaction.run(k_take_held)) {
    report.held_orders.push_back(row[0].as<std::string>());
  }
  transaction.run(k_find_belongings);
  const auto counts = transaction.run(k_count);
  report.orders = counts[0][0].as<std::int64_t>();
  report.refunds = counts[0][1].as<std::int64_t>();
  report.messages = counts[0][2].as<std::int64_t>();
  report.payloads = counts[0][3].as<std::int64_t>();
  return report;
}

}  // namespace

EraseReport erase_customer(Connection& connection, const EraseRequest& request) {
  return in_transaction(connection, [&](Transaction& transaction) {
    EraseReport report = find(transaction, request.email);
    if (request.apply) {
      transaction.run(k_erase);
      log_erasure(transaction, request, report);
      transaction.commit();
    }
    return report;
  });
}

}  // namespace store
