#include "bench/poller.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace bench {
namespace {

// The kernel's default of 50 µs would be part of every latency at a fixed rate.
constexpr unsigned long k_timer_slack_ns = 1;

std::system_error failure(const char* what) {
  return std::system_error{errno, std::generic_category(), what};
}

}  // namespace

Poller::Poller() : descriptor_{::epoll_create1(EPOLL_CLOEXEC)} {
  if (descriptor_ < 0) {
    throw failure("epoll_create1");
  }
  ::prctl(PR_SET_TIMERSLACK, k_timer_slack_ns);
}

Poller::~Poller() {
  ::close(descriptor_);
}

void Poller::add(int descriptor, std::uint32_t events, std::uint64_t key) {
  control(EPOLL_CTL_ADD, descriptor, events, key);
}

void Poller::change(int descriptor, std::uint32_t events, std::uint64_t key) {
  control(EPOLL_CTL_MOD, descriptor, events, key);
}

void Poller::control(int operation, int descriptor, std::uint32_t events, std::uint64_t key) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  if (::epoll_ctl(descriptor_, operation, descriptor, &event) != 0) {
    throw failure("epoll_ctl");
  }
}

std::span<const epoll_event> Poller::wait(Clock::duration at_most) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto whole = std::max<nanoseconds>(at_most, nanoseconds::zero());
  const auto full = std::chrono::duration_cast<seconds>(whole);
  const timespec timeout{full.count(), (whole - full).count()};
  const int count = ::epoll_pwait2(descriptor_, events_.data(), static_cast<int>(events_.size()),
                                   &timeout, nullptr);
  if (count < 0 && errno != EINTR) {
    throw failure("epoll_pwait2");
  }
  return {events_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace bench
