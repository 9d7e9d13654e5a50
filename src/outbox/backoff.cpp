#include "outbox/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace outbox {
namespace {

constexpr double k_delay_first_seconds = 5;
constexpr double k_delay_max_seconds = 6 * 3600;
constexpr double k_growth = 2.31;  // reaches the longest delay with the eleventh attempt

}  // namespace

std::chrono::milliseconds retry_delay(int attempt, double jitter) {
  const double grown = k_delay_first_seconds * std::pow(k_growth, std::max(attempt, 1) - 1);
  const double longest = std::min(grown, k_delay_max_seconds);
  const double seconds = longest * (0.75 + jitter / 2);
  return std::chrono::milliseconds{
      static_cast<std::int64_t>(1000 * std::min(seconds, k_delay_max_seconds))};
}

}  // namespace outbox
