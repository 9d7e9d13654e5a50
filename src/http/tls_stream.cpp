#include "http/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// OpenSSL's own BIO for sockets keeps the descriptor's number, which may be another client's by the
// time that a goodbye is sent; and it writes without MSG_NOSIGNAL.
int descriptor_of(BIO* bio) {
  return static_cast<ClientSocket*>(BIO_get_data(bio))->native_handle();
}

bool is_try_again(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

int send_bytes(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (is_try_again(sent)) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

int receive_bytes(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t received = ::recv(descriptor_of(bio), bytes, static_cast<std::size_t>(size), 0);
  if (is_try_again(received)) {
    BIO_set_retry_read(bio);
  }
  return static_cast<int>(received);
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_socket_method() {
  BIO_METHOD* const method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket");
  if (method == nullptr || BIO_meth_set_write(method, send_bytes) != 1 ||
      BIO_meth_set_read(method, receive_bytes) != 1 || BIO_meth_set_ctrl(method, control) != 1) {
    throw std::bad_alloc{};
  }
  return method;
}

BIO* make_bio() {
  static BIO_METHOD* const k_method = make_socket_method();
  BIO* const bio = BIO_new(k_method);
  if (bio == nullptr) {
    throw std::bad_alloc{};
  }
  BIO_set_init(bio, 1);
  return bio;
}

SSL* make_session(asio::ssl::context& tls) {
  SSL* const session = SSL_new(tls.native_handle());
  if (session == nullptr) {
    throw std::bad_alloc{};
  }
  return session;
}

error_code failure_of(int kind) {
  if (kind == SSL_ERROR_ZERO_RETURN) {
    return asio::error::eof;
  }
  if (kind == SSL_ERROR_SYSCALL && errno != 0) {
    return {errno, boost::system::system_category()};
  }
  const auto code = static_cast<int>(ERR_get_error());
  return code == 0 ? error_code{asio::ssl::error::stream_truncated}
                   : error_code{code, asio::error::get_ssl_category()};
}

int accept_session(SSL* session, void* /*bytes*/, int /*size*/) {
  return SSL_accept(session);
}

int read_bytes(SSL* session, void* bytes, int size) {
  return SSL_read(session, bytes, size);
}

int write_bytes(SSL* session, void* bytes, int size) {
  return SSL_write(session, bytes, size);
}

int shut_down(SSL* session, void* /*bytes*/, int /*size*/) {
  const int result = SSL_shutdown(session);
  return result == 0 ? SSL_shutdown(session) : result;  // 0: only our own goodbye is sent
}

int as_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

// What OpenSSL does until it would block; done again with the same arguments after that.
struct TlsStream::Operation {
  int (*run)(SSL* session, void* bytes, int size);
  void* bytes = nullptr;
  int size = 0;
};

void TlsStream::Free::operator()(SSL* session) const {
  SSL_free(session);
}

TlsStream::TlsStream(ClientSocket socket, asio::ssl::context& tls)
    : socket_{std::move(socket)}, session_{make_session(tls)} {
  BIO* const bio = make_bio();
  SSL_set_bio(session_.get(), bio, bio);
  SSL_set_mode(session_.get(), SSL_MODE_RELEASE_BUFFERS);
  // A record with one recv, not one for its head and one for the rest.
  SSL_set_read_ahead(session_.get(), 1);
}

asio::awaitable<error_code> TlsStream::handshake() {
  error_code failure;
  socket_.native_non_blocking(true, failure);
  if (failure) {
    co_return failure;
  }
  const Operation operation{accept_session};
  const Transferred done = co_await perform(operation);
  co_return done.failure;
}

asio::awaitable<Transferred> TlsStream::read_some(asio::mutable_buffer space) {
  const Operation operation{read_bytes, space.data(), as_size(space.size())};
  const Transferred done = co_await perform(operation);
  // Once around the loop, as Asio does after each of its reads: a client that always has more to
  // say must not keep the thread for itself, and a stop that was called before these bytes came is
  // known before they are read as a request.
  co_await asio::post(socket_.get_executor(), asio::use_awaitable);
  co_return done;
}

asio::awaitable<error_code> TlsStream::write(std::string_view bytes) {
  // OpenSSL only reads them.
  const Operation operation{write_bytes, const_cast<char*>(bytes.data()), as_size(bytes.size())};
  const Transferred done = co_await perform(operation);
  co_return done.failure;
}

asio::awaitable<error_code> TlsStream::shutdown() {
  const Operation operation{shut_down};
  const Transferred done = co_await perform(operation);
  co_return done.failure;
}

asio::awaitable<Transferred> TlsStream::perform(Operation operation) {
  SSL* const session = session_.get();
  BIO_set_data(SSL_get_rbio(session), &socket_);
  for (;;) {
    ERR_clear_error();
    errno = 0;  // recv leaves it alone where the client is gone without a goodbye
    const int result = operation.run(session, operation.bytes, operation.size);
    const int kind = SSL_get_error(session, result);
    Transferred done;
    if (kind == SSL_ERROR_NONE) {
      done.size = static_cast<std::size_t>(result);
      co_return done;
    }
    const bool waits = kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE;
    done.failure = waits ? co_await wait_for(kind) : failure_of(kind);
    if (done.failure) {
      co_return done;
    }
  }
}

asio::awaitable<error_code> TlsStream::wait_for(int wanted) {
  constexpr auto k_await = asio::as_tuple(asio::use_awaitable);
  const auto side =
      wanted == SSL_ERROR_WANT_READ ? ClientSocket::wait_read : ClientSocket::wait_write;
  const auto [failure] = co_await socket_.async_wait(side, k_await);
  co_return failure;
}

}  // namespace http
