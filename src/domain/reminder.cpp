#include "domain/reminder.hpp"

#include <algorithm>

#include "domain/charge.hpp"

namespace domain {
namespace {

constexpr std::chrono::seconds k_interval_max = std::chrono::days{7};

std::chrono::seconds limit_of(const Waiting& waiting, const PendingLimits& limits) {
  if (waiting.action_required) {
    return limits.action_required;
  }
  return is_card(waiting.payment_method) ? limits.card : limits.other;
}

}  // namespace

bool is_reminder_due(const Waiting& waiting, const PendingLimits& limits) {
  std::chrono::seconds interval = limit_of(waiting, limits);
  if (waiting.told_count == 0) {
    return waiting.waited >= interval;
  }
  for (int told = 1; told < waiting.told_count && interval < k_interval_max; ++told) {
    interval *= 2;
  }
  return waiting.since_last_told >= std::min(interval, k_interval_max);
}

}  // namespace domain
