// TLS on a socket, as much of it as a Channel needs: OpenSSL reads and writes the socket itself,
// and a coroutine waits where it would block.
//
// Not Asio's stream: that keeps four buffers of 17 KB for each connection as long as it lives. A
// thousand idle ones took 70 MiB with it and take 22 MiB here, where none is kept while nothing is
// on its way.
//
// Lives on the event-loop thread, one operation at a time. Errors are values; what a deadline
// cancels ends with operation_aborted and may be done again.
#pragma once

#include <openssl/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "http/client_socket.hpp"

namespace http {

struct Transferred {
  boost::system::error_code failure;
  std::size_t size = 0;
};

class TlsStream {
 public:
  /// The server's side. Throws std::bad_alloc where OpenSSL has no memory. May be moved before the
  /// first operation only. `tls` is not needed afterwards.
  TlsStream(ClientSocket socket, boost::asio::ssl::context& tls);

  [[nodiscard]] ClientSocket& socket() { return socket_; }
  [[nodiscard]] auto get_executor() { return socket_.get_executor(); }

  boost::asio::awaitable<boost::system::error_code> handshake();

  /// At least one byte, or a failure: `eof` after the client's goodbye.
  boost::asio::awaitable<Transferred> read_some(boost::asio::mutable_buffer space);

  /// All of it, or a failure. `bytes` must stay until then.
  boost::asio::awaitable<boost::system::error_code> write(std::string_view bytes);

  /// Says goodbye and waits for the client's, which ends at once where it is still sending.
  boost::asio::awaitable<boost::system::error_code> shutdown();

 private:
  struct Operation;
  boost::asio::awaitable<Transferred> perform(Operation operation);
  boost::asio::awaitable<boost::system::error_code> wait_for(int wanted);

  struct Free {
    void operator()(SSL* session) const;
  };

  ClientSocket socket_;
  std::unique_ptr<SSL, Free> session_;
};

}  // namespace http
