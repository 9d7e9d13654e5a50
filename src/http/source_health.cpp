#include "http/source_health.hpp"

namespace http {
namespace {

std::int64_t minute_of(domain::Time time) {
  return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}

}  // namespace

void SourceHealth::note_rejected(domain::Time now, std::string_view reason) {
  last_rejected_ = now;
  last_rejection_ = reason;
  const std::int64_t number = minute_of(now);
  Minute& minute = rejected_[static_cast<std::size_t>(number) % k_minutes];
  if (minute.number != number) {
    minute = {number, 0};
  }
  ++minute.count;
}

std::int64_t SourceHealth::rejected_in_hour(domain::Time now) const {
  const std::int64_t first = minute_of(now) - static_cast<std::int64_t>(k_minutes) + 1;
  std::int64_t count = 0;
  for (const Minute& minute : rejected_) {
    count += minute.number >= first ? minute.count : 0;
  }
  return count;
}

}  // namespace http
