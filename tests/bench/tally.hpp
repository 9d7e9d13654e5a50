// What a run of the load generator has measured. An answer counts by the time of its arrival:
// before the measured time it is warm-up, after it it still has a latency but no place in the
// rates.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/http_answer.hpp"
#include "bench/load_pool.hpp"
#include "bench/poller.hpp"

namespace bench {

/// What is left when the time is over.
struct Leftovers {
  std::uint64_t unanswered = 0;  // sent, on connections that are still there
  std::uint64_t due_not_sent = 0;
  std::uint64_t open_refunds = 0;  // their second event was never sent
};

class Tally {
 public:
  Tally();

  /// Before the first answer.
  void set_measured_time(Clock::time_point begin, Clock::time_point end);

  /// `due`: when its request should have been sent.
  void add(const HttpAnswer& answer, Clock::time_point due, Clock::time_point arrived);

  /// Measures this process's own processor time from now on.
  void begin_measuring();
  /// To be called once, when everything is over.
  void finish(Clock::time_point now);

  [[nodiscard]] bool is_measuring() const { return is_measuring_; }
  [[nodiscard]] bool has_answers() const { return warmup_answers_ > 0 || !latencies_us_.empty(); }

  Leftovers leftovers;

  /// One JSON object, pretty-printed. After finish().
  [[nodiscard]] std::string to_json(std::size_t connections, std::string_view run,
                                    const LoadPool::Losses& losses) const;

 private:
  Clock::time_point begin_;
  Clock::time_point end_;
  bool is_measuring_ = false;
  std::chrono::duration<double> own_cpu_{0};
  std::uint64_t warmup_answers_ = 0;
  std::uint64_t answers_after_end_ = 0;
  std::uint64_t applied_in_time_ = 0;
  std::map<int, std::uint64_t> statuses_;
  std::map<std::string, std::uint64_t, std::less<>> verdicts_;
  std::vector<std::uint32_t> latencies_us_;  // sorted by finish()
  std::vector<std::uint32_t> per_second_;
};

}  // namespace bench
