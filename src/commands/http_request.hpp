// One HTTP request to our own daemon. Blocks until the answer or the timeout.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace commands {

struct HttpRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::optional<std::string> body{};  // nullopt: GET
  /// The only server that is believed, and over https only: "sha256//…" of its public key. Names
  /// and issuers are not looked at: a certificate for refunds.example is right on 127.0.0.1 too.
  /// nullopt: anybody over http, or who has a certificate of the system's authorities over https.
  std::optional<std::string> public_key_pin{};
  bool proxy_header = false;  // begins with a PROXY header: the other side believes us
  std::string unix_socket{};  // absolute path, instead of the URL's host; empty: none
  std::chrono::seconds timeout{10};
};

struct HttpAnswer {
  long status = 0;
  std::string body;  // its first k_answer_max_bytes
};

inline constexpr std::size_t k_answer_max_bytes = std::size_t{256} << 10;

/// Throws std::runtime_error where no answer came. Proxies and redirections are not followed.
HttpAnswer perform(const HttpRequest& request);

}  // namespace commands
