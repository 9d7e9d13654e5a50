#include "commands/http_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/certificate.hpp"
#include "commands/tls_server.hpp"
#include "runtime/config_folder.hpp"

namespace {

using namespace commands_test;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr auto k_answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 21\r\nConnection: close\r\n\r\n{\"verdict\":\"applied\"}";

// SHA-256 of the key by: openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst
constexpr auto k_certificate = R"(-----BEGIN CERTIFICATE-----
MIIBrzCCAVWgAwIBAgIUb/+3s/5PDZaFtM8nxiOSmsEf+CMwCgYIKoZIzj0EAwIw
LDEQMA4GA1UECgwHRXhhbXBsZTEYMBYGA1UEAwwPcmVmdW5kcy5leGFtcGxlMCAX
DTI2MTEyMTIwNTMyNFoYDzIxMjYxMDI4MjA1MzI0WjAsMRAwDgYDVQQKDAdFeGFt
cGxlMRgwFgYDVQQDDA9yZWZ1bmRzLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQNHB+LO9X/MFRA5FlCZI/SFnxzZ88ak4TAjx25q1i7sj5SdqLoFxc+
nTKzU+YFPyuTPDqONRqj5gkAPGK0+GVho1MwUTAdBgNVHQ4EFgQUzffJUDu+wYVw
C+7XTy8UhIklXpgwHwYDVR0jBBgwFoAUzffJUDu+wYVwC+7XTy8UhIklXpgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBiAtGbKwV3yzFhs8zxrK8Y
awVIyNSjYZhYqH4MhQFf/wIhAI6yN7HVA5wGua74BCH/hq6OehWS0ynL45KwgUmQ
o8Jc
-----END CERTIFICATE-----
)";

std::string pin_of(const Identity& identity) {
  const runtime_test::ConfigFolder folder;
  return commands::read_certificate(folder.write("cert.pem", identity.certificate)).public_key_pin;
}

commands::HttpRequest request_to(const TlsServer& server, const Identity& trusted) {
  return {.url = server.url(),
          .headers = {{"Content-Type", "application/json"}, {"Omise-Signature", "abc"}},
          .body = std::string{"{\"a\":\0}\n", 8},
          .public_key_pin = pin_of(trusted),
          .timeout = std::chrono::seconds{10}};
}

TEST(Certificate, HasTheSubjectAndPinThatOpensslSays) {
  const runtime_test::ConfigFolder folder;
  const auto certificate = commands::read_certificate(folder.write("cert.pem", k_certificate));
  EXPECT_EQ(certificate.subject, "CN=refunds.example,O=Example");
  EXPECT_EQ(certificate.public_key_pin, "sha256//0vA4HM02LP/g5X9pZVfH7wkUkkimj30HhKQdvoZm/xw=");
}

TEST(Certificate, IsRefusedWhereThereIsNone) {
  const runtime_test::ConfigFolder folder;
  const auto read = [](const auto& file) { commands::read_certificate(file); };
  EXPECT_THROW(read(folder.path("absent")), std::runtime_error);
  EXPECT_THROW(read(folder.write("key.pem", make_identity().private_key)), std::runtime_error);
}

TEST(HttpRequest, SendsTheBytesAsTheyAreAndReturnsTheAnswer) {
  const auto identity = make_identity();
  TlsServer server{identity, k_answer, 8};
  const auto answer = commands::perform(request_to(server, identity));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"verdict\":\"applied\"}");
  EXPECT_THAT(server.received(),
              AllOf(StartsWith("POST /webhooks/omise-th HTTP/1.1\r\n"),
                    HasSubstr("\r\nContent-Type: application/json\r\n"),
                    HasSubstr("\r\nContent-Length: 8\r\n"), Not(HasSubstr("Expect")),
                    EndsWith(std::string{"\r\n\r\n{\"a\":\0}\n", 12})));
}

TEST(HttpRequest, TellsNothingToAServerWithAnotherKey) {
  TlsServer server{make_identity(), k_answer, 8};
  EXPECT_THROW(commands::perform(request_to(server, make_identity())), std::runtime_error);
  EXPECT_THAT(server.received(), IsEmpty());
}

TEST(HttpRequest, KeepsOnlyTheBeginningOfALongAnswer) {
  const auto identity = make_identity();
  TlsServer server{identity,
                   "HTTP/1.1 503 Busy\r\nContent-Length: 300000\r\n\r\n" + std::string(300000, 'x'),
                   8};
  const auto answer = commands::perform(request_to(server, identity));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body.size(), commands::k_answer_max_bytes);
}

TEST(HttpRequest, SpeaksHttpsOnlyWhereAServerIsPinned) {
  const auto identity = make_identity();
  for (const auto* url : {"http://127.0.0.1:1/", "file:///etc/hostname", "127.0.0.1:1"}) {
    const commands::HttpRequest request{.url = url,
                                        .headers = {},
                                        .body = "{}",
                                        .public_key_pin = pin_of(identity),
                                        .timeout = std::chrono::seconds{1}};
    EXPECT_THROW(commands::perform(request), std::runtime_error) << url;
  }
}

TEST(HttpRequest, BelievesNoUnknownServerWithoutAPin) {
  TlsServer server{make_identity(), k_answer, 0};
  EXPECT_THROW(commands::perform({.url = server.url()}), std::runtime_error);
  EXPECT_THAT(server.received(), IsEmpty());
}

TEST(HttpRequest, IsNeverPinnedToNothing) {
  EXPECT_THROW(commands::perform({.url = "https://127.0.0.1:1/", .public_key_pin = ""}),
               std::logic_error);
}

}  // namespace
