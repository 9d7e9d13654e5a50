#include "http/channel.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <type_traits>
#include <utility>

namespace http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto k_await = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t k_read_bytes = 4096;
constexpr std::size_t k_fields_usual = 16;
constexpr std::chrono::seconds k_linger_time{2};
constexpr std::size_t k_linger_bytes = std::size_t{1} << 20;

PlainStream& socket_of(PlainStream& stream) {
  return stream;
}
PlainStream& socket_of(TlsStream& stream) {
  return stream.socket();
}

RequestHead head_of(const Parser& parser, const Framing& framing) {
  RequestHead head;
  head.method = parser.get().method_string();
  head.target = parser.get().target();
  head.framing = framing;
  head.headers.reserve(k_fields_usual);
  for (const auto& field : parser.get()) {
    head.headers.add(std::string{field.name_string()}, std::string{field.value()});
  }
  return head;
}

}  // namespace

template <typename Stream>
Channel<Stream>::Channel(Stream stream, Connections& connections,
                         const runtime::ListenerConfig& limits)
    : limits_{limits}, stream_{std::move(stream)}, seat_{connections, socket_of(stream_)} {}

// What follows the header belongs to TLS: so it is looked at first, and only taken where it is
// known to be the header's.
template <typename Stream>
asio::awaitable<std::optional<ProxyHeader>> Channel<Stream>::read_proxy_header() {
  seat_.enter(Phase::handshake, limits_.handshake_timeout);
  broken_ = true;
  std::string taken;
  std::array<char, k_proxy_header_bytes_max> seen{};
  for (;;) {
    const bool readable = co_await wait_until_readable();
    const ssize_t size = readable ? ::recv(socket_of(stream_).native_handle(), seen.data(),
                                           seen.size(), MSG_PEEK | MSG_DONTWAIT)
                                  : 0;
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
      continue;
    }
    if (size <= 0) {
      co_return std::nullopt;
    }
    const std::string known = taken + std::string{seen.data(), static_cast<std::size_t>(size)};
    const auto scanned = scan_proxy_header(known);
    const auto* header = std::get_if<ProxyHeader>(&scanned);
    if (header == nullptr && std::get<ProxyScan>(scanned) == ProxyScan::malformed) {
      co_return std::nullopt;
    }
    const std::size_t end = header == nullptr ? known.size() : header->size;
    ::recv(socket_of(stream_).native_handle(), seen.data(), end - taken.size(), MSG_DONTWAIT);
    if (header != nullptr) {
      broken_ = false;
      co_return *header;
    }
    taken = known;
  }
}

template <typename Stream>
asio::awaitable<bool> Channel<Stream>::wait_until_readable() {
  const auto [failure] = co_await socket_of(stream_).async_wait(PlainStream::wait_read, k_await);
  co_return !failure;
}

template <typename Stream>
asio::awaitable<error_code> Channel<Stream>::handshake() {
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    seat_.enter(Phase::handshake, limits_.handshake_timeout);
    const error_code failure = co_await stream_.handshake();
    broken_ = static_cast<bool>(failure);
    co_return seat_.expired() ? error_code{asio::error::timed_out} : failure;
  }
  co_return error_code{};
}

template <typename Stream>
asio::awaitable<Arrival> Channel<Stream>::read_head() {
  bool begun = has_more();
  seat_.enter(begun ? Phase::request : Phase::idle,
              begun ? limits_.head_timeout : limits_.idle_timeout);
  for (;;) {
    const auto bytes = buffer_.cdata();
    const ScannedHead scanned = scan_head({static_cast<const char*>(bytes.data()), bytes.size()});
    switch (scanned.scan) {
      case HeadScan::complete:
        head_size_ = scanned.size;
        co_return Arrival::complete;
      case HeadScan::too_large:
        co_return Arrival::too_large;
      case HeadScan::bare_line_feed:
        co_return Arrival::bare_line_feed;
      case HeadScan::incomplete:
        break;
    }
    const Transferred read = co_await read_some();
    if (read.failure) {
      co_return unfinished(begun);
    }
    if (!begun) {
      begun = true;
      seat_.enter(Phase::request, limits_.head_timeout);
    }
  }
}

// Appends to the buffer.
template <typename Stream>
asio::awaitable<Transferred> Channel<Stream>::read_some() {
  const asio::mutable_buffer space = buffer_.prepare(k_read_bytes);
  Transferred read;
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    read = co_await stream_.read_some(space);
  } else {
    const auto [failure, size] = co_await stream_.async_read_some(asio::buffer(space), k_await);
    read = {failure, size};
  }
  buffer_.commit(read.size);
  co_return read;
}

// A deadline leaves the stream usable; anything else that ends a read does not.
template <typename Stream>
Arrival Channel<Stream>::unfinished(bool begun) {
  if (seat_.expired()) {
    return begun ? Arrival::too_slow : Arrival::nothing;
  }
  broken_ = begun;
  return begun ? Arrival::lost : Arrival::nothing;
}

template <typename Stream>
std::string_view Channel<Stream>::head() const {
  return {static_cast<const char*>(buffer_.cdata().data()), head_size_};
}

template <typename Stream>
std::optional<RequestHead> Channel<Stream>::parse_head(Parser& parser, const Framing& framing) {
  parser.header_limit(2 * k_head_bytes_max);  // the gate has the say
  parser.body_limit(framing.content_length);
  error_code failure;
  const std::size_t used = parser.put(asio::buffer(head()), failure);
  const bool same = !failure && used == head_size_ && parser.is_header_done() &&
                    !parser.chunked() &&
                    parser.content_length().value_or(0) == framing.content_length;
  buffer_.consume(head_size_);
  return same ? std::optional{head_of(parser, framing)} : std::nullopt;
}

template <typename Stream>
asio::awaitable<Arrival> Channel<Stream>::read_body(Parser& parser) {
  if (parser.is_done()) {
    co_return Arrival::complete;
  }
  seat_.enter(Phase::request, limits_.body_timeout);
  error_code failure;
  // Not Beast's async_read, which wants more of a stream than TlsStream is.
  while (!failure && !parser.is_done()) {
    if (has_more()) {
      buffer_.consume(parser.put(buffer_.cdata(), failure));
    } else {
      const Transferred read = co_await read_some();
      failure = read.failure;
    }
  }
  co_return failure ? unfinished(/*begun=*/true) : Arrival::complete;
}

template <typename Stream>
asio::awaitable<bool> Channel<Stream>::write(std::string_view bytes) {
  seat_.enter(Phase::request, limits_.write_timeout);
  if constexpr (std::is_same_v<Stream, TlsStream>) {
    const error_code failure = co_await stream_.write(bytes);
    broken_ = static_cast<bool>(failure);
  } else {
    const auto all = asio::buffer(bytes);
    const auto [failure, count] = co_await asio::async_write(stream_, all, k_await);
    broken_ = static_cast<bool>(failure);
  }
  co_return !broken_;
}

template <typename Stream>
asio::awaitable<void> Channel<Stream>::close() {
  seat_.enter(Phase::closing, k_linger_time);
  if (!broken_) {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      // Ends at the client's own goodbye, or at once where it is still sending.
      co_await stream_.shutdown();
    }
    error_code ignored;
    socket_of(stream_).shutdown(asio::socket_base::shutdown_send, ignored);
    co_await drain();
  }
  error_code ignored;
  socket_of(stream_).close(ignored);
}

// Below TLS: nobody reads these bytes.
template <typename Stream>
asio::awaitable<void> Channel<Stream>::drain() {
  buffer_.clear();
  const auto space = buffer_.prepare(k_read_bytes);
  for (std::size_t drained = 0; drained < k_linger_bytes && !seat_.expired();) {
    const auto [failure, count] = co_await socket_of(stream_).async_read_some(space, k_await);
    if (failure) {
      co_return;
    }
    drained += count;
  }
}

template class Channel<PlainStream>;
template class Channel<TlsStream>;

}  // namespace http
