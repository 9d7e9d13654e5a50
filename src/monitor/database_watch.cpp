#include "monitor/database_watch.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "runtime/log.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"

namespace monitor {
namespace {

constexpr std::chrono::hours k_events_looked_at{30 * 24};

// Who commits now may have received its event a while ago.
constexpr std::chrono::minutes k_commit_time_max{1};

// To count some hundred million rows.
constexpr std::chrono::minutes k_statement_timeout{2};

}  // namespace

DatabaseWatch::DatabaseWatch(boost::asio::io_context& loop, std::string database_url)
    : loop_{loop},
      database_url_{std::move(database_url)},
      timer_{work_},
      work_open_{work_.get_executor()} {
  snapshot_.read_at = SteadyClock::now();
}

DatabaseWatch::~DatabaseWatch() {
  stop();
}

void DatabaseWatch::stop() {
  if (!thread_.joinable()) {
    return;
  }
  stopping_ = true;
  work_.stop();
  if (interrupter_) {
    interrupter_->interrupt();
  }
  // A session that is just being opened is made known on the loop, and cut there.
  const auto loop_open = boost::asio::make_work_guard(loop_);
  loop_.restart();
  while (!has_ended_) {
    loop_.run_one();
  }
  thread_.join();
}

void DatabaseWatch::start() {
  boost::asio::post(work_, [this] { read(); });
  thread_ = std::thread{[this] {
    work_.run();
    boost::asio::post(loop_, [this] { has_ended_ = true; });
  }};
}

void DatabaseWatch::read() {
  const auto begin = SteadyClock::now();
  auto took = SteadyClock::duration::zero();
  try {
    open_connection();
    read_figures();
    took = SteadyClock::now() - begin;
    hand_over();
    read_last_events();
    count_refunds();
    hand_over();
    note_problem("");
  } catch (const store::Failure& failure) {
    took = SteadyClock::now() - begin;  // what runs into its limit is not tried again at once
    note_problem(failure.what());
    connection_.reset();
  }
  read_again_after(std::clamp<SteadyClock::duration>(took * k_figures_share, k_figures_interval,
                                                     k_figures_interval_max));
}

void DatabaseWatch::hand_over() {
  boost::asio::post(loop_, [this, read = next_]() mutable { snapshot_ = std::move(read); });
}

void DatabaseWatch::open_connection() {
  if (connection_) {
    return;
  }
  store::ConnectionOptions options;
  options.url = database_url_;
  options.application_name = "refundd-monitor";
  options.statement_timeout = k_statement_timeout;
  connection_.emplace(options);
  boost::asio::post(loop_, [this, interrupter = connection_->interrupter()] {
    interrupter_ = interrupter;
    if (stopping_) {
      interrupter_->interrupt();
    }
  });
}

void DatabaseWatch::read_figures() {
  next_.figures = store::read_figures(*connection_);
  next_.read_at = SteadyClock::now();
}

void DatabaseWatch::read_last_events() {
  const domain::Time now = runtime::wall_clock_now();
  const domain::Time since =
      events_known_until_ ? *events_known_until_ - k_commit_time_max : now - k_events_looked_at;
  for (const auto& [source, time] : store::last_events(*connection_, since)) {
    next_.last_events[source] = std::max(next_.last_events[source], time);
  }
  events_known_until_ = now;
}

DatabaseWatch::SteadyClock::time_point DatabaseWatch::first_count() {
  const bool is_large = store::estimate_refunds(*connection_) > k_counted_at_once_max;
  return SteadyClock::now() + (is_large ? k_first_count_delay : SteadyClock::duration::zero());
}

// Also where it fails it was long enough, and is not tried again at once.
void DatabaseWatch::count_refunds() {
  if (!next_count_) {
    next_count_ = first_count();
  }
  const auto begin = SteadyClock::now();
  if (begin < *next_count_) {
    return;
  }
  const auto plan_next = [this, begin] {
    const auto end = SteadyClock::now();
    next_count_ =
        end + std::max<SteadyClock::duration>(k_count_interval, (end - begin) * k_count_share);
  };
  try {
    next_.refunds = store::count_refunds(*connection_);
    plan_next();
  } catch (const store::Failure&) {
    plan_next();
    throw;
  }
}

void DatabaseWatch::note_problem(const std::string& problem) {
  if (problem != problem_ && !problem.empty()) {
    runtime::log_warn("the figures of the database cannot be read", {{"error", problem}});
  }
  problem_ = problem;
}

void DatabaseWatch::read_again_after(SteadyClock::duration delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      read();
    }
  });
}

}  // namespace monitor
