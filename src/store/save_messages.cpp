#include <algorithm>
#include <set>
#include <tuple>

#include "store/save.hpp"

namespace store {
namespace {

constexpr const char* k_save_anomalies = R"(
INSERT INTO anomalies
       (detected_at, kind, source, refund_id, charge_id, order_id, event_id, subject, details)
SELECT detected_at, kind, source, refund_id, charge_id, order_id, event_id, subject,
       jsonb_strip_nulls(jsonb_build_object('expected', expected, 'found', found))
  FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::text[], $8::text[], $9::text[], $10::text[])
    AS n(detected_at, kind, source, refund_id, charge_id, order_id, event_id, subject, expected,
         found)
ON CONFLICT (source, kind, subject) DO NOTHING
RETURNING source, kind, subject)";

constexpr const char* k_resolve_unknown_order = R"(
UPDATE anomalies a
   SET resolved_at = k.resolved_at, resolved_by = 'refundd'
  FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS k(source, refund_id, resolved_at)
 WHERE a.source = k.source AND a.kind = 'unknown_order' AND a.subject = k.refund_id
   AND a.resolved_at IS NULL)";

// A correction is only worth telling when what it corrects may have been told.
constexpr const char* k_save_messages = R"(
INSERT INTO outbox_messages
       (message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
        payload, state, next_attempt_at, created_at)
SELECT gen_random_uuid(), audience, template, priority, source, refund_id, order_id, livemode,
       episode,
       jsonb_strip_nulls(jsonb_build_object(
           'type', template, 'refundId', refund_id, 'chargeId', charge_id, 'orderId', order_id,
           'eventId', event_id, 'amount', amount_minor, 'currency', currency,
           'amountText', amount_text, 'failureCode', failure_code,
           'failureMessage', failure_message, 'nextStep', next_step,
           'estimatedDays', estimated_days, 'expected', expected, 'found', found)),
       CASE WHEN suppressed THEN 'suppressed' ELSE 'pending' END, created_at, created_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::boolean[], $10::boolean[], $11::text[], $12::bigint[], $13::text[],
              $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[],
              $20::text[], $21::text[], $22::timestamptz[])
    AS n(audience, template, priority, source, refund_id, charge_id, order_id, event_id, livemode,
         suppressed, episode, amount_minor, currency, amount_text, failure_code, failure_message,
         next_step, estimated_days, expected, found, only_after, created_at)
 WHERE only_after IS NULL
    OR EXISTS (SELECT 1
                 FROM outbox_messages told
                WHERE told.source = n.source
                  AND coalesce(told.refund_id, '') = coalesce(n.refund_id, '')
                  AND told.audience = n.audience
                  AND told.template = n.only_after
                  AND (told.state = 'sent' OR told.attempts > 0))
ON CONFLICT (source, coalesce(refund_id, ''), audience, template, episode) DO NOTHING)";

using AnomalyKey = std::tuple<std::string, std::string, std::string>;

Columns columns_of(const std::vector<domain::Anomaly>& anomalies, domain::Time now) {
  Columns columns{10};
  for (const domain::Anomaly& anomaly : anomalies) {
    columns.add_row(now, to_string(anomaly.kind), anomaly.source, text_or_null(anomaly.refund_id),
                    text_or_null(anomaly.charge_id), text_or_null(anomaly.order_id),
                    text_or_null(anomaly.event_id), anomaly.subject, text_or_null(anomaly.expected),
                    text_or_null(anomaly.found));
  }
  return columns;
}

void add_message(Columns& columns, const domain::Message& message, domain::Time now) {
  const auto& amount = message.amount;
  columns.add_row(to_string(message.audience), message.template_name, to_string(message.priority),
                  message.source, text_or_null(message.refund_id), text_or_null(message.charge_id),
                  text_or_null(message.order_id), text_or_null(message.event_id), message.livemode,
                  message.suppressed, message.episode,
                  amount ? std::optional{amount->amount_minor} : std::nullopt,
                  amount ? std::optional{amount->currency.code()} : std::nullopt,
                  amount ? std::optional{domain::format_money(*amount)} : std::nullopt,
                  text_or_null(message.failure_code), text_or_null(message.failure_message),
                  text_or_null(message.next_step), text_or_null(message.estimated_days),
                  text_or_null(message.expected), text_or_null(message.found),
                  text_or_null(message.only_after), now);
}

// The anomalies that nobody has seen before; they are the ones to escalate.
std::set<AnomalyKey> save_anomalies(Transaction& transaction,
                                    const std::vector<domain::Anomaly>& anomalies,
                                    domain::Time now) {
  std::set<AnomalyKey> added;
  if (anomalies.empty()) {
    return added;
  }
  for (const auto& row : transaction.run(k_save_anomalies, columns_of(anomalies, now))) {
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
  Columns columns{3};
  for (const auto& [source, refund_id] : books.refunds_with_order()) {
    columns.add_row(source, refund_id, now);
  }
  if (!columns.empty()) {
    transaction.run(k_resolve_unknown_order, columns);
  }
}

}  // namespace

void save_messages(Transaction& transaction, const Loaded& loaded, const Batch& batch) {
  const domain::Books& books = loaded.books;
  auto anomalies = books.anomalies();
  std::sort(anomalies.begin(), anomalies.end(), [](const auto& left, const auto& right) {
    return std::tie(left.source, left.kind, left.subject) <
           std::tie(right.source, right.kind, right.subject);
  });
  auto messages = escalations(books, save_anomalies(transaction, anomalies, batch.now));
  resolve_unknown_orders(transaction, books, batch.now);
  messages.insert(messages.begin(), books.messages().begin(), books.messages().end());

  Columns columns{22};
  for (const domain::Message& message : messages) {
    add_message(columns, message, batch.now);
  }
  if (!columns.empty()) {
    transaction.run(k_save_messages, columns);
  }
}

}  // namespace store
