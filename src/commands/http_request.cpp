#include "commands/http_request.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace commands {
namespace {

struct CurlCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCleanup>;
using CurlHeaders = std::unique_ptr<curl_slist, CurlCleanup>;

template <typename T>
void set(CURL* handle, CURLoption option, T value) {
  if (const auto code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw std::runtime_error{std::string{"libcurl: "} + curl_easy_strerror(code)};
  }
}

std::size_t keep_answer(char* bytes, std::size_t /*always_1*/, std::size_t size, void* answer) {
  auto& body = *static_cast<std::string*>(answer);
  body.append(bytes, std::min(size, k_answer_max_bytes - body.size()));
  return size;
}

CurlHeaders headers_of(const HttpRequest& request) {
  CurlHeaders headers;
  const auto add = [&headers](const std::string& line) {
    auto* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) {
      throw std::bad_alloc{};
    }
    static_cast<void>(headers.release());  // now the front of `longer`
    headers.reset(longer);
  };
  add("Expect:");  // do not wait for "100 Continue" before a large body
  for (const auto& [name, value] : request.headers) {
    add(name + ": " + value);
  }
  return headers;
}

void set_trust(CURL* handle, const HttpRequest& request) {
  const auto& pin = request.public_key_pin;
  set(handle, CURLOPT_PROTOCOLS_STR, pin ? "https" : "http,https");
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_NOPROXY, "*");
  if (pin) {
    set(handle, CURLOPT_PINNEDPUBLICKEY, pin->c_str());
    set(handle, CURLOPT_SSL_VERIFYPEER, 0L);  // the pin is what is verified
    set(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void set_body(CURL* handle, const HttpRequest& request) {
  if (!request.body) {
    set(handle, CURLOPT_HTTPGET, 1L);
    return;
  }
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
  set(handle, CURLOPT_POSTFIELDS, request.body->data());
}

}  // namespace

HttpAnswer perform(const HttpRequest& request) {
  if (request.public_key_pin && request.public_key_pin->empty()) {
    throw std::logic_error{"a pin without a key"};  // libcurl would believe anybody
  }
  const CurlHandle handle{curl_easy_init()};
  const auto headers = headers_of(request);
  HttpAnswer answer;
  set_trust(handle.get(), request);
  set(handle.get(), CURLOPT_URL, request.url.c_str());
  set(handle.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle.get(), CURLOPT_USERAGENT, "refundctl/" REFUNDD_VERSION);
  set(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  set_body(handle.get(), request);
  set(handle.get(), CURLOPT_HAPROXYPROTOCOL, request.proxy_header ? 1L : 0L);
  if (!request.unix_socket.empty()) {
    set(handle.get(), CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  }
  set(handle.get(), CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
  set(handle.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle.get(), CURLOPT_WRITEFUNCTION, &keep_answer);
  set(handle.get(), CURLOPT_WRITEDATA, &answer.body);
  if (const auto code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    throw std::runtime_error{request.url + ": " + curl_easy_strerror(code)};
  }
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace commands
