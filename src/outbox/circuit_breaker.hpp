// Leaves a sink alone that answers nobody, so that its messages keep their attempts.
//
//            k_failures_to_open failures in a row
//   closed ────────────────────────────────────────► open
//      ▲                                               │ after a pause: 30 s, twice as long each
//      time, │ success                                       ▼ at most 10 min
//      └────────────────────────────────────────── half open: one message tries
#pragma once

#include <chrono>

namespace outbox {

/// Pure: the time is a parameter.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How many more messages may be sent now, of `wanted`.
  [[nodiscard]] int allow(int wanted, Time now) const;

  /// One was handed out.
  void begin(Time now);
  /// The receiver answered, even if it was to refuse.
  void succeed();
  /// It did not answer, or could not do its work.
  void fail(Time now);

  [[nodiscard]] bool is_open() const { return failures_ >= k_failures_to_open; }

  static constexpr int k_failures_to_open = 5;

 private:
  int failures_ = 0;        // in a row
  bool is_trying_ = false;  // one has gone out since it opened
  std::chrono::seconds pause_{0};
  Time try_at_{};
};

}  // namespace outbox
