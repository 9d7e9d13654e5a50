// The loss meter: what a provider says that it sent on a day, against what is here.
#pragma once

#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

/// A day of a source, in its time zone.
struct SourceDay {
  std::string day;  // "2026-11-21"
  domain::Time begin{};
  domain::Time end{};
};

/// The whole day of the source's time zone that is to be counted next: the one after the newest
/// that was, of the last 30; nullopt: all were that ended an hour ago or longer. Throws Failure.
std::optional<SourceDay> uncounted_day(Connection& connection, const std::string& source,
                                       domain::Time now);

struct SentEvent {
  std::string event_id;
  bool is_unanswered = false;
};

/// Counts how many of `sent` are held here, and how many of those only because they were read.
/// Throws Failure.
void count_deliveries(Connection& connection, const std::string& source, const std::string& day,
                      const std::vector<SentEvent>& sent, domain::Time now);

struct DeliveryCount {
  std::string source;
  std::string day;
  std::int64_t sent = 0;
  std::int64_t held = 0;
  std::int64_t recovered = 0;
  std::int64_t unanswered = 0;
};

/// The newest day of each source. Throws Failure.
std::vector<DeliveryCount> last_delivery_counts(Connection& connection);

}  // namespace store
