// Tells the service manager again and again that the event loop turns and how the process is.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

namespace runtime {

/// Lives on the event loop: where the loop stands still, so does the heart.
class Heartbeat {
 public:
  struct Options {
    /// Empty: well. Else what is wrong, and the watchdog is not fed.
    std::function<std::string()> illness;
    /// One line for `systemctl status`; sent when it changes.
    std::function<std::string()> status;
  };

  Heartbeat(boost::asio::io_context& loop, Options options);

  /// Beats as long as the loop runs.
  void start();

 private:
  void beat();

  Options options_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::duration interval_;
  bool is_watched_;
  std::string illness_;
  std::string status_;
};

}  // namespace runtime
