#include "http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>

#include <boost/asio/ssl/error.hpp>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>

namespace http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Debian's default list still has CBC ciphers; TLS 1.3's are all good and not in this list.
constexpr const char* k_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::runtime_error cannot_use(const char* key, const std::filesystem::path& file,
                              const std::string& why) {
  return std::runtime_error{std::string{"listener."} + key + ": cannot use " + file.string() +
                            ": " + why};
}

void restrict_protocol(ssl::context& tls) {
  SSL_CTX* const native = tls.native_handle();
  tls.set_options(ssl::context::default_workarounds | SSL_OP_NO_COMPRESSION |
                  SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(native, k_ciphers) != 1) {
    throw std::runtime_error{"OpenSSL offers no TLS 1.2 with ECDHE and an AEAD cipher"};
  }
}

void load_certificate(ssl::context& tls, const TlsFiles& files) {
  error_code failure;
  tls.use_certificate_chain_file(files.certificate.string(), failure);
  if (failure) {
    throw cannot_use("certificate_file", files.certificate, failure.message());
  }
}

bool is_mismatch(const error_code& failure) {
  const auto code = static_cast<unsigned long>(failure.value());
  return failure.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
}

void load_private_key(ssl::context& tls, const TlsFiles& files) {
  // Without this, OpenSSL asks for the passphrase on the terminal, and the start hangs.
  tls.set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string{}; });
  error_code failure;
  tls.use_private_key_file(files.private_key.string(), ssl::context::pem, failure);
  if (is_mismatch(failure) || (!failure && SSL_CTX_check_private_key(tls.native_handle()) != 1)) {
    throw cannot_use("private_key_file", files.private_key,
                     "it is not the key of " + files.certificate.string());
  }
  if (failure) {
    throw cannot_use("private_key_file", files.private_key, failure.message());
  }
}

// Where clients show a certificate, OpenSSL resumes sessions only of a context that has a name.
void require_client_certificate(ssl::context& tls, const TlsFiles& files) {
  error_code failure;
  tls.load_verify_file(files.client_ca.string(), failure);
  if (failure) {
    throw cannot_use("client_ca_file", files.client_ca, failure.message());
  }
  constexpr std::string_view k_name = "refundd";
  SSL_CTX_set_session_id_context(tls.native_handle(),
                                 reinterpret_cast<const unsigned char*>(k_name.data()),
                                 static_cast<unsigned>(k_name.size()));
  SSL_CTX_set_client_CA_list(tls.native_handle(), SSL_load_client_CA_file(files.client_ca.c_str()));
  tls.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
}

}  // namespace

TlsFiles tls_files_of(const runtime::ListenerConfig& listener) {
  return {listener.certificate_file, listener.private_key_file, listener.client_ca_file};
}

ssl::context make_tls(const TlsFiles& files) {
  ssl::context tls{ssl::context::tls_server};
  restrict_protocol(tls);
  load_certificate(tls, files);
  load_private_key(tls, files);
  if (!files.client_ca.empty()) {
    require_client_certificate(tls, files);
  }
  return tls;
}

std::optional<domain::Time> certificate_end_of(ssl::context& tls) {
  const X509* certificate = SSL_CTX_get0_certificate(tls.native_handle());
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
    return std::nullopt;
  }
  return std::chrono::sys_seconds{std::chrono::seconds{timegm(&end)}};
}

}  // namespace http
