// A server on free ports of 127.0.0.1, on a thread of its own, with a database that is never there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "http/certificate.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace http {

/// A test of a deadline makes it short. The others are longer than a Client waits: nobody is cut
/// where the machine stands still for a while, and no test passes because a deadline ended.
struct ServerLimits {
  std::size_t connections_max = 100;
  std::chrono::seconds handshake_timeout{60};
  std::chrono::seconds head_timeout{60};
  std::chrono::seconds body_timeout{60};
};

class RunningServer {
 public:
  /// Source "payjp-jp", token "secret-token".
  explicit RunningServer(const ServerLimits& limits = {});
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Client tls_client() { return Client{port_, Transport::tls}; }
  Client plain_client() { return Client{admin_port_, Transport::plain}; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Returns at once. `then` is called after it on the server's thread, where no deadline ends
  /// meanwhile.
  void stop(std::function<void()> then = {});

  /// After stop(): whether the last connection was gone in time.
  bool wait_until_stopped();

 private:
  Options options(const ServerLimits& limits) const;

  TestCertificate pair_;
  boost::asio::io_context loop_{1};
  ingest::Ingest ingest_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
  std::promise<void> stopped_;
  std::future<void> stopped_later_ = stopped_.get_future();
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace http
