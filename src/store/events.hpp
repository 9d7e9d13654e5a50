// The events that were received, for an operator: which there are, and one of them with its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

struct EventFilter {
  std::string source;  // of this and the next two: empty fits all
  std::string verdict;
  std::string refund_id;
  domain::Time since{};                      // received at or after
  domain::Time until = domain::Time::max();  // received before
  int limit = 50;
};

inline constexpr int k_event_list_max = 10000;

struct StoredEvent {
  std::string source;
  std::string event_id;
  std::string event_type;
  std::string refund_id;  // empty, as charge_id is: it names none
  std::string charge_id;
  std::string verdict;
  std::string verdict_reason;
  std::string evidence;
  domain::Time occurred_at{};
  domain::Time received_at{};
  std::string remote_address;
};

struct EventList {
  std::vector<StoredEvent> events;  // the newest first
  bool has_more = false;            // than the limit
};

/// Reads what lies between the times; with `refund_id`, only what that one has. Throws Failure.
EventList list_events(Connection& connection, const EventFilter& filter);

/// What was received for an event; a conflicting duplicate is beside the first.
struct Payload {
  domain::Time received_at{};
  std::string headers_json;
  std::string body;  // as received, any bytes
};

struct EventWithPayloads {
  StoredEvent event;
  std::vector<Payload> payloads;  // in the order of their receipt; none: no longer kept
};

/// One for each source that knows an event of this id, of `source` only where that is not empty.
/// Throws Failure.
std::vector<EventWithPayloads> find_event(Connection& connection, const std::string& event_id,
                                          const std::string& source);

}  // namespace store
