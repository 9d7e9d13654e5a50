#include "store/due_messages.hpp"

#include <algorithm>
#include <set>

#include "domain/books.hpp"
#include "store/rows.hpp"

namespace store {
namespace {

constexpr Prepared k_lock_due{"lock_due_messages", R"(
SELECT m.*
  FROM (SELECT unnest($1::text[]) AS sink, unnest($2::bigint[]) AS wanted) k
 CROSS JOIN LATERAL (
       SELECT message_id, audience, template, priority, source, refund_id, order_id, livemode,
              episode, payload, sink, attempts, created_at, next_attempt_at
         FROM outbox_messages
        WHERE state = 'pending' AND coalesce(sink, '') = k.sink
          AND next_attempt_at <= $3::timestamptz
        ORDER BY next_attempt_at
        LIMIT k.wanted
          FOR UPDATE SKIP LOCKED) m)"};

// FOR SHARE: who changes a refund either has done so before the claim, or finds afterwards that its
// messages have been tried.
constexpr Prepared k_lock_refunds{"lock_refunds_of_messages", R"(
SELECT r.*
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS refund_id) k
 CROSS JOIN LATERAL (
       SELECT source, refund_id, status, action_required, episode, charge_id, order_id,
              provider_status <> '' AS is_status_stated,
              evidence IN ('statement', 'operator')
                 OR (evidence = 'api_read' AND provider_status <> '') OR EXISTS (
                    SELECT FROM refund_reads a
                     WHERE a.refund_id = refunds.refund_id AND a.source = refunds.source
                       AND a.status = refunds.status
                       AND a.action_required = refunds.action_required) AS is_confirmed
         FROM refunds
        WHERE source = k.source AND refund_id = k.refund_id
          FOR SHARE SKIP LOCKED) r)"};

constexpr Prepared k_find_surroundings{"find_surroundings_of_messages", R"(
SELECT k.at,
       EXISTS (SELECT FROM refunds WHERE source = k.source AND refund_id = k.refund_id) AS has_refund,
       o.customer_email, o.customer_locale, c.payment_method, c.charged_at,
       a.resolved_at IS NOT NULL AS anomaly_resolved,
       p.message_id AS opened_by, p.external_reference
  FROM (SELECT unnest($1::bigint[]) AS at, unnest($2::text[]) AS source,
               unnest($3::text[]) AS refund_id, unnest($4::text[]) AS charge_id,
               unnest($5::text[]) AS order_id, unnest($6::boolean[]) AS livemode,
               unnest($7::text[]) AS anomaly, unnest($8::text[]) AS episode,
               unnest($9::text[]) AS opener, unnest($10::text[]) AS other_opener,
               unnest($11::text[])::uuid AS message_id, unnest($12::boolean[]) AS takes_newest) k
  LEFT JOIN LATERAL (
       SELECT customer_email, customer_locale
         FROM orders
        WHERE order_id = k.order_id AND livemode = k.livemode
       OFFSET 0) o ON true
  LEFT JOIN LATERAL (
       SELECT payment_method, charged_at
         FROM charges
        WHERE source = k.source AND charge_id = k.charge_id
       OFFSET 0) c ON true
  LEFT JOIN LATERAL (
       SELECT resolved_at
         FROM anomalies
        WHERE source = k.source AND kind = k.anomaly AND subject = k.episode
       OFFSET 0) a ON true
  LEFT JOIN LATERAL (
       SELECT message_id, external_reference
         FROM outbox_messages
        WHERE refund_id = k.refund_id AND source = k.source AND audience = 'support'
          AND template IN (k.opener, k.other_opener) AND (state = 'sent' OR attempts > 0
               OR (state = 'pending' AND last_error IS NOT NULL))
          AND message_id <> k.message_id
        ORDER BY CASE WHEN k.takes_newest THEN created_at END DESC, created_at
        LIMIT 1) p ON true)"};

constexpr std::string_view k_anomaly_prefix = "anomaly_";

struct RefundNow {
  domain::TruthNow::Refund refund;
  bool is_confirmed = false;
  bool is_status_stated = true;
  std::string charge_id;
  std::string order_id;
};

using RefundsNow = std::map<domain::Key, RefundNow>;

DueMessage read_message(const pqxx::row& row) {
  DueMessage message;
  message.message_id = row["message_id"].as<std::string>();
  message.audience = require(domain::parse_audience(row["audience"].as<std::string>()),
                             "outbox_messages.audience");
  message.template_name = row["template"].as<std::string>();
  message.priority = require(domain::parse_priority(row["priority"].as<std::string>()),
                             "outbox_messages.priority");
  message.source = row["source"].as<std::string>();
  message.refund_id = read_text_or_empty(row["refund_id"]);
  message.order_id = read_text_or_empty(row["order_id"]);
  message.livemode = row["livemode"].as<bool>();
  message.episode = row["episode"].as<std::string>();
  message.payload_json = row["payload"].as<std::string>();
  message.sink = read_text_or_empty(row["sink"]);
  message.attempts = row["attempts"].as<int>();
  message.created_at = require(read_time(row["created_at"]), "outbox_messages.created_at");
  message.due_at = require(read_time(row["next_attempt_at"]), "outbox_messages.next_attempt_at");
  return message;
}

std::vector<DueMessage> lock_due(Transaction& transaction, domain::Time now,
                                 const std::map<std::string, int>& counts) {
  Columns columns{Type::text, Type::bigint};
  for (const auto& [sink, count] : counts) {
    if (count > 0) {
      columns.add_row(sink, count);
    }
  }
  std::vector<DueMessage> messages;
  if (columns.empty()) {
    return messages;
  }
  for (const auto& row : transaction.run(k_lock_due, columns, now)) {
    messages.push_back(read_message(row));
  }
  // The queues come one after the other, and the new ones must not overtake those that wait.
  std::ranges::stable_sort(messages, {}, &DueMessage::due_at);
  return messages;
}

RefundsNow lock_refunds(Transaction& transaction, const std::vector<DueMessage>& messages) {
  std::set<domain::Key> keys;
  for (const DueMessage& message : messages) {
    if (!message.refund_id.empty()) {
      keys.insert({message.source, message.refund_id});
    }
  }
  RefundsNow refunds;
  if (keys.empty()) {
    return refunds;
  }
  Columns columns{Type::text, Type::text};
  for (const auto& [source, refund_id] : keys) {
    columns.add_row(source, refund_id);
  }
  for (const auto& row : transaction.run(k_lock_refunds, columns)) {
    RefundNow& now = refunds[{row["source"].as<std::string>(), row["refund_id"].as<std::string>()}];
    now.refund.status =
        require(domain::parse_refund_status(row["status"].as<std::string>()), "refunds.status");
    now.refund.action_required = row["action_required"].as<bool>();
    now.refund.episode = row["episode"].as<int>();
    now.is_confirmed = row["is_confirmed"].as<bool>();
    now.is_status_stated = row["is_status_stated"].as<bool>();
    now.charge_id = read_text_or_empty(row["charge_id"]);
    now.order_id = read_text_or_empty(row["order_id"]);
  }
  return refunds;
}

std::string_view anomaly_of(const DueMessage& message) {
  std::string_view name = message.template_name;
  if (!name.starts_with(k_anomaly_prefix)) {
    return "";
  }
  name.remove_prefix(k_anomaly_prefix.size());
  return name;
}

void add_place(Columns& columns, std::int64_t at, const DueMessage& message,
               const std::string& charge_id) {
  const auto openers = domain::openers_of(message.template_name);
  const auto opener = [&](std::size_t number) {
    return number < openers.size() ? std::optional{openers[number]} : std::nullopt;
  };
  columns.add_row(at, message.source, text_or_null(message.refund_id), text_or_null(charge_id),
                  text_or_null(message.order_id), message.livemode,
                  text_or_null(anomaly_of(message)), message.episode, opener(0), opener(1),
                  message.message_id, domain::ends_ticket(message.template_name));
}

// Takes out those whose refund somebody is changing: it is there, and was not to be locked.
std::vector<DueMessage> look_around(Transaction& transaction, std::vector<DueMessage> messages,
                                    const RefundsNow& refunds) {
  Columns columns{Type::bigint, Type::text, Type::text, Type::text, Type::text, Type::boolean,
                  Type::text,   Type::text, Type::text, Type::text, Type::text, Type::boolean};
  for (std::size_t at = 0; at < messages.size(); ++at) {
    DueMessage& message = messages[at];
    std::string charge_id;
    if (const auto found = refunds.find({message.source, message.refund_id});
        found != refunds.end()) {
      message.now.refund = found->second.refund;
      message.is_confirmed = found->second.is_confirmed;
      message.is_status_stated = found->second.is_status_stated;
      charge_id = found->second.charge_id;
      message.order_id = found->second.order_id.empty() ? message.order_id : found->second.order_id;
    }
    add_place(columns, static_cast<std::int64_t>(at), message, charge_id);
  }
  std::vector<DueMessage> steady;
  for (const auto& row : transaction.run(k_find_surroundings, columns)) {
    DueMessage& message = messages[row["at"].as<std::size_t>()];
    if (row["has_refund"].as<bool>() && !message.now.refund) {
      continue;
    }
    message.customer_email = read_text_or_empty(row["customer_email"]);
    message.customer_locale = read_text_or_empty(row["customer_locale"]);
    message.payment_method = read_text_or_empty(row["payment_method"]);
    message.charged_at = read_time(row["charged_at"]);
    message.now.anomaly_resolved = row["anomaly_resolved"].as<bool>();
    message.opened_by_message_id = read_text_or_empty(row["opened_by"]);
    message.external_reference = read_text_or_empty(row["external_reference"]);
    message.now.opener_told = !message.opened_by_message_id.empty();
    steady.push_back(std::move(message));
  }
  return steady;
}

}  // namespace

std::vector<DueMessage> lock_due_messages(Transaction& transaction, domain::Time now,
                                          const std::map<std::string, int>& counts) {
  auto messages = lock_due(transaction, now, counts);
  if (messages.empty()) {
    return messages;
  }
  const RefundsNow refunds = lock_refunds(transaction, messages);
  return look_around(transaction, std::move(messages), refunds);
}

}  // namespace store
