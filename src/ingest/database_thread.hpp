// One thread that owns one database connection, and the loop's view of it.
//
//           connect                 commit / check
//   ┌──────┐ ok      ┌──────┐ ────────────────────► ┌──────┐
//   │ away │────────►│ idle │                       │ busy │
//   └──────┘◄──┐     └──────┘ ◄──────────────────── └──────┘
//      ▲       │ fails (again after k_reconnect_delay)  │
//      └───────┴────────────────────────────────────────┘ connection lost or in doubt
//
// Every public function is called on the loop's thread and returns at once; answers come back
// there.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/commit.hpp"
#include "store/connection.hpp"
#include "store/failure.hpp"
#include "store/schema.hpp"

namespace ingest {

/// A job that takes longer than this has lost its server: its connection is cut, so that its
/// callers hear "503" while their sender still listens. Longer than statement_timeout, shorter than
/// Options::answer_timeout.
inline constexpr std::chrono::milliseconds k_job_time_max{6500};
inline constexpr std::chrono::milliseconds k_reconnect_delay{500};

class DatabaseThread {
 public:
  struct Events {
    /// It is idle now, or it is away now: see is_idle, is_away.
    std::function<void()> changed;
    /// A session was opened, and the schema is right.
    std::function<void()> connected;
    /// So many failures of one kind; a batch that was tried again may have had several.
    std::function<void(store::FailureKind kind, int count)> failed;
  };

  DatabaseThread(boost::asio::io_context& loop, std::string database_url, Clock clock,
                 Events events);
  /// Joins; waits where has_ended() does not hold yet.
  ~DatabaseThread();

  /// Precondition of commit and check: is_idle().
  void commit(std::vector<store::Delivery> deliveries,
              std::function<void(std::vector<Outcome>)> done);
  /// Asks the database whether it is still there and right, and makes the partitions ahead.
  void check();

  [[nodiscard]] bool is_idle() const { return state_ == State::idle; }
  [[nodiscard]] bool is_busy() const { return state_ == State::busy; }
  [[nodiscard]] bool is_away() const { return state_ == State::away; }
  /// When the job in hand, or the last one, began.
  [[nodiscard]] std::chrono::steady_clock::time_point busy_since() const { return busy_since_; }
  /// What the last check said.
  [[nodiscard]] const store::SchemaState& schema() const { return schema_; }

  /// Cuts the job in hand: nobody waits for its outcome any more. The loop must go on running until
  /// has_ended(), because what still hangs is cut from there.
  void stop();
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  enum class State { away, idle, busy };
  struct Job;

  void connect();
  void start_job(State state, std::function<void()> work);
  void watch_job();
  void finish_job(State state);
  void finish_check(store::SchemaState schema);
  void fail_check(store::FailureKind kind, const std::string& problem);
  void lose_connection(const std::string& problem);
  void remember(std::shared_ptr<const store::Interrupter> interrupter);

  // On the database thread.
  void run_jobs();
  void open_connection();
  void check_connection();

  boost::asio::io_context& loop_;
  store::ConnectionOptions options_;
  Clock clock_;
  Events events_;

  // The loop's.
  State state_ = State::away;
  std::chrono::steady_clock::time_point busy_since_{};
  bool stopping_ = false;
  bool has_ended_ = false;
  store::SchemaState schema_{false, false, "the database has not answered yet"};
  std::shared_ptr<const store::Interrupter> interrupter_;
  boost::asio::steady_timer job_deadline_;
  boost::asio::steady_timer reconnect_timer_;

  // The database thread's.
  std::optional<store::Connection> connection_;

  boost::asio::io_context jobs_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> jobs_open_;
  std::thread thread_;
};

}  // namespace ingest
