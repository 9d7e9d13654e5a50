// The outbox in the hands of an operator: what waits, what was sent, what could not be, and the two
// ways to interfere:
//
//   dead ──retry──► pending, due now, with all its attempts before it
//   pending, dead ──cancel──► suppressed, while nobody is sending it
//
// What a dispatcher has leased is never touched: its finish would overwrite whatever was done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

/// A row of outbox_messages, as it stands there. Texts that are NULL there are empty here.
struct OutboxMessage {
  std::string message_id;
  std::string audience;
  std::string template_name;
  std::string priority;
  std::string source;
  std::string refund_id;
  std::string order_id;
  bool livemode = true;
  std::string episode;
  std::string payload_json;
  std::string state;
  std::string sink;  // empty: not routed yet
  int attempts = 0;
  domain::Time next_attempt_at{};
  std::optional<domain::Time> leased_until;
  std::optional<domain::Time> held_since;  // since then it waits for the provider's API
  std::string lease_token;
  std::string last_error;
  domain::Time created_at{};
  std::optional<domain::Time> sent_at;
  std::string external_reference;
};

enum class OutboxOrder {
  newest_first,
  due_first,  // by next_attempt_at: what is sent next
};

inline constexpr int k_outbox_list_default = 50;
inline constexpr int k_outbox_list_max = 1000;

/// An empty text fits every message.
struct OutboxFilter {
  std::string state;
  std::string sink;
  std::string audience;
  std::string refund_id;
  OutboxOrder order = OutboxOrder::newest_first;
  int limit = k_outbox_list_default;
};

struct OutboxList {
  std::vector<OutboxMessage> messages;
  std::int64_t total = 0;  // that fit, beyond the limit too
};

/// Throws Failure.
OutboxList list_outbox(Connection& connection, const OutboxFilter& filter);

/// A message's id, or its beginning, as a range of ids.
struct MessageIdRange {
  std::string first;  // UUIDs as text, both belong to it
  std::string last;
};

inline constexpr std::size_t k_message_id_prefix_min = 8;  // hexadecimal digits

/// nullopt: not the beginning of a UUID, or shorter than k_message_id_prefix_min. Dashes may be
/// left out.
std::optional<MessageIdRange> message_id_range(std::string_view prefix);

/// At most `limit`, in the order of their ids. Throws Failure.
std::vector<OutboxMessage> find_outbox_messages(Connection& connection, const MessageIdRange& range,
                                                int limit);

/// Which dead messages to try again. Precondition: not both are empty.
struct DeadMessages {
  std::string message_id;  // a whole id; empty: any
  std::string sink;        // empty: any
};

/// Makes them pending and due at `now`, with no attempt made; they stay in the queue of their sink.
/// `note` says who did it, and stands before what last_error was. How many there were. One
/// statement. Throws Failure.
int retry_dead_messages(Connection& connection, const DeadMessages& which, domain::Time now,
                        const std::string& note);

/// Makes a pending or dead message suppressed, with `note` as its last_error. False: it is neither,
/// or somebody is sending it at `now` (a lease that has ended does not count: its holder finds that
/// it has lost it). Throws Failure.
bool cancel_message(Connection& connection, const std::string& message_id, domain::Time now,
                    const std::string& note);

}  // namespace store
