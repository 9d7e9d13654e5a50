// One TLS 1.3 connection to 127.0.0.1 that never blocks: OpenSSL right on the socket.
//
// Not Asio's stream, because here every microsecond is taken from what is measured: a request costs
// one write() and one read() this way, where Asio's stream adds a read() that finds nothing and
// copies through a BIO pair. The caller waits for the descriptor as each step says. Not
// thread-safe.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace bench {

/// What a connection's buffers are made for.
enum class Traffic {
  constant,  // a record is read with one system call
  none,      // buffers are given back while nothing happens
};

class ClientTls {
 public:
  /// Trusts `certificate` (PEM) and nothing else. Throws std::runtime_error.
  ClientTls(const std::filesystem::path& certificate, Traffic traffic);

  [[nodiscard]] SSL_CTX* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const;
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

enum class Step {
  done,
  wants_read,
  wants_write,
  failed,  // refused, closed or broken: the connection is of no more use
};

class TlsClient {
 public:
  /// Begins to connect; handshake() tells how it went. Throws std::runtime_error where not even a
  /// socket is to be had.
  TlsClient(const ClientTls& tls, std::uint16_t port);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// To be called again until it is done or has failed. Checks the certificate and the name
  /// "localhost".
  Step handshake();

  /// All of `bytes`, which must not change until the step is done.
  Step write(std::string_view bytes);

  struct Received {
    Step step = Step::failed;
    std::size_t size = 0;  // with `done`: more than 0
  };
  Received read(std::span<char> room);

 private:
  Step step_of(int result) const;

  struct Free {
    void operator()(SSL* session) const;
  };
  int descriptor_;
  std::unique_ptr<SSL, Free> session_;
};

}  // namespace bench
