// At most so much a second, with a burst of one second's worth.
#pragma once

#include <algorithm>
#include <chrono>

namespace runtime {

/// Pure: the time is a parameter. A token bucket.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// 0: no limit.
  explicit RateLimit(double per_second)
      : per_second_{per_second}, tokens_{std::max(per_second, 1.0)} {}

  /// How many of `wanted` may go now.
  int allow(int wanted, Time now) {
    if (per_second_ <= 0) {
      return wanted;
    }
    if (last_ != Time{}) {
      const double seconds = std::chrono::duration<double>(now - last_).count();
      tokens_ = std::min(tokens_ + seconds * per_second_, std::max(per_second_, 1.0));
    }
    last_ = now;
    return std::min(wanted, static_cast<int>(tokens_));
  }

  void take() {
    if (per_second_ > 0) {
      tokens_ -= 1;
    }
  }

 private:
  double per_second_;
  double tokens_;
  Time last_{};
};

}  // namespace runtime
