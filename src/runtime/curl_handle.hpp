// libcurl as everything uses it that asks others: handles that free themselves, options that every
// transfer has, and its failures in words. Blocks in nothing but curl_easy_perform. A handle
// belongs to one thread at a time.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace runtime {

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlHandle = std::unique_ptr<CURL, FreeCurl>;
using CurlList = std::unique_ptr<curl_slist, FreeCurl>;

/// The first call in the process also initializes libcurl, from whichever thread. Throws
/// std::runtime_error where libcurl has no memory.
CurlHandle make_curl_handle();

/// Throws std::bad_alloc.
void append(CurlList& list, const std::string& line);

/// Throws std::runtime_error where this libcurl does not know the option or the value.
template <typename T>
void set(CURL* handle, CURLoption option, T value) {
  if (const auto code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw std::runtime_error{std::string{"libcurl: "} + curl_easy_strerror(code)};
  }
}

/// Forgets the options of the last transfer, not its connection, and sets what all have: peer and
/// host verified with TLS 1.2 or later, no proxy of the environment, no signals, `timeout` for the
/// whole transfer. `ca_file` is the only trust there is; empty: the system's.
void begin_transfer(CURL* handle, const std::string& ca_file, std::chrono::milliseconds timeout);

/// Certificate, version, or a server that does not offer TLS.
bool is_tls_problem(CURLcode code);

/// For an operator, without addresses and URLs. `handle`: of the transfer that failed.
std::string describe_failure(CURL* handle, CURLcode code);

struct UrlParts {
  std::string scheme;  // lower case
  std::string host;    // an IPv6 address in brackets
};

/// As libcurl understands it. nullopt too where it has user info, a fragment, more than 2048
/// characters or any that is not visible ASCII.
std::optional<UrlParts> parse_url(std::string_view text);

/// "localhost", which libcurl never asks a name server for, 127.0.0.0/8 or "[::1]".
bool is_loopback(const std::string& host);

}  // namespace runtime
