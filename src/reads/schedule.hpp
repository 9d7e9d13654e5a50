// When a refund is asked for again. Pure.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

namespace reads {

/// How a source is read.
struct ReadPolicy {
  /// After the request, then after each answer; the last one repeats. Not empty.
  std::vector<std::chrono::seconds> poll{std::chrono::minutes{5}};
  std::map<std::string, std::vector<std::chrono::seconds>> poll_by_method{};
  std::chrono::seconds give_up_after = std::chrono::days{14};
  /// How often the lists are read where nothing is known to be missing.
  std::chrono::seconds catch_up_interval{300};
  /// How much of what is known is read again: what the provider lists late.
  std::chrono::seconds catch_up_overlap{900};
};

/// After `reads` answers, for a refund that was paid by this method (empty: not known).
std::chrono::seconds delay_after(const ReadPolicy& policy, std::string_view payment_method,
                                 int reads);

/// Until a provider that failed so many times in a row is asked again: at first half a minute, or
/// less where everything is asked for more often; at most 15 minutes.
std::chrono::seconds backoff_after(const ReadPolicy& policy, int failures,
                                   std::chrono::seconds retry_after);

/// What is younger is not looked for in the lists: its webhook may be on its way.
std::chrono::seconds grace_of(const ReadPolicy& policy);

}  // namespace reads
