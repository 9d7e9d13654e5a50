// What this process and the service manager (systemd) tell each other: see sd_notify(3) and
// sd_listen_fds(3). Where no service manager started us, nothing is sent and nothing was passed.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runtime {

/// The service is up: it has started, or has read its configuration again.
void notify_ready();
/// Until the next notify_ready().
void notify_reloading();
void notify_stopping();
/// One line for `systemctl status`.
void notify_status(std::string_view sentence);
/// The process is well; to be said more often than watchdog_timeout().
void notify_watchdog();

/// After this long without notify_watchdog() the process is killed; nullopt: nobody watches.
std::optional<std::chrono::microseconds> watchdog_timeout();

/// A listening socket that was opened for us.
struct PassedSocket {
  std::string name;  // FileDescriptorName= of the socket unit
  int descriptor = -1;
};

/// Call it once: the sockets are the caller's from then on. Throws std::runtime_error where one of
/// them is not a stream socket that listens.
std::vector<PassedSocket> take_passed_sockets();

}  // namespace runtime
