// One connection's bytes: whole request heads and bodies in, answers out, each step under an
// absolute deadline. Knows no routes.
//
// Internal to http/: the only header here that costs Beast.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>
#include <optional>
#include <string_view>

#include "http/arrival.hpp"
#include "http/connections.hpp"
#include "http/proxy_header.hpp"
#include "http/request.hpp"
#include "http/tls_stream.hpp"
#include "runtime/config.hpp"

namespace http {

using PlainStream = ClientSocket;
using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Room for a whole head and one more read; a body goes through it in pieces.
inline constexpr std::size_t k_buffer_bytes_max = 2 * k_head_bytes_max;

template <typename Stream>
class Channel {
 public:
  /// `connections` and `limits` must outlive what this channel is awaited for, not the channel.
  Channel(Stream stream, Connections& connections, const runtime::ListenerConfig& limits);

  [[nodiscard]] const PlainStream& socket() const { return seat_.socket(); }

  /// Before the handshake, and in as much time again: the balancer's header, and not a byte more.
  /// nullopt: it does not come, or is malformed.
  boost::asio::awaitable<std::optional<ProxyHeader>> read_proxy_header();

  /// At once for a plain stream.
  boost::asio::awaitable<boost::system::error_code> handshake();

  /// On `complete` the head is at the front of what is buffered: see head().
  boost::asio::awaitable<Arrival> read_head();

  /// Through its empty line. Valid until the next step.
  [[nodiscard]] std::string_view head() const;

  /// Feeds the head to the parser and takes it out of the buffer. nullopt where Beast reads it
  /// otherwise than the gate did: a fault of ours, answered 400.
  std::optional<RequestHead> parse_head(Parser& parser, const Framing& framing);

  /// Reads the rest of the message, and nothing past it, into the parser.
  boost::asio::awaitable<Arrival> read_body(Parser& parser);

  /// Whether any byte past the head is here already.
  [[nodiscard]] bool has_more() const { return buffer_.size() > 0; }

  /// False: the client is gone or does not read; only close() is left to do.
  boost::asio::awaitable<bool> write(std::string_view bytes);

  /// What follows is not up to the client: no deadline until the next step.
  void suspend_deadline() { seat_.enter_unbounded(Phase::request); }

  /// Says goodbye, then takes in what the client still sends, for k_linger_time and k_linger_bytes
  /// at most: closing with unread bytes would reset the connection, and the answer would be lost.
  boost::asio::awaitable<void> close();

 private:
  boost::asio::awaitable<Transferred> read_some();
  boost::asio::awaitable<bool> wait_until_readable();
  Arrival unfinished(bool begun);
  boost::asio::awaitable<void> drain();

  const runtime::ListenerConfig& limits_;
  Stream stream_;
  boost::beast::flat_buffer buffer_{k_buffer_bytes_max};
  std::size_t head_size_ = 0;
  bool broken_ = false;  // no goodbye can be sent any more
  Seat seat_;            // last: it refers to the stream
};

}  // namespace http
