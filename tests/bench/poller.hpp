// Waits for many descriptors at once, with a timeout finer than a millisecond: a request of a fixed
// rate must leave when it is due. Not thread-safe.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace bench {

using Clock = std::chrono::steady_clock;

class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// `key` comes back with each event. `events`: EPOLLIN, EPOLLOUT, or 0 for hang-ups only.
  void add(int descriptor, std::uint32_t events, std::uint64_t key);
  void change(int descriptor, std::uint32_t events, std::uint64_t key);

  /// Returns after `at_most` with nothing. Valid until the next call.
  std::span<const epoll_event> wait(Clock::duration at_most);

 private:
  static constexpr std::size_t k_events_at_once = 256;

  void control(int operation, int descriptor, std::uint32_t events, std::uint64_t key);

  int descriptor_;
  std::array<epoll_event, k_events_at_once> events_;
};

}  // namespace bench
