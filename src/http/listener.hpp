// Accepts connections on one address, no more than its limit at a time.
//
// At the limit nothing is accepted: clients wait in the kernel's queue until a connection ends.
// When the process is out of descriptors, accepting pauses too, or the loop would spin at full CPU.
// Lives on the event-loop thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>

#include "http/client_socket.hpp"
#include "http/connections.hpp"
#include "runtime/config.hpp"

namespace http {

struct ListenerOptions {
  const char* name = "";  // the configuration's section, for the log and for errors
  runtime::Endpoint endpoint;
  int socket = -1;  // listens already, and takes the endpoint's place; -1: none
  std::size_t connections_max = 0;
  bool local_only = false;  // refuses a socket that other machines can reach
};

class Listener {
 public:
  /// Takes the client over and counts it in `Connections` before it returns.
  using Serve = std::function<void(ClientSocket client, Connections&)>;

  /// Binds, or takes the socket over. Throws std::runtime_error with a sentence for an operator.
  Listener(boost::asio::io_context& loop, ListenerOptions options, Serve serve);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void start();

  /// Accepts nothing more, and lets the connections end: see Connections::wind_down.
  void stop();

  void close_all() { connections_.close_all(); }

  /// After stop(): until the last connection is gone, and nothing here runs on the loop any more.
  boost::asio::awaitable<void> drained();

  /// 0: a Unix socket.
  [[nodiscard]] std::uint16_t port() const;

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] std::size_t connections_max() const { return options_.connections_max; }

 private:
  boost::asio::awaitable<void> accept_clients();
  boost::asio::awaitable<void> watch_deadlines();
  void serve(ClientSocket client);
  boost::asio::awaitable<void> wait_for_room();
  boost::asio::awaitable<void> wait_after(boost::system::error_code failure);

  ListenerOptions options_;
  Serve serve_;
  Acceptor acceptor_;
  boost::asio::steady_timer retry_;  // accepting, after a failure
  boost::asio::steady_timer tick_;   // between two sweeps
  Connections connections_;
  bool stopping_ = false;
  bool accepting_ = false;
  bool watching_ = false;
  bool full_ = false;     // said so in the log; until a quarter of the places is free again
  bool failing_ = false;  // said so in the log; until a client is accepted again
};

}  // namespace http
