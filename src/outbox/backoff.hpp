// When a message that could not be sent is tried again.
#pragma once

#include <chrono>

namespace outbox {

/// Attempts before a message is dead.
inline constexpr int k_attempts_max_default = 12;

/// Pure. `attempt`: how many have failed, from 1. `jitter`: from 0 (included) to 1.
///
/// Exponential: about 5 s after the first, 2.31 times as long after each, never more than 6 h;
/// spread over half of that, so that messages which failed together do not come back together.
std::chrono::milliseconds retry_delay(int attempt, double jitter);

}  // namespace outbox
