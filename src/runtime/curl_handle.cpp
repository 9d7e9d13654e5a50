#include "runtime/curl_handle.hpp"

#include <arpa/inet.h>
#include <openssl/x509.h>

#include <algorithm>
#include <new>

namespace runtime {
namespace {

constexpr std::chrono::milliseconds k_connect_timeout_max{10'000};
constexpr std::size_t k_url_max = 2048;

struct LibcurlInitialized {
  LibcurlInitialized() {
    if (const auto code = curl_global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
      throw std::runtime_error{std::string{"libcurl: "} + curl_easy_strerror(code)};
    }
  }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, decltype(&curl_free)> owned{text, &curl_free};
  return text;
}

// What stands between "//" and the path, user info included.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("//");
  const auto rest = begin == std::string_view::npos ? std::string_view{} : url.substr(begin + 2);
  return rest.substr(0, rest.find_first_of("/?"));
}

// Nothing where the certificate is good, but another host's: libcurl then leaves "unspecified".
std::string why_not_trusted(CURL* handle) {
  long verified = X509_V_OK;
  curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &verified);
  if (verified == X509_V_OK || verified == X509_V_ERR_UNSPECIFIED) {
    return {};
  }
  return std::string{" ("} + X509_verify_cert_error_string(verified) + ")";
}

}  // namespace

CurlHandle make_curl_handle() {
  static const LibcurlInitialized k_initialized;  // never undone: other threads may have handles
  CurlHandle handle{curl_easy_init()};
  if (!handle) {
    throw std::runtime_error{"libcurl: out of memory"};
  }
  return handle;
}

void append(CurlList& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) {
    throw std::bad_alloc{};
  }
  static_cast<void>(list.release());  // now the front of `longer`
  list.reset(longer);
}

void begin_transfer(CURL* handle, const std::string& ca_file, std::chrono::milliseconds timeout) {
  curl_easy_reset(handle);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_NOPROXY, "*");
  set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, ca_file.c_str());
    // Debian's libcurl would look into /etc/ssl/certs as well.
    set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(timeout, k_connect_timeout_max).count()));
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
}

bool is_tls_problem(CURLcode code) {
  static constexpr CURLcode k_problems[] = {
      CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND,  CURLE_SSL_ENGINE_SETFAILED,
      CURLE_SSL_CERTPROBLEM,   CURLE_SSL_CIPHER,           CURLE_PEER_FAILED_VERIFICATION,
      CURLE_USE_SSL_FAILED,    CURLE_SSL_CACERT_BADFILE,   CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_ISSUER_ERROR,  CURLE_SSL_INVALIDCERTSTATUS};
  return std::ranges::find(k_problems, code) != std::end(k_problems);
}

std::string describe_failure(CURL* handle, CURLcode code) {
  // Not CURLOPT_ERRORBUFFER: it names addresses and quotes what the server said.
  const std::string sentence = curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    return "TLS: the certificate is not trusted, or another host's" + why_not_trusted(handle);
  }
  return (is_tls_problem(code) ? "TLS: " : "network: ") + sentence;
}

std::optional<UrlParts> parse_url(std::string_view text) {
  const bool is_visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
  const auto authority = authority_of(text);
  // libcurl would take the path of "https:///path" for a host.
  if (!is_visible || text.size() > k_url_max || text.find('#') != std::string_view::npos ||
      authority.empty() || authority.find('@') != std::string_view::npos) {
    return std::nullopt;
  }
  make_curl_handle();  // for the initialization
  const std::unique_ptr<CURLU, FreeCurl> url{curl_url()};
  if (curl_url_set(url.get(), CURLUPART_URL, std::string{text}.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  return UrlParts{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST)};
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  return host == "localhost" || host == "[::1]" ||
         (inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24U == 127);
}

}  // namespace runtime
