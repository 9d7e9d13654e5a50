#include "outbox/standard_webhooks.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "runtime/base64.hpp"

namespace outbox {
namespace {

constexpr std::string_view k_prefix = "whsec_";
constexpr std::size_t k_key_min_bytes = 24;
constexpr std::size_t k_key_max_bytes = 64;

std::string hmac_sha256(const std::string& key, const std::string& message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
           &size) == nullptr) {
    throw std::runtime_error{"OpenSSL could not compute HMAC-SHA256"};
  }
  return {reinterpret_cast<const char*>(digest.data()), size};
}

}  // namespace

std::optional<WebhookSecret> parse_webhook_secret(std::string_view text) {
  if (!text.starts_with(k_prefix)) {
    return std::nullopt;
  }
  auto key = runtime::decode_base64(text.substr(k_prefix.size()));
  if (!key || key->size() < k_key_min_bytes || key->size() > k_key_max_bytes) {
    return std::nullopt;
  }
  return WebhookSecret{std::move(*key)};
}

std::string sign(const WebhookSecret& secret, const WebhookContent& content) {
  std::string message{content.id};
  message.append(".").append(std::to_string(content.timestamp)).append(".").append(content.body);
  return "v1," + runtime::encode_base64(hmac_sha256(secret.key, message));
}

}  // namespace outbox
