#include "bench/tls_client.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {
namespace {

constexpr const char* k_host = "localhost";

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    throw std::system_error{errno, std::generic_category(), "cannot open a socket"};
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // In progress, or refused already: the first write of the handshake tells.
  static_cast<void>(
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  return descriptor;
}

}  // namespace

void ClientTls::Free::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

ClientTls::ClientTls(const std::filesystem::path& certificate, Traffic traffic)
    : context_{SSL_CTX_new(TLS_client_method())} {
  if (!context_ || SSL_CTX_set_min_proto_version(native(), TLS1_3_VERSION) != 1) {
    throw std::runtime_error{"OpenSSL offers no TLS 1.3"};
  }
  if (SSL_CTX_load_verify_file(native(), certificate.c_str()) != 1) {
    throw std::runtime_error{"cannot use the certificate " + certificate.string()};
  }
  SSL_CTX_set_verify(native(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
  if (traffic == Traffic::constant) {
    SSL_CTX_set_read_ahead(native(), 1);
  } else {
    SSL_CTX_set_mode(native(), SSL_MODE_RELEASE_BUFFERS);
  }
}

void TlsClient::Free::operator()(SSL* session) const {
  SSL_free(session);
}

TlsClient::TlsClient(const ClientTls& tls, std::uint16_t port)
    : descriptor_{connect_to(port)}, session_{SSL_new(tls.native())} {
  if (!session_ || SSL_set_fd(session_.get(), descriptor_) != 1 ||
      SSL_set1_host(session_.get(), k_host) != 1 ||
      SSL_set_tlsext_host_name(session_.get(), k_host) != 1) {
    ::close(descriptor_);
    throw std::runtime_error{"OpenSSL cannot begin a session"};
  }
}

TlsClient::~TlsClient() {
  if (SSL_is_init_finished(session_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(session_.get());  // a goodbye, as far as it can be sent at once
    ERR_clear_error();
  }
  ::close(descriptor_);
}

Step TlsClient::handshake() {
  ERR_clear_error();
  return step_of(SSL_connect(session_.get()));
}

Step TlsClient::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  return step_of(SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written));
}

TlsClient::Received TlsClient::read(std::span<char> room) {
  ERR_clear_error();
  Received received;
  received.step = step_of(SSL_read_ex(session_.get(), room.data(), room.size(), &received.size));
  return received;
}

Step TlsClient::step_of(int result) const {
  if (result == 1) {
    return Step::done;
  }
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    default:
      return Step::failed;
  }
}

}  // namespace bench
