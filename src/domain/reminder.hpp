// When support hears of a refund that does not move, and when again.
#pragma once

#include <chrono>
#include <string_view>

namespace domain {

/// How long a refund may be pending before support hears of it.
struct PendingLimits {
  std::chrono::seconds card{std::chrono::hours{1}};
  std::chrono::seconds other{std::chrono::hours{24}};  // also where the method is not known
  /// How long it may wait for the customer or the shop to act.
  std::chrono::seconds action_required{std::chrono::hours{24}};
};

struct Waiting {
  std::string_view payment_method;  // the provider's word; empty: not known
  bool action_required = false;
  std::chrono::seconds waited{};  // pending, or waiting for the action, for so long
  int told_count = 0;             // how often support was told of it
  std::chrono::seconds since_last_told{};
};

/// Pure. The first time after its limit, then after the limit again, twice that, four times, …, at
/// least every seven days.
bool is_reminder_due(const Waiting& waiting, const PendingLimits& limits);

}  // namespace domain
