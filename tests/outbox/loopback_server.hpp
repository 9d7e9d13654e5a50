// A server on a free port of 127.0.0.1 that speaks whatever a test tells it to.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace outbox {

/// The peer's end of one connection. Reading gives nullopt when the client has gone.
class LoopbackConnection {
 public:
  explicit LoopbackConnection(int socket) : socket_{socket} {}

  /// Without its CRLF.
  std::optional<std::string> read_line() {
    for (;;) {
      if (const auto end = unread_.find("\r\n"); end != std::string::npos) {
        std::string line = unread_.substr(0, end);
        unread_.erase(0, end + 2);
        return line;
      }
      if (!read_more()) {
        return std::nullopt;
      }
    }
  }

  std::optional<std::string> read_exactly(std::size_t size) {
    while (unread_.size() < size) {
      if (!read_more()) {
        return std::nullopt;
      }
    }
    std::string bytes = unread_.substr(0, size);
    unread_.erase(0, size);
    return bytes;
  }

  void read_until_the_client_goes() {
    while (read_more()) {
      unread_.clear();
    }
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// The client sees a reset, not an end.
  void reset() const {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

 private:
  bool read_more() {
    char bytes[4096];
    const auto size = recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) {
      return false;
    }
    unread_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  std::string unread_;
};

/// Runs `talk` for one connection after the other, on a thread of its own, which the destructor
/// ends.
class LoopbackServer {
 public:
  using Talk = std::function<void(LoopbackConnection&)>;

  explicit LoopbackServer(Talk talk) : talk_{std::move(talk)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any_address = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (listener_ < 0 || bind(listener_, any_address, size) != 0 || listen(listener_, 8) != 0 ||
        getsockname(listener_, any_address, &size) != 0) {
      throw std::system_error{errno, std::generic_category(), "loopback server"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }

  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  ~LoopbackServer() {
    {
      const std::lock_guard lock{mutex_};
      shutdown(listener_, SHUT_RDWR);
      if (connection_ >= 0) {
        shutdown(connection_, SHUT_RDWR);
      }
    }
    thread_.join();
    close(listener_);
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  [[nodiscard]] int connections() const {
    const std::lock_guard lock{mutex_};
    return connections_;
  }

  /// Until so many connections have come and have been closed from here.
  void wait_until_closed(int count) const {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this, count] { return closed_ >= count; });
  }

 private:
  void serve() {
    for (;;) {
      const int socket = accept(listener_, nullptr, nullptr);
      if (socket < 0) {
        return;
      }
      begin(socket);
      LoopbackConnection connection{socket};
      talk_(connection);
      end(socket);
    }
  }

  void begin(int socket) {
    const std::lock_guard lock{mutex_};
    connection_ = socket;
    ++connections_;
  }

  void end(int socket) {
    const std::lock_guard lock{mutex_};
    connection_ = -1;
    close(socket);
    ++closed_;
    changed_.notify_all();
  }

  Talk talk_;
  int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unsigned short port_ = 0;
  mutable std::mutex mutex_;
  int connection_ = -1;
  int connections_ = 0;
  int closed_ = 0;
  mutable std::condition_variable changed_;
  std::thread thread_;
};

/// "127.0.0.1:port" where nobody listens.
inline std::string address_of_nobody() {
  const LoopbackServer gone{[](LoopbackConnection&) {}};
  return gone.address();
}

}  // namespace outbox
