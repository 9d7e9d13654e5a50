// A server on free ports of 127.0.0.1, on a thread of its own, with a database that is never there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <thread>

#include "http/certificate.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace http {

class RunningServer {
 public:
  /// Source "payjp-jp", token "secret-token". One second for each phase, so that a test of a
  /// deadline is short.
  explicit RunningServer(std::size_t connections_max = 100);
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Client tls_client() { return Client{port_, Transport::tls}; }
  Client plain_client() { return Client{admin_port_, Transport::plain}; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Returns at once.
  void stop();

  /// After stop(): whether the last connection was gone in time.
  bool wait_until_stopped();

 private:
  Options options(std::size_t connections_max) const;

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
