#include "http/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include "http/certificate.hpp"

namespace http {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const TlsFiles& files) {
  try {
    make_tls(files);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Tls, OffersOnlyForwardSecretAuthenticatedCiphers) {
  const TestCertificate pair;
  auto tls = make_tls({pair.certificate_file(), pair.private_key_file()});
  SSL_CTX* const native = tls.native_handle();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(native), TLS1_2_VERSION);
  EXPECT_NE(SSL_CTX_get_options(native) & SSL_OP_NO_RENEGOTIATION, 0U);
  EXPECT_NE(SSL_CTX_get_options(native) & SSL_OP_CIPHER_SERVER_PREFERENCE, 0U);
  const auto* const ciphers = SSL_CTX_get_ciphers(native);
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 0);
  for (int at = 0; at < sk_SSL_CIPHER_num(ciphers); ++at) {
    EXPECT_EQ(SSL_CIPHER_is_aead(sk_SSL_CIPHER_value(ciphers, at)), 1);
  }
}

TEST(Tls, NamesTheFileThatIsMissing) {
  const TestCertificate pair;
  EXPECT_THAT(error_of({"/nowhere/cert.pem", pair.private_key_file()}),
              AllOf(HasSubstr("listener.certificate_file"), HasSubstr("/nowhere/cert.pem")));
  EXPECT_THAT(error_of({pair.certificate_file(), "/nowhere/key.pem"}),
              AllOf(HasSubstr("listener.private_key_file"), HasSubstr("/nowhere/key.pem")));
}

TEST(Tls, NamesTheFileThatIsNoPem) {
  const TestCertificate pair;
  std::ofstream{pair.certificate_file()} << "garbage";
  EXPECT_THAT(error_of({pair.certificate_file(), pair.private_key_file()}),
              AllOf(HasSubstr("listener.certificate_file"), HasSubstr("cert.pem")));
}

TEST(Tls, RefusesAKeyOfAnotherCertificate) {
  const TestCertificate pair;
  const TestCertificate other;
  EXPECT_THAT(error_of({pair.certificate_file(), other.private_key_file()}),
              AllOf(HasSubstr("listener.private_key_file"),
                    HasSubstr("not the key of " + pair.certificate_file().string())));
}

}  // namespace
}  // namespace http
