#include "bench/load_run.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include "bench/load_pool.hpp"
#include "bench/tally.hpp"
#include "bench/webhook_requests.hpp"

namespace bench {
namespace {

using std::chrono::duration_cast;

constexpr std::chrono::seconds k_draining_time_max{15};
constexpr int k_committed = 200;

std::string read_secret(const std::filesystem::path& file) {
  std::ifstream stream{file};
  std::string secret;
  if (!std::getline(stream, secret)) {
    throw std::runtime_error{"cannot read the secret file " + file.string()};
  }
  return secret;
}

Clock::duration as_clock(std::chrono::duration<double> time) {
  return duration_cast<Clock::duration>(time);
}

std::int64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return duration_cast<std::chrono::seconds>(now).count();
}

class LoadRun {
 public:
  explicit LoadRun(const LoadPlan& plan);

  void open_all() { pool_.open_all(); }
  void measure();
  void drain();
  LoadResult result();

 private:
  void turn(Clock::time_point until);
  void take_answer(const LoadConnection& connection, const HttpAnswer& answer);
  void ask_all_due();
  void ask(LoadConnection& connection, Clock::time_point due);
  [[nodiscard]] bool is_over(Clock::time_point now) const;
  [[nodiscard]] Clock::time_point next_due(Clock::time_point now) const;
  [[nodiscard]] std::uint64_t due_not_sent() const;

  const LoadPlan& plan_;
  ClientTls tls_;
  LoadPool pool_;
  WebhookRequests requests_;
  RefundSupply supply_;
  Clock::time_point start_;
  Clock::time_point end_;
  bool is_asking_ = false;  // between the two
  Tally tally_;
  std::ofstream acknowledged_;
  std::string event_id_;  // reused
};

LoadRun::LoadRun(const LoadPlan& plan)
    : plan_{plan},
      tls_{plan.certificate, Traffic::constant},
      pool_{tls_, plan.ports, plan.connections},
      requests_{plan.path, read_secret(plan.secret_file), plan.run},
      supply_{plan.events_max} {
  if (plan.acknowledged) {
    acknowledged_.open(*plan.acknowledged, std::ios::trunc);
    if (!acknowledged_) {
      throw std::runtime_error{"cannot write " + plan.acknowledged->string()};
    }
  }
}

void LoadRun::measure() {
  start_ = Clock::now();
  const auto measured_from = start_ + as_clock(plan_.warmup);
  end_ = measured_from + as_clock(plan_.measured);
  tally_.set_measured_time(measured_from, end_);
  is_asking_ = true;
  ask_all_due();
  for (auto now = start_; !is_over(now); now = Clock::now()) {
    if (!tally_.is_measuring() && now >= measured_from) {
      tally_.begin_measuring();
    }
    turn(tally_.is_measuring() ? end_ : measured_from);
  }
  is_asking_ = false;
  tally_.leftovers.due_not_sent = due_not_sent();
}

bool LoadRun::is_over(Clock::time_point now) const {
  return now >= end_ || (supply_.is_empty() && pool_.asking_count() == 0);
}

void LoadRun::drain() {
  pool_.stop_reopening();
  const auto deadline = Clock::now() + k_draining_time_max;
  while (pool_.asking_count() > 0 && Clock::now() < deadline) {
    turn(deadline);
  }
  tally_.leftovers.unanswered = pool_.asking_count();
  tally_.leftovers.open_refunds = pool_.open_refund_count();
  tally_.finish(Clock::now());
}

LoadResult LoadRun::result() {
  acknowledged_.flush();
  const bool written = !plan_.acknowledged || acknowledged_.good();
  return {tally_.to_json(plan_.connections, plan_.run, pool_.losses()),
          written && tally_.has_answers()};
}

void LoadRun::turn(Clock::time_point until) {
  pool_.turn(std::min(until, next_due(Clock::now())),
             [this](const LoadConnection& connection, const std::optional<HttpAnswer>& answer) {
               if (answer) {
                 take_answer(connection, *answer);
               }
               ask_all_due();
             });
  ask_all_due();
}

void LoadRun::take_answer(const LoadConnection& connection, const HttpAnswer& answer) {
  tally_.add(answer, connection.due, Clock::now());
  if (acknowledged_.is_open() && answer.status == k_committed) {
    event_id_.clear();
    requests_.events().append_event_id(event_id_, connection.event);
    acknowledged_ << event_id_ << '\n';
  }
}

// When the next request has to leave; far away while no connection is free for it.
Clock::time_point LoadRun::next_due(Clock::time_point now) const {
  if (!is_asking_ || !pool_.has_free()) {
    return Clock::time_point::max();
  }
  if (!plan_.requests_per_second) {
    return now;
  }
  const auto count = static_cast<double>(supply_.count());
  return start_ + as_clock(std::chrono::duration<double>{count / *plan_.requests_per_second});
}

void LoadRun::ask_all_due() {
  while (is_asking_ && pool_.has_free()) {
    const auto now = Clock::now();
    const auto due = next_due(now);
    if (due > now || now >= end_) {
      return;
    }
    ask(pool_.take_free(), due);
  }
}

void LoadRun::ask(LoadConnection& connection, Clock::time_point due) {
  const std::int64_t now = unix_seconds();
  const auto event = supply_.next(connection.open_refund, now);
  if (!event) {
    return;  // nothing is left for this one
  }
  connection.event = *event;
  connection.due = due;
  requests_.write(connection.request(), *event, now);
  pool_.ask(connection);
}

std::uint64_t LoadRun::due_not_sent() const {
  if (!plan_.requests_per_second || supply_.is_empty()) {
    return 0;
  }
  const double time = std::chrono::duration<double>{end_ - start_}.count();
  auto due = static_cast<std::uint64_t>(std::ceil(time * *plan_.requests_per_second));
  due = std::min(due, supply_.events_max().value_or(due));
  return due - std::min(due, supply_.count());
}

}  // namespace

LoadResult run_load(const LoadPlan& plan) {
  LoadRun run{plan};
  run.open_all();
  run.measure();
  run.drain();
  return run.result();
}

}  // namespace bench
