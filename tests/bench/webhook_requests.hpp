// Whole webhook requests, signed as Omise signs: head and body in one buffer, ready to be sent.
//
// The signing context is made once and only reset for each request: about 1 µs for 1 KB.
#pragma once

#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "bench/refund_events.hpp"

namespace bench {

/// HMAC-SHA256 with one key.
class WebhookSigner {
 public:
  static constexpr std::size_t k_signature_length = 64;
  using Signature = std::array<char, k_signature_length>;

  explicit WebhookSigner(std::string_view key);

  /// Over `timestamp + "." + body`, as lower case digits.
  Signature sign(std::string_view timestamp, std::string_view body);

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const;
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

class WebhookRequests {
 public:
  /// `secret_base64`: as the provider's dashboard shows it. Throws std::runtime_error where it is
  /// not base64.
  WebhookRequests(std::string_view path, std::string_view secret_base64, std::string_view run);

  /// Replaces `request`. `signed_at`: Unix seconds.
  void write(std::string& request, const RefundEvent& event, std::int64_t signed_at);

  [[nodiscard]] const RefundEvents& events() const { return events_; }

 private:
  std::string head_;  // up to the value of the first header that varies
  WebhookSigner signer_;
  RefundEvents events_;
  std::string body_;  // reused
};

}  // namespace bench
