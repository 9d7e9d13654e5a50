#include "bench/tally.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

namespace bench {
namespace {

using Json = nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

// 4 MB: no reallocation of a long vector shall be among the latencies of a usual run.
constexpr std::size_t k_latencies_reserved = std::size_t{1} << 20U;

Seconds own_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds_of = [](const timeval& time) {
    return Seconds{std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec}};
  };
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

std::uint32_t whole_microseconds(Clock::duration time) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(count, 0, std::numeric_limits<std::uint32_t>::max()));
}

// Nearest rank: a value that was really measured.
std::uint32_t quantile(const std::vector<std::uint32_t>& sorted, double share) {
  const auto rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

Json latency_json(const std::vector<std::uint32_t>& sorted) {
  if (sorted.empty()) {
    return nullptr;
  }
  const double sum = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  return {{"min", sorted.front()},
          {"p50", quantile(sorted, 0.50)},
          {"p90", quantile(sorted, 0.90)},
          {"p99", quantile(sorted, 0.99)},
          {"p999", quantile(sorted, 0.999)},
          {"max", sorted.back()},
          {"mean", sum / static_cast<double>(sorted.size())}};
}

Json losses_json(const LoadPool::Losses& losses, const Leftovers& leftovers) {
  return {{"unanswered", losses.unanswered + leftovers.unanswered},
          {"reconnects", losses.reconnects},
          {"handshake_failures", losses.handshake_failures},
          {"malformed_answers", losses.malformed_answers},
          {"due_not_sent", leftovers.due_not_sent},
          {"open_refunds", leftovers.open_refunds}};
}

}  // namespace

Tally::Tally() {
  latencies_us_.reserve(k_latencies_reserved);
}

void Tally::set_measured_time(Clock::time_point begin, Clock::time_point end) {
  begin_ = begin;
  end_ = end;
  own_cpu_ = own_cpu_time();
}

void Tally::add(const HttpAnswer& answer, Clock::time_point due, Clock::time_point arrived) {
  if (arrived < begin_) {
    ++warmup_answers_;
    return;
  }
  latencies_us_.push_back(whole_microseconds(arrived - due));
  ++statuses_[answer.status];
  if (!answer.verdict.empty()) {
    auto verdict = verdicts_.find(answer.verdict);
    if (verdict == verdicts_.end()) {
      verdict = verdicts_.emplace(answer.verdict, 0).first;
    }
    ++verdict->second;
  }
  if (arrived >= end_) {
    ++answers_after_end_;
    return;
  }
  applied_in_time_ += answer.verdict == "applied" ? 1 : 0;
  const auto second = static_cast<std::size_t>((arrived - begin_) / std::chrono::seconds{1});
  per_second_.resize(std::max(per_second_.size(), second + 1));
  ++per_second_[second];
}

void Tally::begin_measuring() {
  is_measuring_ = true;
  own_cpu_ = own_cpu_time();
}

void Tally::finish(Clock::time_point now) {
  own_cpu_ = own_cpu_time() - own_cpu_;
  end_ = std::max(begin_, std::min(end_, now));
  per_second_.resize(static_cast<std::size_t>(std::ceil(Seconds{end_ - begin_}.count())));
  std::ranges::sort(latencies_us_);
}

std::string Tally::to_json(std::size_t connections, std::string_view run,
                           const LoadPool::Losses& losses) const {
  const double seconds = Seconds{end_ - begin_}.count();
  const auto rate = [seconds](std::uint64_t count) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
  };
  Json answers = Json::object();
  for (const auto& [status, count] : statuses_) {
    answers[std::to_string(status)] = count;
  }
  Json result{{"run_id", run}, {"connections", connections}, {"seconds", seconds}};
  result["answers"] = answers;
  result["verdicts"] = verdicts_;
  result["answers_per_second"] = rate(latencies_us_.size() - answers_after_end_);
  result["applied_per_second"] = rate(applied_in_time_);
  result["latency_us"] = latency_json(latencies_us_);
  result["warmup_answers"] = warmup_answers_;
  result["answers_after_end"] = answers_after_end_;
  result.update(losses_json(losses, leftovers));
  result["own_cpu_seconds"] = own_cpu_.count();
  result["per_second"] = per_second_;
  return result.dump(2) + "\n";
}

}  // namespace bench
