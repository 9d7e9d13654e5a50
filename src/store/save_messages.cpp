#include <algorithm>
#include <set>
#include <tuple>

#include "store/json_object.hpp"
#include "store/message_id.hpp"
#include "store/save.hpp"

namespace store {
namespace {

constexpr Prepared k_save_anomalies{"save_anomalies", R"(
INSERT INTO anomalies
       (detected_at, kind, source, refund_id, charge_id, order_id, event_id, subject, details)
SELECT $10::timestamptz, kind, source, refund_id, charge_id, order_id, event_id, subject,
       jsonb_strip_nulls(jsonb_build_object('expected', expected, 'found', found))
  FROM (SELECT unnest($1::text[]) AS kind, unnest($2::text[]) AS source,
               unnest($3::text[]) AS refund_id, unnest($4::text[]) AS charge_id,
               unnest($5::text[]) AS order_id, unnest($6::text[]) AS event_id,
               unnest($7::text[]) AS subject, unnest($8::text[]) AS expected,
               unnest($9::text[]) AS found) n
ON CONFLICT (source, kind, subject) DO NOTHING
RETURNING source, kind, subject)"};

constexpr Prepared k_resolve_unknown_orders{"resolve_unknown_orders", R"(
UPDATE anomalies
   SET resolved_at = $3::timestamptz, resolved_by = 'refundd'
 WHERE anomaly_id = ANY (ARRAY(
       SELECT a.anomaly_id
         FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id) k
        CROSS JOIN LATERAL (
              SELECT anomaly_id
                FROM anomalies
               WHERE source = k.source AND kind = 'unknown_order' AND subject = k.refund_id
              OFFSET 0) a))
   AND resolved_at IS NULL)"};

// Whoever claims a message of a refund to send it holds the refund FOR SHARE: from here on such a
// claim has been committed and shows, or comes later and sees the refund as it will be.
constexpr Prepared k_lock_told{"lock_told_refunds", R"(
SELECT FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id) k
 CROSS JOIN LATERAL (
       SELECT FROM refunds
        WHERE source = k.source AND refund_id = k.refund_id
          FOR NO KEY UPDATE) r)"};

// Which of these have been told, or may have been. An operator who has one tried again sets its
// attempts to 0, but not the error of the earlier ones.
constexpr Prepared k_find_told{"find_told", R"(
SELECT o.source, o.refund_id, o.audience, o.template
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id,
               unnest($3::text[]) AS audience, unnest($4::text[]) AS template) k
 CROSS JOIN LATERAL (
       SELECT source, refund_id, audience, template
         FROM outbox_messages
        WHERE refund_id = k.refund_id AND source = k.source AND audience = k.audience
          AND template = k.template
          AND (state = 'sent' OR attempts > 0 OR (state = 'pending' AND last_error IS NOT NULL))
       OFFSET 0) o)"};

constexpr Field k_message_fields[] = {
    {"message_id", Type::uuid},
    {"audience", Type::text},
    {"template", Type::text},
    {"priority", Type::text},
    {"source", Type::text},
    {"refund_id", Type::text},
    {"order_id", Type::text},
    {"livemode", Type::boolean},
    {"episode", Type::text},
    {"payload", Type::jsonb},
    {"state", Type::text},
    {"next_attempt_at", Type::timestamptz, Role::now},
    {"created_at", Type::timestamptz, Role::now},
};

constexpr Table k_messages{"outbox_messages", "ms", k_message_fields, "",
                           "ON CONFLICT ON CONSTRAINT outbox_messages_once DO NOTHING"};

using AnomalyKey = std::tuple<std::string, std::string, std::string>;

Columns columns_of(const std::vector<domain::Anomaly>& anomalies) {
  Columns columns{Type::text, Type::text, Type::text, Type::text, Type::text,
                  Type::text, Type::text, Type::text, Type::text};
  for (const domain::Anomaly& anomaly : anomalies) {
    columns.add_row(to_string(anomaly.kind), anomaly.source, text_or_null(anomaly.refund_id),
                    text_or_null(anomaly.charge_id), text_or_null(anomaly.order_id),
                    text_or_null(anomaly.event_id), anomaly.subject, text_or_null(anomaly.expected),
                    text_or_null(anomaly.found));
  }
  return columns;
}

std::string payload_of(const domain::Message& message) {
  JsonObject payload;
  payload.add("type", message.template_name);
  payload.add_known("refundId", message.refund_id);
  payload.add_known("chargeId", message.charge_id);
  payload.add_known("orderId", message.order_id);
  payload.add_known("eventId", message.event_id);
  if (message.amount) {
    payload.add("amount", message.amount->amount_minor);
    payload.add("currency", message.amount->currency.code());
    payload.add("amountText", domain::format_money(*message.amount));
  }
  payload.add_known("failureCode", message.failure_code);
  payload.add_known("failureMessage", message.failure_message);
  payload.add_known("nextStep", message.next_step);
  payload.add_known("estimatedDays", message.estimated_days);
  payload.add_known("expected", message.expected);
  payload.add_known("found", message.found);
  return payload.text();
}

void add_message(Rows& rows, const domain::Message& message, const Uuid& message_id) {
  rows.add_row(message_id, to_string(message.audience), message.template_name,
               to_string(message.priority), message.source, text_or_null(message.refund_id),
               text_or_null(message.order_id), message.livemode, message.episode,
               payload_of(message), message.suppressed ? "suppressed" : "pending");
}

// The anomalies that nobody has seen before; they are the ones to escalate.
std::set<AnomalyKey> save_anomalies(Transaction& transaction,
                                    const std::vector<domain::Anomaly>& anomalies,
                                    domain::Time now) {
  std::set<AnomalyKey> added;
  if (anomalies.empty()) {
    return added;
  }
  for (const auto& row : transaction.run(k_save_anomalies, columns_of(anomalies), now)) {
    added.insert({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>()});
  }
  return added;
}

std::vector<domain::Message> escalations(const domain::Books& books,
                                         const std::set<AnomalyKey>& added) {
  std::vector<domain::Message> messages;
  for (const domain::Anomaly& anomaly : books.anomalies()) {
    if (added.count({anomaly.source, std::string{to_string(anomaly.kind)}, anomaly.subject}) == 0) {
      continue;
    }
    const bool livemode = books.livemode_of(anomaly.source);
    for (domain::Message& message : escalate(anomaly, livemode)) {
      message.suppressed = books.is_suppressed(anomaly.source, livemode);
      messages.push_back(std::move(message));
    }
  }
  return messages;
}

void resolve_unknown_orders(Transaction& transaction, const domain::Books& books,
                            domain::Time now) {
  Columns columns{Type::text, Type::text};
  for (const auto& [source, refund_id] : books.refunds_with_order()) {
    columns.add_row(source, refund_id);
  }
  if (!columns.empty()) {
    transaction.run(k_resolve_unknown_orders, columns, now);
  }
}

// Two transactions with the same messages would wait for each other in a circle otherwise.
void sort_by_key(std::vector<domain::Message>& messages) {
  const auto key = [](const domain::Message& message) {
    return std::tie(message.refund_id, message.source, message.audience, message.template_name,
                    message.episode);
  };
  std::stable_sort(messages.begin(), messages.end(),
                   [key](const auto& left, const auto& right) { return key(left) < key(right); });
}

using Told = std::set<std::tuple<std::string, std::string, std::string, std::string>>;

Told find_told(Transaction& transaction, const std::vector<domain::Message>& messages) {
  Columns columns{Type::text, Type::text, Type::text, Type::text};
  Columns refunds{Type::text, Type::text};
  for (const domain::Message& message : messages) {
    if (!message.only_after.empty()) {
      columns.add_row(message.source, message.refund_id, to_string(message.audience),
                      message.only_after);
      refunds.add_row(message.source, message.refund_id);
    }
  }
  Told told;
  if (!columns.empty()) {
    transaction.run(k_lock_told, refunds);
    for (const auto& row : transaction.run(k_find_told, columns)) {
      told.insert({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::string>(),
                   row[3].as<std::string>()});
    }
  }
  return told;
}

// A correction is only worth telling when what it corrects may have been told.
bool is_worth_telling(const domain::Message& message, const Told& told) {
  return message.only_after.empty() ||
         told.count({message.source, message.refund_id, std::string{to_string(message.audience)},
                     message.only_after}) > 0;
}

}  // namespace

void save_messages(Writes& writes, Transaction& transaction, const Loaded& loaded,
                   const Batch& batch) {
  const domain::Books& books = loaded.books;
  auto anomalies = books.anomalies();
  std::sort(anomalies.begin(), anomalies.end(), [](const auto& left, const auto& right) {
    return std::tie(left.source, left.kind, left.subject) <
           std::tie(right.source, right.kind, right.subject);
  });
  auto messages = escalations(books, save_anomalies(transaction, anomalies, batch.now));
  resolve_unknown_orders(transaction, books, batch.now);
  messages.insert(messages.begin(), books.messages().begin(), books.messages().end());

  sort_by_key(messages);
  const Told told = find_told(transaction, messages);
  Rows rows{k_messages};
  for (const domain::Message& message : messages) {
    if (is_worth_telling(message, told)) {
      add_message(rows, message, make_message_id(batch.now));
    }
  }
  writes.insert(std::move(rows));
}

}  // namespace store
