#include "outbox/circuit_breaker.hpp"

#include <algorithm>

namespace outbox {
namespace {

constexpr std::chrono::seconds k_pause_first{30};
constexpr std::chrono::seconds k_pause_max{600};

}  // namespace

int CircuitBreaker::allow(int wanted, Time now) const {
  if (!is_open()) {
    return wanted;
  }
  return now >= try_at_ ? std::min(wanted, 1) : 0;
}

// The next one may try when this one has failed to come back.
void CircuitBreaker::begin(Time now) {
  if (is_open()) {
    is_trying_ = true;
    try_at_ = now + pause_;
  }
}

void CircuitBreaker::succeed() {
  *this = {};
}

void CircuitBreaker::fail(Time now) {
  if (is_open() && !is_trying_) {
    return;  // was under way when it opened
  }
  ++failures_;
  if (is_open()) {
    is_trying_ = false;
    pause_ = pause_.count() == 0 ? k_pause_first : std::min(pause_ * 2, k_pause_max);
    try_at_ = now + pause_;
  }
}

}  // namespace outbox
