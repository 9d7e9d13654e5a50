// One HTTPS request to our own daemon. Blocks until the answer or the timeout.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace commands {

struct HttpsRequest {
  std::string url;  // https only
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// The only server that is believed: "sha256//…" of its public key. Names and issuers are not
  /// looked at: a certificate for refunds.example is right on 127.0.0.1 too.
  std::string public_key_pin;
  std::chrono::seconds timeout{10};
};

struct HttpsAnswer {
  long status = 0;
  std::string body;  // its first k_answer_max_bytes
};

inline constexpr std::size_t k_answer_max_bytes = 4096;

/// Throws std::runtime_error where no answer came. Proxies and redirections are not followed.
HttpsAnswer post(const HttpsRequest& request);

}  // namespace commands
