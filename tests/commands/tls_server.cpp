#include "commands/tls_server.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <memory>

namespace commands_test {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::asio::ip::tcp;

std::string text_of(BIO& bio) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(&bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// What the thread owns. Asio keeps the acceptor alive as long as its context.
struct Listening {
  asio::io_context context;
  ssl::context tls{ssl::context::tls_server};
  tcp::acceptor acceptor{context, {asio::ip::make_address("127.0.0.1"), 0}};
};

std::string serve_one(Listening& listening, const std::string& answer, std::size_t body_size) {
  ssl::stream<tcp::socket> stream{listening.acceptor.accept(), listening.tls};
  boost::system::error_code error;
  std::string request;
  stream.handshake(ssl::stream_base::server, error);
  const auto head =
      error ? 0 : asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
  if (error) {
    return {};
  }
  const auto missing = head + body_size - request.size();
  asio::read(stream, asio::dynamic_buffer(request), asio::transfer_exactly(missing), error);
  asio::write(stream, asio::buffer(answer), error);
  stream.shutdown(error);
  return request;
}

}  // namespace

Identity make_identity() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> pem{BIO_new(BIO_s_mem()), BIO_free_all};
  Identity identity;
  PEM_write_bio_X509(pem.get(), certificate.get());
  identity.certificate = text_of(*pem);
  static_cast<void>(BIO_reset(pem.get()));
  PEM_write_bio_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  identity.private_key = text_of(*pem);
  return identity;
}

TlsServer::TlsServer(const Identity& identity, std::string answer, std::size_t body_size) {
  auto listening = std::make_unique<Listening>();
  listening->tls.use_certificate(asio::buffer(identity.certificate), ssl::context::pem);
  listening->tls.use_private_key(asio::buffer(identity.private_key), ssl::context::pem);
  port_ = listening->acceptor.local_endpoint().port();
  request_ = std::async(std::launch::async,
                        [listening = std::move(listening), answer = std::move(answer), body_size] {
                          return serve_one(*listening, answer, body_size);
                        });
}

std::string TlsServer::url() const {
  return "https://127.0.0.1:" + std::to_string(port_) + "/webhooks/omise-th";
}

}  // namespace commands_test
