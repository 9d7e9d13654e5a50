// The listener for webhooks, HTTPS or plain behind a balancer, and the plain one for the operator,
// from socket to answer.
//
//   run_listener ─► TLS handshake ─► run_session ─► head gate ─► route ─► accept ─► ingest ─►
//   answer
//
// Lives on the event-loop thread. A client that stalls, resets or sends garbage costs one
// connection and one log line.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "ingest/ingest.hpp"
#include "providers/source.hpp"
#include "runtime/config.hpp"
#include "runtime/wall_clock.hpp"

namespace prometheus {
class Registry;
}

namespace http {

struct Options {
  runtime::ListenerConfig listener;
  runtime::AdminConfig admin;
  std::vector<providers::Source> sources;
  /// Listening sockets that somebody else has opened, instead of the addresses; the server closes
  /// them. -1: none.
  int listener_socket = -1;
  int admin_socket = -1;
  /// Where requests are counted. Null: in one of its own.
  std::shared_ptr<prometheus::Registry> registry{};
  /// What `GET /metrics` of the admin listener shows. Empty: the registry's.
  std::function<std::string()> metrics_page{};
  std::string version{};  // for `GET /status`
  /// When a request is received; a test may have its own.
  std::function<domain::Time()> now = runtime::wall_clock_now;
};

class Server {
 public:
  /// Reads certificate and key and binds both listeners. Throws std::runtime_error with a sentence
  /// for an operator when one of these cannot be done. `loop` and `ingest` must outlive the server.
  Server(boost::asio::io_context& loop, ingest::Ingest& ingest, Options options);
  /// Precondition: `stopped` was called, or the loop runs no more. Connections that are left then
  /// are closed when the loop is destroyed.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts accepting.
  void start();

  /// The ports really bound (differ from the configuration where that says 0).
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t admin_port() const;

  /// From now on: new connections use `tls`, new requests the sources and limits. What is under way
  /// ends as it began. The address, the number of connections, and whether there is TLS at all
  /// stay: without a new context the old one does.
  void reload(std::optional<boost::asio::ssl::context> tls, const runtime::ListenerConfig& limits,
              std::vector<providers::Source> sources);

  /// Brings those metrics up to date that change by themselves. Before they are read.
  void refresh_gauges();

  /// Of each configured source, since this process started; nullopt: none.
  [[nodiscard]] std::map<std::string, std::optional<domain::Time>> last_good_events() const;

  /// Stops accepting and closes idle connections. Requests in hand, and the first one of whoever
  /// had connected before, are answered with "Connection: close". `stopped` is called once, on the
  /// loop, when the last connection is gone. Call it once.
  void stop(std::function<void()> stopped);

  /// Cuts every connection that is left: the deadline has passed. A request that ingest has in hand
  /// is not taken back: `stopped` comes when ingest has answered it.
  void abort();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
