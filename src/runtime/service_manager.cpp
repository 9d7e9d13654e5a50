#include "runtime/service_manager.hpp"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "runtime/log.hpp"

namespace runtime {
namespace {

// A service manager that cannot be reached is no reason to stop: it will act on its own.
void notify(const std::string& lines) {
  if (const int result = sd_notify(/*unset_environment=*/0, lines.c_str()); result < 0) {
    log_warn("the service manager cannot be told",
             {{"error", std::generic_category().message(-result)}});
  }
}

struct FreeNames {
  void operator()(char** names) const {
    for (char** name = names; *name != nullptr; ++name) {
      std::free(*name);
    }
    std::free(names);
  }
};

}  // namespace

void notify_ready() {
  notify("READY=1");
}

// The time tells systemd 253 and later this reload from an earlier one.
void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto since_boot = std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
  const auto microseconds = std::chrono::floor<std::chrono::microseconds>(since_boot).count();
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void notify_stopping() {
  notify("STOPPING=1");
}

void notify_status(std::string_view sentence) {
  notify("STATUS=" + std::string{sentence});
}

void notify_watchdog() {
  notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_timeout() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(/*unset_environment=*/0, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds{microseconds};
}

std::vector<PassedSocket> take_passed_sockets() {
  char** raw_names = nullptr;
  const int count = sd_listen_fds_with_names(/*unset_environment=*/1, &raw_names);
  if (count < 0) {
    throw std::runtime_error{"the sockets of the service manager cannot be taken: " +
                             std::generic_category().message(-count)};
  }
  const std::unique_ptr<char*, FreeNames> names{count > 0 ? raw_names : nullptr};
  std::vector<PassedSocket> sockets;
  for (int at = 0; at < count; ++at) {
    const int descriptor = SD_LISTEN_FDS_START + at;
    const std::string name = names.get()[at];
    if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, /*listening=*/1) <= 0) {
      throw std::runtime_error{"the service manager's socket \"" + name +
                               "\" is not a stream socket that listens"};
    }
    sockets.push_back({name, descriptor});
  }
  return sockets;
}

}  // namespace runtime
