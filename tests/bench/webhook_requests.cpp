#include "bench/webhook_requests.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <charconv>
#include <stdexcept>

#include "runtime/base64.hpp"

namespace bench {
namespace {

constexpr std::size_t k_digest_bytes = 32;

std::string decode_secret(std::string_view secret_base64) {
  auto key = runtime::decode_base64(secret_base64);
  if (!key) {
    throw std::runtime_error{"the secret file holds no base64"};
  }
  return *std::move(key);
}

using Digits = std::array<char, 20>;

std::string_view as_digits(Digits& room, std::int64_t number) {
  const auto written = std::to_chars(room.data(), room.data() + room.size(), number);
  return {room.data(), written.ptr};
}

}  // namespace

void WebhookSigner::Free::operator()(EVP_MAC_CTX* context) const {
  EVP_MAC_CTX_free(context);
}

WebhookSigner::WebhookSigner(std::string_view key) {
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  context_.reset(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);
  std::string digest = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  if (!context_ || EVP_MAC_init(context_.get(), reinterpret_cast<const unsigned char*>(key.data()),
                                key.size(), parameters) != 1) {
    throw std::runtime_error{"OpenSSL offers no HMAC-SHA256"};
  }
}

WebhookSigner::Signature WebhookSigner::sign(std::string_view timestamp, std::string_view body) {
  static constexpr std::string_view k_digits = "0123456789abcdef";
  EVP_MAC_CTX* const context = context_.get();
  const auto add = [context](std::string_view text) {
    return EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
  };
  std::array<unsigned char, k_digest_bytes> digest;
  std::size_t size = 0;
  // Without a key: begins again with the one it has.
  if (EVP_MAC_init(context, nullptr, 0, nullptr) != 1 || !add(timestamp) || !add(".") ||
      !add(body) || EVP_MAC_final(context, digest.data(), &size, digest.size()) != 1 ||
      size != digest.size()) {
    throw std::runtime_error{"OpenSSL could not sign"};
  }
  Signature signature;
  for (std::size_t at = 0; at < digest.size(); ++at) {
    signature[2 * at] = k_digits[digest[at] >> 4U];
    signature[2 * at + 1] = k_digits[digest[at] & 15U];
  }
  return signature;
}

WebhookRequests::WebhookRequests(std::string_view path, std::string_view secret_base64,
                                 std::string_view run)
    : signer_{decode_secret(secret_base64)}, events_{run} {
  head_.append("POST ").append(path).append(
      " HTTP/1.1\r\n"
      "Host: localhost\r\n"
      "User-Agent: Omise/2019-05-29\r\n"
      "Accept: */*\r\n"
      "Content-Type: application/json\r\n"
      "Omise-Signature-Timestamp: ");
}

void WebhookRequests::write(std::string& request, const RefundEvent& event,
                            std::int64_t signed_at) {
  events_.write_body(body_, event);
  Digits room;
  const std::string_view timestamp = as_digits(room, signed_at);
  const auto signature = signer_.sign(timestamp, body_);
  request.assign(head_).append(timestamp);
  request.append("\r\nOmise-Signature: ").append(signature.data(), signature.size());
  request.append("\r\nContent-Length: ");
  request.append(as_digits(room, static_cast<std::int64_t>(body_.size())));
  request.append("\r\n\r\n").append(body_);
}

}  // namespace bench
