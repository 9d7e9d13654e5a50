#include "reads/schedule.hpp"

#include <algorithm>

namespace reads {
namespace {

constexpr std::chrono::seconds k_backoff_first{30};
constexpr std::chrono::seconds k_backoff_max = std::chrono::minutes{15};
constexpr std::chrono::seconds k_grace_max = std::chrono::minutes{1};
constexpr int k_doublings_max = 10;

}  // namespace

std::chrono::seconds delay_after(const ReadPolicy& policy, std::string_view payment_method,
                                 int reads) {
  const auto own = policy.poll_by_method.find(std::string{payment_method});
  const auto& steps = own == policy.poll_by_method.end() ? policy.poll : own->second;
  return steps[std::min(static_cast<std::size_t>(std::max(reads, 0)), steps.size() - 1)];
}

std::chrono::seconds backoff_after(const ReadPolicy& policy, int failures,
                                   std::chrono::seconds retry_after) {
  const auto first = std::min({k_backoff_first, policy.catch_up_interval, policy.poll.front()});
  const auto doubled = first * (1 << std::clamp(failures, 0, k_doublings_max));
  return std::max(retry_after, std::min<std::chrono::seconds>(doubled, k_backoff_max));
}

std::chrono::seconds grace_of(const ReadPolicy& policy) {
  return std::min(k_grace_max, policy.catch_up_interval / 5);
}

}  // namespace reads
