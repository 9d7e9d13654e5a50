// A TLS server that answers one request, and the throwaway certificate that it shows.
#pragma once

#include <filesystem>
#include <future>
#include <string>

namespace commands_test {

/// A new self-signed certificate and its private key, in PEM.
struct Identity {
  std::string certificate;
  std::string private_key;
};

Identity make_identity();

/// Waits on a free port of 127.0.0.1 for one connection, whose request ends after `body_size` bytes
/// of body, and sends `answer`, verbatim.
class TlsServer {
 public:
  TlsServer(const Identity& identity, std::string answer, std::size_t body_size);

  [[nodiscard]] std::string url() const;

  /// The whole request; empty where the client did not finish the handshake or sent nothing.
  std::string received() { return request_.get(); }

 private:
  unsigned short port_ = 0;
  std::future<std::string> request_;  // the destructor waits for the thread
};

}  // namespace commands_test
