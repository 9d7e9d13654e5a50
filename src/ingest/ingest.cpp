#include "ingest/ingest.hpp"

#include <prometheus/registry.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <utility>
#include <vector>

#include "ingest/database_thread.hpp"
#include "ingest/ingest_metrics.hpp"
#include "runtime/wall_clock.hpp"

namespace ingest {
namespace {

constexpr std::chrono::seconds k_check_interval{2};

// Each transaction costs as much as some ten more events in it. So while a batch is under way, a
// smaller one than this does not start beside it: it grows until the one under way ends (measured
// at 32 connections with two threads: 3 190 events/s without this, 3 760 with it)...
constexpr std::size_t k_parallel_batch_min = 12;

// ...or has taken so long that something holds it up, which must not hold up the others.
constexpr std::chrono::milliseconds k_parallel_patience{10};

// Its connection has been cut long before (k_job_time_max): whatever it waits for is not a
// database.
constexpr std::chrono::milliseconds k_stuck_after = 2 * k_job_time_max;

// A batch of large bodies stays small enough for one statement and one answer in time.
constexpr std::size_t k_batch_bytes_max = std::size_t{8} * 1024 * 1024;

// Where a caller of submit waits. Shared by the waiting coroutine, which may give up, and the queue
// or the batch, which may answer later.
struct Ticket {
  boost::asio::steady_timer deadline;
  std::optional<Outcome> outcome;
  bool abandoned = false;
};

using Tickets = std::vector<std::shared_ptr<Ticket>>;

struct Waiting {
  store::Delivery delivery;
  std::shared_ptr<Ticket> ticket;
};

void answer(Ticket& ticket, Outcome outcome) {
  ticket.outcome = std::move(outcome);
  ticket.deadline.cancel();
}

}  // namespace

class Ingest::Impl {
 public:
  Impl(boost::asio::io_context& loop, Options options)
      : loop_{loop},
        options_{std::move(options)},
        registry_{options_.registry ? options_.registry : std::make_shared<prometheus::Registry>()},
        metrics_{*registry_},
        check_timer_{loop},
        patience_{loop} {
    for (std::size_t at = 0; at < options_.connections; ++at) {
      DatabaseThread::Events events{
          [this] { on_thread_changed(); }, [this] { metrics_.note_connected(); },
          [this](store::FailureKind kind, int count) { metrics_.note_failure(kind, count); }};
      threads_.push_back(std::make_unique<DatabaseThread>(
          loop_, options_.database_url, runtime::wall_clock_now, std::move(events)));
    }
    check_later();
  }

  ~Impl() { stop(); }

  boost::asio::awaitable<Outcome> submit(store::Delivery delivery) {
    if (auto refusal = reason_to_refuse(); !refusal.empty()) {
      co_return Unavailable{std::move(refusal)};
    }
    auto ticket = std::make_shared<Ticket>(Ticket{boost::asio::steady_timer{loop_}, {}, false});
    ticket->deadline.expires_after(options_.answer_timeout);
    Waiting waiting{std::move(delivery), ticket};
    queue_.push_back(std::move(waiting));
    hand_out();
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await ticket->deadline.async_wait(token);
    if (!ticket->outcome) {
      ticket->abandoned = true;
      co_return Unavailable{"the commit did not come in time"};
    }
    co_return std::move(*ticket->outcome);
  }

  [[nodiscard]] Readiness readiness() const {
    if (auto refusal = reason_to_refuse(); !refusal.empty()) {
      return {false, std::move(refusal)};
    }
    for (const auto& thread : threads_) {
      if (!thread->is_away() && !thread->schema().durable) {
        return {false, thread->schema().reason};
      }
    }
    return {true, ""};
  }

  [[nodiscard]] std::size_t queue_size() const { return queue_.size(); }

  void refresh_gauges() { metrics_.set_queue(queue_.size(), options_.queue_max); }

  [[nodiscard]] bool is_stuck() const {
    const auto since = std::chrono::steady_clock::now() - k_stuck_after;
    return std::ranges::any_of(threads_, [&](const auto& thread) {
      return thread->is_busy() && thread->busy_since() < since;
    });
  }

  void refuse_new() { refusing_ = true; }

  void stop() {
    refusing_ = true;
    options_.answered = nullptr;
    check_timer_.cancel();
    patience_.cancel();
    for (const auto& thread : threads_) {
      if (!thread->has_ended()) {
        thread->stop();
      }
    }
    // Without work of its own the loop would stop again before a thread has said its last.
    const auto loop_open = boost::asio::make_work_guard(loop_);
    loop_.restart();
    while (!have_all_ended()) {
      loop_.run_one();
    }
  }

 private:
  [[nodiscard]] bool have_all_ended() const {
    return std::all_of(threads_.begin(), threads_.end(),
                       [](const auto& thread) { return thread->has_ended(); });
  }

  [[nodiscard]] bool is_database_away() const {
    return std::all_of(threads_.begin(), threads_.end(),
                       [](const auto& thread) { return thread->is_away(); });
  }

  // Empty: there is none.
  [[nodiscard]] std::string reason_to_refuse() const {
    if (refusing_) {
      return "stopping";
    }
    if (is_database_away()) {
      return "database away: " + threads_.front()->schema().reason;
    }
    if (queue_.size() >= options_.queue_max) {
      return "queue full";
    }
    return "";
  }

  // While the threads are busy the queue grows, so the next batch is larger: group commit without a
  // timer.
  void hand_out() {
    for (const auto& thread : threads_) {
      while (!queue_.empty() && queue_.front().ticket->abandoned) {
        queue_.pop_front();
      }
      if (queue_.empty()) {
        return;
      }
      if (!thread->is_idle()) {
        continue;
      }
      if (queue_.size() < k_parallel_batch_min) {
        if (const auto due = patience_with_others(); due > std::chrono::steady_clock::now()) {
          look_again_at(due);
          return;
        }
      }
      commit_batch(*thread);
    }
  }

  // Until when a small batch waits for those under way; in the past where there is none.
  [[nodiscard]] std::chrono::steady_clock::time_point patience_with_others() const {
    std::chrono::steady_clock::time_point due{};
    for (const auto& thread : threads_) {
      if (thread->is_busy()) {
        due = std::max(due, thread->busy_since() + k_parallel_patience);
      }
    }
    return due;
  }

  void look_again_at(std::chrono::steady_clock::time_point due) {
    if (patience_.expiry() == due) {
      return;
    }
    patience_.expires_at(due);
    patience_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        hand_out();
      }
    });
  }

  void commit_batch(DatabaseThread& thread) {
    std::vector<store::Delivery> deliveries;
    Tickets tickets;
    std::size_t bytes = 0;
    while (!queue_.empty() && deliveries.size() < options_.batch_max && bytes < k_batch_bytes_max) {
      Waiting& next = queue_.front();
      if (!next.ticket->abandoned) {
        bytes += next.delivery.body.size();
        deliveries.push_back(std::move(next.delivery));
        tickets.push_back(std::move(next.ticket));
      }
      queue_.pop_front();
    }
    const auto begin = std::chrono::steady_clock::now();
    auto done = [this, begin, tickets = std::move(tickets)](std::vector<Outcome> outcomes) {
      metrics_.note_batch(tickets.size(), std::chrono::steady_clock::now() - begin);
      for (std::size_t at = 0; at < tickets.size(); ++at) {
        answer(*tickets[at], std::move(outcomes[at]));
      }
      if (options_.committed) {
        options_.committed();
      }
      on_thread_changed();
    };
    thread.commit(std::move(deliveries), std::move(done));
  }

  void on_thread_changed() {
    if (auto answered = std::exchange(options_.answered, nullptr)) {
      answered();
    }
    if (is_database_away()) {
      for (const Waiting& waiting : queue_) {
        answer(*waiting.ticket, Unavailable{reason_to_refuse()});
      }
      queue_.clear();
    }
    hand_out();
  }

  void check_later() {
    check_timer_.expires_after(k_check_interval);
    check_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error || refusing_) {
        return;
      }
      for (const auto& thread : threads_) {
        if (thread->is_idle()) {
          thread->check();
        }
      }
      check_later();
    });
  }

  boost::asio::io_context& loop_;
  Options options_;
  std::shared_ptr<prometheus::Registry> registry_;
  IngestMetrics metrics_;
  std::deque<Waiting> queue_;
  std::vector<std::unique_ptr<DatabaseThread>> threads_;
  boost::asio::steady_timer check_timer_;
  boost::asio::steady_timer patience_;
  bool refusing_ = false;
};

Ingest::Ingest(boost::asio::io_context& loop, Options options)
    : impl_{std::make_unique<Impl>(loop, std::move(options))} {}

Ingest::~Ingest() = default;

boost::asio::awaitable<Outcome> Ingest::submit(store::Delivery delivery) {
  return impl_->submit(std::move(delivery));
}

Readiness Ingest::readiness() const {
  return impl_->readiness();
}

std::size_t Ingest::queue_size() const {
  return impl_->queue_size();
}

void Ingest::refresh_gauges() {
  impl_->refresh_gauges();
}

bool Ingest::is_stuck() const {
  return impl_->is_stuck();
}

void Ingest::refuse_new() {
  impl_->refuse_new();
}

void Ingest::stop() {
  impl_->stop();
}

}  // namespace ingest
