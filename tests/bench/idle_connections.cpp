#include "bench/idle_connections.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/poller.hpp"
#include "bench/tls_client.hpp"

namespace bench {
namespace {

constexpr std::chrono::seconds k_opening_time_max{60};
constexpr std::chrono::seconds k_turn_time_max{1};
constexpr std::size_t k_handshakes_at_once = 32;  // each has the server's 5 seconds
constexpr std::uint64_t k_standard_input_key = ~std::uint64_t{0};

class IdleConnections {
 public:
  explicit IdleConnections(const IdlePlan& plan)
      : plan_{plan}, tls_{plan.certificate, Traffic::none} {}

  void open_all();
  void hold_until_input_ends();
  [[nodiscard]] std::size_t closed_count() const { return closed_count_; }

 private:
  struct Connection {
    std::unique_ptr<TlsClient> client;  // null: closed by the server
    bool is_open = false;
  };

  void open_next();
  void advance(std::size_t at);
  void shake_hands(std::size_t at);
  void listen(std::size_t at);
  bool has_input_ended();

  const IdlePlan& plan_;
  ClientTls tls_;
  Poller poller_;
  std::vector<Connection> connections_;
  std::size_t open_count_ = 0;
  std::size_t closed_count_ = 0;
};

void IdleConnections::open_all() {
  const auto deadline = Clock::now() + k_opening_time_max;
  while (open_count_ < plan_.connections) {
    if (Clock::now() > deadline) {
      throw std::runtime_error{"only " + std::to_string(open_count_) + " of " +
                               std::to_string(plan_.connections) + " connections came about"};
    }
    while (connections_.size() < plan_.connections &&
           connections_.size() - open_count_ < k_handshakes_at_once) {
      open_next();
    }
    for (const epoll_event& event : poller_.wait(k_turn_time_max)) {
      advance(event.data.u64);
    }
  }
}

void IdleConnections::hold_until_input_ends() {
  try {
    poller_.add(STDIN_FILENO, EPOLLIN, k_standard_input_key);
  } catch (const std::system_error&) {
    return;  // a file or /dev/null: it has ended already
  }
  for (;;) {
    for (const epoll_event& event : poller_.wait(k_turn_time_max)) {
      if (event.data.u64 != k_standard_input_key) {
        advance(event.data.u64);
      } else if (has_input_ended()) {
        return;
      }
    }
  }
}

bool IdleConnections::has_input_ended() {
  std::array<char, 256> ignored;
  return ::read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0;
}

void IdleConnections::open_next() {
  Connection connection{std::make_unique<TlsClient>(tls_, plan_.port)};
  poller_.add(connection.client->descriptor(), EPOLLIN | EPOLLOUT, connections_.size());
  connections_.push_back(std::move(connection));
}

void IdleConnections::advance(std::size_t at) {
  if (connections_[at].is_open) {
    listen(at);
  } else if (connections_[at].client) {
    shake_hands(at);
  }
}

void IdleConnections::shake_hands(std::size_t at) {
  Connection& connection = connections_[at];
  const int descriptor = connection.client->descriptor();
  switch (connection.client->handshake()) {
    case Step::done:
      connection.is_open = true;
      ++open_count_;
      poller_.change(descriptor, EPOLLIN, at);
      break;
    case Step::wants_read:
      poller_.change(descriptor, EPOLLIN, at);
      break;
    case Step::wants_write:
      poller_.change(descriptor, EPOLLOUT, at);
      break;
    case Step::failed:
      throw std::runtime_error{"a handshake failed after " + std::to_string(open_count_) +
                               " connections"};
  }
}

// The server's session tickets come here, and its goodbye.
void IdleConnections::listen(std::size_t at) {
  std::array<char, 256> room;
  if (connections_[at].client->read(room).step == Step::failed) {
    connections_[at] = {};
    ++closed_count_;
  }
}

}  // namespace

void hold_idle_connections(const IdlePlan& plan, std::ostream& report) {
  IdleConnections connections{plan};
  connections.open_all();
  report << "idle " << plan.connections << std::endl;
  connections.hold_until_input_ends();
  report << "closed " << connections.closed_count() << std::endl;
}

}  // namespace bench
