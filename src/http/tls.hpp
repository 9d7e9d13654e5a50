// The TLS side of the webhook listener.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <optional>

#include "domain/time.hpp"
#include "runtime/config.hpp"

namespace http {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM, the leaf first, then the chain
  std::filesystem::path private_key;  // PEM, without a passphrase
  /// PEM; clients must have a certificate of one of these. Empty: none is asked for.
  std::filesystem::path client_ca{};
};

TlsFiles tls_files_of(const runtime::ListenerConfig& listener);

/// TLS 1.2 or later, forward secrecy and AEAD only, the server's choice of cipher, no compression,
/// no renegotiation. Throws std::runtime_error with a sentence that names the file at fault.
boost::asio::ssl::context make_tls(const TlsFiles& files);

/// When the server's certificate ends. nullopt: it says no such thing.
std::optional<domain::Time> certificate_end_of(boost::asio::ssl::context& tls);

}  // namespace http
