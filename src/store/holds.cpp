#include "store/holds.hpp"

#include "store/json_object.hpp"
#include "store/retention_log.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_list = R"(
SELECT hold_id, source, refund_id, order_id, held_at, held_by, reason, released_at, released_by,
       release_reason
  FROM legal_holds
 WHERE $1::boolean OR released_at IS NULL
 ORDER BY hold_id DESC)";

constexpr const char* k_is_known = R"(
SELECT CASE WHEN $3::text = ''
            THEN EXISTS (SELECT FROM refunds WHERE source = $1::text AND refund_id = $2::text)
            ELSE EXISTS (SELECT FROM orders WHERE order_id = $3::text)
        END)";

constexpr const char* k_add = R"(
INSERT INTO legal_holds (source, refund_id, order_id, held_at, held_by, reason)
VALUES (nullif($1::text, ''), nullif($2::text, ''), nullif($3::text, ''), $4::timestamptz,
        $5::text, $6::text)
ON CONFLICT DO NOTHING
RETURNING hold_id)";

constexpr const char* k_release = R"(
UPDATE legal_holds
   SET released_at = $4::timestamptz, released_by = $5::text, release_reason = $6::text
 WHERE released_at IS NULL
   AND (coalesce(source, ''), coalesce(refund_id, ''), coalesce(order_id, ''))
       = ($1::text, $2::text, $3::text)
RETURNING hold_id)";

Hold read_hold(const pqxx::row& row) {
  Hold hold;
  hold.hold_id = row["hold_id"].as<std::int64_t>();
  hold.subject = {read_text_or_empty(row["source"]), read_text_or_empty(row["refund_id"]),
                  read_text_or_empty(row["order_id"])};
  hold.held_at = require(read_time(row["held_at"]), "legal_holds.held_at");
  hold.held_by = row["held_by"].as<std::string>();
  hold.reason = row["reason"].as<std::string>();
  hold.released_at = read_time(row["released_at"]);
  hold.released_by = read_text_or_empty(row["released_by"]);
  hold.release_reason = read_text_or_empty(row["release_reason"]);
  return hold;
}

std::string details_of(const HoldSubject& subject, std::int64_t hold_id) {
  JsonObject details;
  details.add("holdId", hold_id);
  details.add_known("source", subject.source);
  details.add_known("refundId", subject.refund_id);
  details.add_known("orderId", subject.order_id);
  return details.text();
}

// False where the statement found nothing to do.
bool change(Transaction& transaction, const char* sql, const char* action,
            const HoldSubject& subject, const Decider& decider) {
  const auto rows =
      transaction.run(sql, {subject.source, subject.refund_id, subject.order_id,
                            domain::format_rfc3339(decider.now), decider.user, decider.reason});
  if (rows.empty()) {
    return false;
  }
  log_retention(transaction, action, decider,
                details_of(subject, rows[0]["hold_id"].as<std::int64_t>()));
  transaction.commit();
  return true;
}

}  // namespace

std::vector<Hold> list_holds(Connection& connection, bool with_released) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<Hold> holds;
    for (const auto& row : transaction.run(k_list, {with_released ? "true" : "false"})) {
      holds.push_back(read_hold(row));
    }
    return holds;
  });
}

HoldOutcome add_hold(Connection& connection, const HoldSubject& subject, const Decider& decider) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto known =
        transaction.run(k_is_known, {subject.source, subject.refund_id, subject.order_id});
    if (!known[0][0].as<bool>()) {
      return HoldOutcome::unknown_subject;
    }
    return change(transaction, k_add, "hold", subject, decider) ? HoldOutcome::done
                                                                : HoldOutcome::held_already;
  });
}

HoldOutcome release_hold(Connection& connection, const HoldSubject& subject,
                         const Decider& decider) {
  return in_transaction(connection, [&](Transaction& transaction) {
    return change(transaction, k_release, "release", subject, decider) ? HoldOutcome::done
                                                                       : HoldOutcome::not_held;
  });
}

}  // namespace store
