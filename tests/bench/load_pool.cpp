#include "bench/load_pool.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

constexpr std::chrono::seconds k_opening_time_max{15};
constexpr std::chrono::milliseconds k_reopen_delay{50};
constexpr std::chrono::milliseconds k_turn_time_max{20};  // below the delay

}  // namespace

LoadPool::LoadPool(const ClientTls& tls, std::span<const std::uint16_t> ports, std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) {
    connections_.emplace_back(tls, poller_, LoadConnection::Options{ports[at % ports.size()], at});
    closed_.push_back({Clock::now() - k_reopen_delay, &connections_.back()});
  }
}

void LoadPool::open_all() {
  const auto deadline = Clock::now() + k_opening_time_max;
  while (free_.size() < connections_.size()) {
    if (Clock::now() > deadline) {
      throw std::runtime_error{"only " + std::to_string(free_.size()) + " of " +
                               std::to_string(connections_.size()) + " connections came about"};
    }
    turn(deadline, [](const auto&, const auto&) {});
  }
  losses_.reconnects = 0;
}

void LoadPool::turn(Clock::time_point until, const Happened& happened) {
  const auto now = Clock::now();
  for (const epoll_event& event :
       poller_.wait(std::min(until - now, Clock::duration{k_turn_time_max}))) {
    LoadConnection& connection = connections_[event.data.u64];
    const LoadState before = connection.state();
    const auto answer = connection.advance();
    note_change(connection, before, answer.has_value());
    happened(connection, answer);
  }
  if (is_reopening_) {
    reopen_closed();
  }
}

LoadConnection& LoadPool::take_free() {
  LoadConnection& connection = *free_.front();
  free_.pop_front();
  return connection;
}

void LoadPool::ask(LoadConnection& connection) {
  ++asking_count_;
  connection.ask();
  note_change(connection, LoadState::asking, /*is_answered=*/false);
}

void LoadPool::note_change(LoadConnection& connection, LoadState before, bool is_answered) {
  if (connection.state() == before) {
    return;
  }
  asking_count_ -= before == LoadState::asking ? 1 : 0;
  if (connection.state() == LoadState::free) {
    losses_.reconnects += before == LoadState::opening ? 1 : 0;
    free_.push_back(&connection);
    return;
  }
  losses_.handshake_failures += before == LoadState::opening ? 1 : 0;
  losses_.unanswered += before == LoadState::asking && !is_answered ? 1 : 0;
  losses_.malformed_answers += connection.is_confused() ? 1 : 0;
  std::erase(free_, &connection);
  closed_.push_back({Clock::now(), &connection});
}

void LoadPool::reopen_closed() {
  const auto latest = Clock::now() - k_reopen_delay;
  while (!closed_.empty() && closed_.front().since <= latest) {
    closed_.front().connection->open();
    closed_.pop_front();
  }
}

std::size_t LoadPool::open_refund_count() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      connections_, [](const auto& connection) { return connection.open_refund.has_value(); }));
}

}  // namespace bench
