// Stored events with the bytes that they were, for taking them in again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/event.hpp"
#include "store/connection.hpp"
#include "store/events.hpp"

namespace store {

struct StoredEventFilter {
  std::vector<std::string> sources{};    // only of these: at least one
  std::vector<std::string> event_ids{};  // empty, as verdicts: any
  std::vector<std::string> verdicts{};
  std::string event_type{};                  // empty: any
  domain::Time since{};                      // received at or after
  domain::Time until = domain::Time::max();  // received before
  int limit = 500;
};

inline constexpr int k_stored_event_list_max = 5000;

struct StoredBytes {
  StoredEvent event;
  domain::Sha256 body_sha256{};
  domain::Sha256 content_sha256{};
  std::optional<std::string> body;  // as received; nullopt: no longer kept
};

struct StoredEvents {
  std::vector<StoredBytes> events;  // in the order of their receipt
  bool has_more = false;            // than the limit
};

/// The body is the one that the event's verdict is about, not that of a conflicting duplicate.
/// Throws Failure.
StoredEvents load_stored_events(Connection& connection, const StoredEventFilter& filter);

}  // namespace store
