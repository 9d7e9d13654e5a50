// Reads the figures of the database now and then, on a thread and a connection of its own, so that
// neither webhooks nor messages ever wait for it.
//
// Public functions are called on the loop's thread, and what was read comes back there by post.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "monitor/figures_metrics.hpp"
#include "store/connection.hpp"

namespace monitor {

/// The shortest time between two readings. What takes long is read less often, so that it costs
/// about one part in k_figures_share (k_count_share) of one core; figures are read before an alert
/// that wants them within 5 minutes.
inline constexpr std::chrono::seconds k_figures_interval{15};
inline constexpr std::chrono::seconds k_figures_interval_max{120};
inline constexpr int k_figures_share = 20;
inline constexpr std::chrono::seconds k_count_interval{60};
inline constexpr int k_count_share = 100;
/// More refunds than these are not counted in a daemon's first minutes, when everybody who waited
/// for it sends at once: ten million take a core for a quarter of a minute.
inline constexpr std::int64_t k_counted_at_once_max = 1'000'000;
inline constexpr std::chrono::minutes k_first_count_delay{5};

class DatabaseWatch {
 public:
  /// `loop` must outlive it.
  DatabaseWatch(boost::asio::io_context& loop, std::string database_url);
  /// Stops, where stop() was not called.
  ~DatabaseWatch();
  DatabaseWatch(const DatabaseWatch&) = delete;
  DatabaseWatch& operator=(const DatabaseWatch&) = delete;

  void start();

  /// Reads no more, and cuts what is being read. Runs the loop until that has ended: a few seconds
  /// at most. Precondition: the loop is not running.
  void stop();

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }

 private:
  using SteadyClock = std::chrono::steady_clock;

  // On its thread.
  void read();
  void open_connection();
  void read_figures();
  [[nodiscard]] SteadyClock::time_point first_count();
  void count_refunds();
  void read_last_events();
  void hand_over();
  void note_problem(const std::string& problem);
  void read_again_after(SteadyClock::duration delay);

  boost::asio::io_context& loop_;

  // The loop's.
  Snapshot snapshot_;
  std::shared_ptr<const store::Interrupter> interrupter_;
  bool stopping_ = false;
  bool has_ended_ = false;

  // The thread's.
  std::string database_url_;
  std::optional<store::Connection> connection_;
  Snapshot next_;
  std::optional<domain::Time> events_known_until_;
  std::optional<SteadyClock::time_point> next_count_;  // nullopt: not known yet
  std::string problem_;                                // empty: none
  boost::asio::io_context work_{1};
  boost::asio::steady_timer timer_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_open_;
  std::thread thread_;
};

}  // namespace monitor
