#include "runtime/heartbeat.hpp"

#include <algorithm>

#include "runtime/log.hpp"
#include "runtime/service_manager.hpp"

namespace runtime {
namespace {

constexpr std::chrono::seconds k_interval_max{1};  // how late a status may be

std::chrono::steady_clock::duration interval_for(
    const std::optional<std::chrono::microseconds>& watchdog) {
  return watchdog ? std::min<std::chrono::steady_clock::duration>(*watchdog / 3, k_interval_max)
                  : k_interval_max;
}

}  // namespace

Heartbeat::Heartbeat(boost::asio::io_context& loop, Options options)
    : options_{std::move(options)},
      timer_{loop},
      interval_{interval_for(watchdog_timeout())},
      is_watched_{watchdog_timeout().has_value()} {}

void Heartbeat::start() {
  beat();
}

void Heartbeat::beat() {
  const std::string illness = options_.illness();
  if (illness != illness_ && !illness.empty()) {
    log_error("not well: the watchdog is not fed", {{"reason", illness}});
  }
  illness_ = illness;
  if (is_watched_ && illness.empty()) {
    notify_watchdog();
  }
  if (std::string status = options_.status(); status != status_) {
    status_ = std::move(status);
    notify_status(status_);
  }
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      beat();
    }
  });
}

}  // namespace runtime
