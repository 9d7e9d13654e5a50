#include "store/sweep_pending.hpp"

#include <algorithm>

#include "store/json_object.hpp"
#include "store/message_id.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_find_waiting{"find_waiting_refunds", R"(
SELECT r.source, r.refund_id, r.charge_id, r.order_id, r.livemode, r.amount_minor, r.currency,
       r.action_required, c.payment_method,
       CASE WHEN r.action_required THEN r.occurred_at ELSE r.requested_at END AS since,
       m.told_count, m.last_told
  FROM refunds r
  LEFT JOIN LATERAL (
       SELECT payment_method
         FROM charges
        WHERE source = r.source AND charge_id = r.charge_id
       OFFSET 0) c ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS told_count, max(created_at) AS last_told,
              coalesce(bool_or(state = 'pending'), false) AS waits
         FROM outbox_messages
        WHERE refund_id = r.refund_id AND source = r.source AND audience = 'support'
          AND template = CASE WHEN r.action_required THEN 'action_required_too_long'
                              ELSE 'stuck_pending' END
       OFFSET 0) m
 WHERE r.status = 'pending' AND r.requested_at <= $1::timestamptz AND NOT m.waits
 ORDER BY r.source, r.refund_id)"};

constexpr Prepared k_write_reminders{"write_reminders", R"(
INSERT INTO outbox_messages (message_id, audience, template, priority, source, refund_id, order_id,
                             livemode, episode, payload, state, next_attempt_at, created_at)
SELECT unnest($1::uuid[]), 'support', unnest($2::text[]), 'normal', unnest($3::text[]),
       unnest($4::text[]), unnest($5::text[]), unnest($6::boolean[]), unnest($7::text[]),
       unnest($8::jsonb[]), 'pending', $9::timestamptz, $9::timestamptz
    ON CONFLICT ON CONSTRAINT outbox_messages_once DO NOTHING
RETURNING 1)"};

constexpr Prepared k_note_stuck{"note_stuck_refunds", R"(
INSERT INTO anomalies (detected_at, kind, source, refund_id, charge_id, order_id, subject, details)
SELECT $6::timestamptz, 'stuck_pending', source, refund_id, charge_id, order_id, refund_id,
       jsonb_build_object('found', found)
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id,
               unnest($3::text[]) AS charge_id, unnest($4::text[]) AS order_id,
               unnest($5::text[]) AS found) n
    ON CONFLICT (source, kind, subject) DO NOTHING)"};

// One that was given up while its outcome was disputed has to move first.
constexpr Prepared k_resolve_stuck{"resolve_stuck_refunds", R"(
UPDATE anomalies a
   SET resolved_at = $2::timestamptz, resolved_by = 'refundd'
 WHERE a.kind = ANY ($1::text[]) AND a.resolved_at IS NULL
   AND EXISTS (SELECT FROM refunds r
                WHERE r.source = a.source AND r.refund_id = a.refund_id
                  AND r.status <> 'pending')
   AND (a.kind <> 'unconfirmed' OR EXISTS (
        SELECT FROM refund_audit u
         WHERE u.source = a.source AND u.refund_id = a.refund_id
           AND u.status_before IS DISTINCT FROM u.status_after
           AND u.recorded_at > a.detected_at)))"};

std::chrono::seconds seconds_between(domain::Time from, domain::Time to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from);
}

std::chrono::seconds shortest(const domain::PendingLimits& limits) {
  return std::min({limits.card, limits.other, limits.action_required});
}

// What one sweep writes.
class Reminders {
 public:
  Reminders(const domain::PendingLimits& limits, domain::Time now) : limits_{limits}, now_{now} {}

  void look_at(const pqxx::row& row) {
    const std::string method = read_text_or_empty(row["payment_method"]);
    const auto since = require(read_time(row["since"]), "refunds.requested_at");
    domain::Waiting waiting;
    waiting.payment_method = method;
    waiting.action_required = row["action_required"].as<bool>();
    waiting.waited = seconds_between(since, now_);
    waiting.told_count = row["told_count"].as<int>();
    waiting.since_last_told = seconds_between(read_time(row["last_told"]).value_or(now_), now_);
    if (is_reminder_due(waiting, limits_)) {
      add(row, waiting);
    }
  }

  int write(Transaction& transaction) {
    if (messages_.empty()) {
      return 0;
    }
    if (!anomalies_.empty()) {
      transaction.run(k_note_stuck, anomalies_, now_);
    }
    return static_cast<int>(transaction.run(k_write_reminders, messages_, now_).size());
  }

 private:
  void add(const pqxx::row& row, const domain::Waiting& waiting) {
    const char* template_name =
        waiting.action_required ? "action_required_too_long" : "stuck_pending";
    const auto source = row["source"].as<std::string>();
    const auto refund_id = row["refund_id"].as<std::string>();
    const auto order_id = read_text(row["order_id"]);
    messages_.add_row(make_message_id(now_), template_name, source, refund_id, order_id,
                      row["livemode"].as<bool>(), std::to_string(waiting.told_count + 1),
                      payload_of(row, template_name, waiting));
    if (!waiting.action_required && waiting.told_count == 0) {
      anomalies_.add_row(source, refund_id, read_text(row["charge_id"]), order_id,
                         "pending for " + std::to_string(waiting.waited.count()) + " s");
    }
  }

  static std::string payload_of(const pqxx::row& row, const char* template_name,
                                const domain::Waiting& waiting) {
    JsonObject payload;
    payload.add("type", template_name);
    payload.add("refundId", row["refund_id"].as<std::string>());
    payload.add_known("chargeId", read_text_or_empty(row["charge_id"]));
    payload.add_known("orderId", read_text_or_empty(row["order_id"]));
    if (const auto amount = read_money(row["amount_minor"], row["currency"])) {
      payload.add("amount", amount->amount_minor);
      payload.add("currency", amount->currency.code());
      payload.add("amountText", domain::format_money(*amount));
    }
    payload.add("pendingSeconds", waiting.waited.count());
    return payload.text();
  }

  const domain::PendingLimits& limits_;
  domain::Time now_;
  Columns messages_{Type::uuid, Type::text,    Type::text, Type::text,
                    Type::text, Type::boolean, Type::text, Type::jsonb};
  Columns anomalies_{Type::text, Type::text, Type::text, Type::text, Type::text};
};

void resolve_stuck(Transaction& transaction, domain::Time now) {
  Columns kinds{Type::text};
  kinds.add_row("stuck_pending");
  kinds.add_row("unconfirmed");
  transaction.run(k_resolve_stuck, kinds, now);
}

}  // namespace

int sweep_pending(Connection& connection, const domain::PendingLimits& limits, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Reminders reminders{limits, now};
    Parameters parameters;
    append(parameters, binary(now - shortest(limits)));
    for (const auto& row : transaction.run(k_find_waiting, parameters)) {
      reminders.look_at(row);
    }
    const int written = reminders.write(transaction);
    resolve_stuck(transaction, now);
    transaction.commit();
    return written;
  });
}

}  // namespace store
