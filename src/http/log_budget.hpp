// How many lines outsiders may cause in the log, all together: enough to see what they do, not
// enough to fill a disk or to bury what matters.
#pragma once

#include "runtime/rate_limit.hpp"

namespace http {

inline constexpr double k_outsiders_lines_per_second = 20;

class LogBudget {
 public:
  using Time = runtime::RateLimit::Time;

  /// Whether a line may be written now. What was left out before is said in a line of its own
  /// first.
  bool take(Time now);

 private:
  runtime::RateLimit rate_{k_outsiders_lines_per_second};
  int left_out_ = 0;
};

}  // namespace http
