#include "store/outbox_messages.hpp"

#include <algorithm>
#include <stdexcept>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Planned with its values, so that a filter that fits everything costs nothing. What is asked for
// by hand may read a whole table: only the states that need a person have an index of their own.
constexpr const char* k_list_newest_first = R"(
SELECT message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
       payload, state, sink, attempts, next_attempt_at, leased_until, lease_token, held_since,
       last_error, created_at, sent_at, external_reference, count(*) OVER () AS total
  FROM outbox_messages
 WHERE ($1::text = '' OR state = $1::text) AND ($2::text = '' OR sink = $2::text)
   AND ($3::text = '' OR audience = $3::text) AND ($4::text = '' OR refund_id = $4::text)
 ORDER BY created_at DESC, message_id DESC
 LIMIT $5::bigint)";

constexpr const char* k_list_due_first = R"(
SELECT message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
       payload, state, sink, attempts, next_attempt_at, leased_until, lease_token, held_since,
       last_error, created_at, sent_at, external_reference, count(*) OVER () AS total
  FROM outbox_messages
 WHERE ($1::text = '' OR state = $1::text) AND ($2::text = '' OR sink = $2::text)
   AND ($3::text = '' OR audience = $3::text) AND ($4::text = '' OR refund_id = $4::text)
 ORDER BY next_attempt_at, message_id
 LIMIT $5::bigint)";

constexpr const char* k_find_in_range = R"(
SELECT message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
       payload, state, sink, attempts, next_attempt_at, leased_until, lease_token, held_since,
       last_error, created_at, sent_at, external_reference
  FROM outbox_messages
 WHERE message_id BETWEEN $1::uuid AND $2::uuid
 ORDER BY message_id
 LIMIT $3::bigint)";

constexpr const char* k_retry_dead = R"(
UPDATE outbox_messages
   SET state = 'pending', attempts = 0, next_attempt_at = $3::timestamptz, lease_token = NULL,
       leased_until = NULL, last_error = $4::text || coalesce('; before: ' || last_error, '')
 WHERE state = 'dead'
   AND ($1::text = '' OR message_id = nullif($1::text, '')::uuid)
   AND ($2::text = '' OR sink = $2::text)
RETURNING 1)";

// Waits for a claim that has the row, and then sees its lease.
constexpr const char* k_cancel = R"(
UPDATE outbox_messages
   SET state = 'suppressed', lease_token = NULL, leased_until = NULL, last_error = $3::text
 WHERE message_id = $1::uuid AND state IN ('pending', 'dead')
   AND (leased_until IS NULL OR leased_until <= $2::timestamptz)
RETURNING 1)";

constexpr std::string_view k_lowest_id = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view k_highest_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

OutboxMessage read_message(const pqxx::row& row) {
  OutboxMessage message;
  message.message_id = row["message_id"].as<std::string>();
  message.audience = row["audience"].as<std::string>();
  message.template_name = row["template"].as<std::string>();
  message.priority = row["priority"].as<std::string>();
  message.source = row["source"].as<std::string>();
  message.refund_id = read_text_or_empty(row["refund_id"]);
  message.order_id = read_text_or_empty(row["order_id"]);
  message.livemode = row["livemode"].as<bool>();
  message.episode = row["episode"].as<std::string>();
  message.payload_json = row["payload"].as<std::string>();
  message.state = row["state"].as<std::string>();
  message.sink = read_text_or_empty(row["sink"]);
  message.attempts = row["attempts"].as<int>();
  message.next_attempt_at =
      require(read_time(row["next_attempt_at"]), "outbox_messages.next_attempt_at");
  message.leased_until = read_time(row["leased_until"]);
  message.held_since = read_time(row["held_since"]);
  message.lease_token = read_text_or_empty(row["lease_token"]);
  message.last_error = read_text_or_empty(row["last_error"]);
  message.created_at = require(read_time(row["created_at"]), "outbox_messages.created_at");
  message.sent_at = read_time(row["sent_at"]);
  message.external_reference = read_text_or_empty(row["external_reference"]);
  return message;
}

const char* list_sql(OutboxOrder order) {
  switch (order) {
    case OutboxOrder::newest_first:
      return k_list_newest_first;
    case OutboxOrder::due_first:
      return k_list_due_first;
  }
  __builtin_unreachable();
}

bool is_hexadecimal(char digit) {
  return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') ||
         (digit >= 'A' && digit <= 'F');
}

/// `id` with its first digits replaced. Precondition: no more digits than it has.
std::string begun_with(std::string_view digits, std::string_view id) {
  std::string text{id};
  for (char& place : text) {
    if (digits.empty()) {
      break;
    }
    if (place != '-') {
      place = digits.front();
      digits.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace

OutboxList list_outbox(Connection& connection, const OutboxFilter& filter) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto rows = transaction.run(
        list_sql(filter.order), {filter.state, filter.sink, filter.audience, filter.refund_id,
                                 std::to_string(std::clamp(filter.limit, 1, k_outbox_list_max))});
    OutboxList list;
    for (const auto& row : rows) {
      list.messages.push_back(read_message(row));
      list.total = row["total"].as<std::int64_t>();
    }
    return list;
  });
}

std::optional<MessageIdRange> message_id_range(std::string_view prefix) {
  constexpr std::size_t k_digits = 32;
  std::string digits{prefix};
  std::erase(digits, '-');
  if (prefix.size() > k_lowest_id.size() || digits.size() > k_digits ||
      digits.size() < k_message_id_prefix_min || !std::ranges::all_of(digits, is_hexadecimal)) {
    return std::nullopt;
  }
  return MessageIdRange{begun_with(digits, k_lowest_id), begun_with(digits, k_highest_id)};
}

std::vector<OutboxMessage> find_outbox_messages(Connection& connection, const MessageIdRange& range,
                                                int limit) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<OutboxMessage> messages;
    for (const auto& row :
         transaction.run(k_find_in_range, {range.first, range.last, std::to_string(limit)})) {
      messages.push_back(read_message(row));
    }
    return messages;
  });
}

int retry_dead_messages(Connection& connection, const DeadMessages& which, domain::Time now,
                        const std::string& note) {
  if (which.message_id.empty() && which.sink.empty()) {
    throw std::logic_error{"neither a message nor a sink"};
  }
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto retried = static_cast<int>(
        transaction
            .run(k_retry_dead, {which.message_id, which.sink, domain::format_rfc3339(now), note})
            .size());
    transaction.commit();
    return retried;
  });
}

bool cancel_message(Connection& connection, const std::string& message_id, domain::Time now,
                    const std::string& note) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const bool is_canceled =
        !transaction.run(k_cancel, {message_id, domain::format_rfc3339(now), note}).empty();
    transaction.commit();
    return is_canceled;
  });
}

}  // namespace store
