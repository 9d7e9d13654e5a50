#include "store/history.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_begin_snapshot =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

constexpr const char* k_find_sources = R"(
SELECT source FROM refunds WHERE refund_id = $1
 UNION
SELECT source FROM webhook_events WHERE refund_id = $1
 ORDER BY source)";

constexpr const char* k_find_refund = R"(
SELECT source, refund_id, livemode, charge_id, order_id, reported_order_id, status, action_required,
       voided, provider_status, amount_minor, currency, reason, failure_code, failure_message,
       metadata, evidence, occurred_at, requested_at, last_event_id, episode, report_keys
  FROM refunds WHERE source = $1 AND refund_id = $2)";

constexpr const char* k_find_events = R"(
SELECT received_at, occurred_at, event_id, event_type, verdict, verdict_reason, evidence,
       host(remote_address) AS remote_address
  FROM webhook_events WHERE source = $1 AND refund_id = $2
 ORDER BY received_at, event_id)";

constexpr const char* k_find_audit = R"(
SELECT recorded_at, chain_index, event_id, verdict, status_before, status_after, amount_minor,
       currency, reason, user_id, notes
  FROM refund_audit WHERE source = $1 AND refund_id = $2
 ORDER BY chain_index)";

constexpr const char* k_find_messages = R"(
SELECT created_at, message_id, audience, template, priority, state, payload, sent_at, sink,
       attempts, next_attempt_at, leased_until, last_error, external_reference
  FROM outbox_messages WHERE source = $1 AND refund_id = $2
 ORDER BY created_at, audience, template, episode)";

constexpr const char* k_find_anomalies = R"(
SELECT detected_at, kind, details, resolved_at, resolved_by
  FROM anomalies WHERE source = $1 AND refund_id = $2
 ORDER BY detected_at, anomaly_id)";

constexpr const char* k_find_charge = R"(
SELECT s.charge_id, s.currency, s.original_amount, s.refunded_amount, s.pending_amount,
       s.remaining_amount, s.refund_count, s.fully_refunded, c.payment_method, c.charged_at
  FROM charge_summary s
  JOIN charges c ON c.source = s.source AND c.charge_id = s.charge_id
 WHERE s.source = $1 AND s.charge_id = $2)";

constexpr const char* k_find_order = R"(
SELECT order_id, status, total_known, currency, total_minor, refunded_minor, pending_minor
  FROM orders WHERE order_id = $1 AND livemode = $2::boolean)";

std::optional<std::int64_t> read_number(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional{field.as<std::int64_t>()};
}

EventLine read_event(const pqxx::row& row) {
  return {*read_time(row["received_at"]),      *read_time(row["occurred_at"]),
          read_text_or_empty(row["event_id"]), read_text_or_empty(row["event_type"]),
          read_text_or_empty(row["verdict"]),  read_text_or_empty(row["verdict_reason"]),
          read_text_or_empty(row["evidence"]), read_text_or_empty(row["remote_address"])};
}

AuditLine read_audit(const pqxx::row& row) {
  return {*read_time(row["recorded_at"]),
          row["chain_index"].as<std::int64_t>(),
          read_text_or_empty(row["event_id"]),
          read_text_or_empty(row["verdict"]),
          read_text_or_empty(row["status_before"]),
          read_text_or_empty(row["status_after"]),
          read_money(row["amount_minor"], row["currency"]),
          read_text_or_empty(row["reason"]),
          read_text_or_empty(row["user_id"]),
          read_text_or_empty(row["notes"])};
}

MessageLine read_message(const pqxx::row& row) {
  return {*read_time(row["created_at"]),         read_text_or_empty(row["message_id"]),
          read_text_or_empty(row["audience"]),   read_text_or_empty(row["template"]),
          read_text_or_empty(row["priority"]),   read_text_or_empty(row["state"]),
          read_text_or_empty(row["payload"]),    read_time(row["sent_at"]),
          read_text_or_empty(row["sink"]),       row["attempts"].as<int>(),
          *read_time(row["next_attempt_at"]),    read_time(row["leased_until"]),
          read_text_or_empty(row["last_error"]), read_text_or_empty(row["external_reference"])};
}

AnomalyLine read_anomaly(const pqxx::row& row) {
  return {*read_time(row["detected_at"]), read_text_or_empty(row["kind"]),
          read_text_or_empty(row["details"]), read_time(row["resolved_at"]),
          read_text_or_empty(row["resolved_by"])};
}

ChargeLine read_charge_line(const pqxx::row& row) {
  return {read_text_or_empty(row["charge_id"]),      read_text_or_empty(row["currency"]),
          read_number(row["original_amount"]),       row["refunded_amount"].as<std::int64_t>(),
          row["pending_amount"].as<std::int64_t>(),  read_number(row["remaining_amount"]),
          row["refund_count"].as<std::int64_t>(),    row["fully_refunded"].as<bool>(),
          read_text_or_empty(row["payment_method"]), read_time(row["charged_at"])};
}

OrderLine read_order(const pqxx::row& row) {
  return {read_text_or_empty(row["order_id"]),    read_text_or_empty(row["status"]),
          row["total_known"].as<bool>(),          read_text_or_empty(row["currency"]),
          read_number(row["total_minor"]),        row["refunded_minor"].as<std::int64_t>(),
          row["pending_minor"].as<std::int64_t>()};
}

template <typename Read>
auto read_all(const pqxx::result& rows, Read read) {
  std::vector<decltype(read(rows[0]))> lines;
  for (const auto& row : rows) {
    lines.push_back(read(row));
  }
  return lines;
}

template <typename Read>
auto read_first(const pqxx::result& rows, Read read) {
  return rows.empty() ? std::nullopt : std::optional{read(rows[0])};
}

void load_belongings(Transaction& transaction, RefundHistory& history) {
  const domain::Refund& refund = *history.refund;
  if (refund.charge_id.value) {
    history.charge = read_first(
        transaction.run(k_find_charge, {refund.source, *refund.charge_id.value}), read_charge_line);
  }
  if (refund.order_id) {
    history.order = read_first(
        transaction.run(k_find_order, {*refund.order_id, refund.livemode ? "true" : "false"}),
        read_order);
  }
}

RefundHistory load_one(Transaction& transaction, const std::string& source,
                       const std::string& refund_id) {
  const std::vector<std::string> key{source, refund_id};
  RefundHistory history;
  history.source = source;
  history.refund_id = refund_id;
  history.refund = read_first(transaction.run(k_find_refund, key), read_refund<pqxx::row>);
  if (history.refund) {
    load_belongings(transaction, history);
  }
  history.events = read_all(transaction.run(k_find_events, key), read_event);
  history.audit = read_all(transaction.run(k_find_audit, key), read_audit);
  history.messages = read_all(transaction.run(k_find_messages, key), read_message);
  history.anomalies = read_all(transaction.run(k_find_anomalies, key), read_anomaly);
  return history;
}

}  // namespace

std::vector<RefundHistory> load_history(Connection& connection, const std::string& refund_id) {
  return in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(k_begin_snapshot);
    std::vector<RefundHistory> histories;
    for (const auto& row : transaction.run(k_find_sources, {refund_id})) {
      histories.push_back(load_one(transaction, row[0].as<std::string>(), refund_id));
    }
    return histories;
  });
}

}  // namespace store
