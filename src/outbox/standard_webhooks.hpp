// The signature of outgoing HTTP messages: Standard Webhooks 1.0.0, symmetric ("v1"). Pure.
//
// Source: the Standard Webhooks specification, sections "Signature scheme" and "Webhook secrets".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace outbox {

struct WebhookSecret {
  std::string key;  // bytes
};

/// "whsec_" and the base64 of 24 to 64 bytes; nullopt otherwise.
std::optional<WebhookSecret> parse_webhook_secret(std::string_view text);

/// What is signed. The views are not kept.
struct WebhookContent {
  std::string_view id;         // the same with every attempt; without a full stop
  std::int64_t timestamp = 0;  // of this attempt, in seconds since 1970
  std::string_view body;
};

/// "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body": a whole webhook-signature header.
/// Throws std::runtime_error only where OpenSSL itself fails.
std::string sign(const WebhookSecret& secret, const WebhookContent& content);

}  // namespace outbox
