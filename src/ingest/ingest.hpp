// From an accepted event to a committed verdict: a bounded queue, group commit, and a clear "no"
// when nothing can be committed.
//
// Lives on the event-loop thread; every function is called there. Database threads take whole
// batches by post and give them back by post, so there is no lock and no atomic.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "domain/refund.hpp"
#include "store/delivery.hpp"

namespace prometheus {
class Registry;
}

namespace ingest {

struct Options {
  std::string database_url;
  std::size_t connections = 2;
  std::size_t queue_max = 10000;
  std::size_t batch_max = 500;
  /// The longest that a caller of submit waits. PAY.JP gives up after 10 s, so stay below.
  std::chrono::milliseconds answer_timeout{8000};
  /// Called after each batch, on the loop's thread: there may be new messages. May be empty.
  std::function<void()> committed;
  /// Called once, on the loop's thread: the database has answered for the first time, or cannot be
  /// reached; not after stop(). May be empty.
  std::function<void()> answered;
  /// Where it is counted. Null: in one of its own.
  std::shared_ptr<prometheus::Registry> registry{};
};

/// Nothing is known to be committed: answered 503, and the provider tries again.
struct Unavailable {
  std::string reason;  // for the log: "queue full", "database away", …
};

using Outcome = std::variant<domain::Verdict, Unavailable>;

struct Readiness {
  bool ready = false;
  std::string reason;  // why not, for an operator
};

class Ingest {
 public:
  /// Starts the database threads; they connect by themselves and keep trying.
  Ingest(boost::asio::io_context& loop, Options options);
  /// Stops, where stop() was not called.
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  /// Returns a verdict only after the commit that holds it. Never throws for the world's faults.
  boost::asio::awaitable<Outcome> submit(store::Delivery delivery);

  /// Database reachable, schema right, durable, queue not full, not stopping.
  [[nodiscard]] Readiness readiness() const;

  /// How many events wait for a database thread.
  [[nodiscard]] std::size_t queue_size() const;

  /// Brings those metrics up to date that change by themselves. Before they are read.
  void refresh_gauges();

  /// A database thread has not come back from its job, although its connection was cut: only a new
  /// process helps.
  [[nodiscard]] bool is_stuck() const;

  /// From now on not ready, and every new submit is refused; those in hand still finish.
  void refuse_new();

  /// Ends the database threads and cuts what they have in hand: call it when nobody waits any more.
  /// Runs the loop until they have ended, a few seconds at most. Precondition: the loop is not
  /// running, and everything that has handlers on it still lives.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ingest
