#include "http/log_budget.hpp"

#include <utility>

#include "runtime/log.hpp"

namespace http {

bool LogBudget::take(Time now) {
  if (rate_.allow(1, now) == 0) {
    ++left_out_;
    return false;
  }
  rate_.take();
  if (const int left_out = std::exchange(left_out_, 0); left_out > 0) {
    runtime::log_warn("too much from outside for the log: lines were left out",
                      {{"count", left_out}});
  }
  return true;
}

}  // namespace http
