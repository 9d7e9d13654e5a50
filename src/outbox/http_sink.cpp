#include "outbox/http_sink.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "outbox/http_answer.hpp"
#include "outbox/standard_webhooks.hpp"
#include "outbox/text_limits.hpp"
#include "runtime/curl_handle.hpp"

namespace outbox {
namespace {

using runtime::append;
using runtime::begin_transfer;
using runtime::CurlHandle;
using runtime::CurlList;
using runtime::describe_failure;
using runtime::is_loopback;
using runtime::make_curl_handle;
using runtime::parse_url;
using runtime::set;

constexpr std::string_view k_placeholder = "{reference}";

// Ends the transfer where the answer is too long; its status is known by then.
std::size_t keep_answer(char* bytes, std::size_t /*always_1*/, std::size_t size, void* answer) {
  auto& body = static_cast<HttpAnswer*>(answer)->body;
  const auto kept = std::min(size, k_answer_max_bytes - body.size());
  body.append(bytes, kept);
  return kept;
}

bool is_too_long(CURLcode code, const HttpAnswer& answer) {
  return code == CURLE_WRITE_ERROR && answer.body.size() == k_answer_max_bytes;
}

class HttpSink final : public Sink {
 public:
  HttpSink(HttpOptions options, std::function<domain::Time()> clock)
      : options_{std::move(options)},
        secret_{parse_webhook_secret(options_.signing_secret)},
        clock_{std::move(clock)},
        handle_{make_curl_handle()} {}

  SendResult send(const Outgoing& message) override {
    const HttpTarget target{options_.url, options_.ticket_url, options_.routing_key};
    const auto request = http_request(options_.preset, message, target);
    if (const auto* cannot = std::get_if<CannotRequest>(&request)) {
      return {.status = SendStatus::dead,
              .error = cannot->why,
              .retry_after = {},
              .external_reference = {}};
    }
    return perform(message.message_id, std::get<HttpRequest>(request));
  }

 private:
  SendResult perform(const std::string& message_id, const HttpRequest& request) {
    CURL* const handle = handle_.get();
    const auto headers = headers_of(message_id, request);
    HttpAnswer answer;
    prepare(request, headers.get(), answer);
    const auto code = curl_easy_perform(handle);
    if (code != CURLE_OK && !is_too_long(code, answer)) {
      return {.status = SendStatus::retry,
              .error = describe_failure(handle, code),
              .retry_after = {},
              .external_reference = {}};
    }
    curl_off_t retry_after_seconds = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after_seconds);
    answer.retry_after = std::chrono::seconds{retry_after_seconds};
    return send_result_of(answer, options_.reference_pointer);
  }

  CurlList headers_of(const std::string& message_id, const HttpRequest& request) const {
    CurlList headers;
    const auto add = [&headers](const std::string& name, const std::string& value) {
      append(headers, name + ": " + one_line(value));
    };
    add("Content-Type", "application/json");
    add("Accept", "application/json");
    add("Idempotency-Key", message_id);
    add("webhook-id", message_id);
    const auto timestamp =
        std::chrono::floor<std::chrono::seconds>(clock_()).time_since_epoch().count();
    add("webhook-timestamp", std::to_string(timestamp));
    if (secret_) {
      add("webhook-signature", sign(*secret_, {message_id, timestamp, request.body}));
    }
    if (!options_.authorization.empty()) {
      add("Authorization", options_.authorization);
    }
    for (const auto& [name, value] : request.headers) {
      add(name, value);
    }
    return headers;
  }

  void prepare(const HttpRequest& request, curl_slist* headers, HttpAnswer& answer) {
    CURL* const handle = handle_.get();
    begin_transfer(handle, options_.ca_file, options_.timeout);
    set(handle, CURLOPT_PROTOCOLS_STR, request.url.starts_with("https:") ? "https" : "http");
    set(handle, CURLOPT_URL, request.url.c_str());
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(handle, CURLOPT_USERAGENT, "refundd");
    set(handle, CURLOPT_HTTPHEADER, headers);
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    set(handle, CURLOPT_WRITEFUNCTION, &keep_answer);
    set(handle, CURLOPT_WRITEDATA, &answer);
  }

  HttpOptions options_;
  std::optional<WebhookSecret> secret_;
  std::function<domain::Time()> clock_;
  CurlHandle handle_;
};

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::invalid_argument{what};
  }
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void require_good(const HttpOptions& options) {
  require(is_allowed_url(options.url), "url is not https, or has a user name in it");
  require(options.ticket_url.empty() || is_allowed_url(options.ticket_url),
          "ticket_url is not https, or has a user name in it");
  require(options.ticket_url.empty() || options.ticket_url.find(k_placeholder) != std::string::npos,
          "ticket_url has no {reference}");
  require(options.signing_secret.empty() || parse_webhook_secret(options.signing_secret),
          "signing_secret is not whsec_ and the base64 of 24 to 64 bytes");
  require(is_visible(options.authorization), "authorization has more than visible ASCII");
  require(is_json_pointer(options.reference_pointer), "reference_pointer is no JSON pointer");
  require(options.preset != HttpPreset::pagerduty || !options.routing_key.empty(),
          "routing_key is missing");
  require(options.timeout.count() > 0, "timeout is to be above 0");
}

}  // namespace

bool is_allowed_url(std::string_view text) {
  const auto url = parse_url(text);
  return url &&
         (text.starts_with("https://") || (text.starts_with("http://") && is_loopback(url->host)));
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && !text.starts_with('/')) {
    return false;
  }
  for (auto tilde = text.find('~'); tilde != std::string_view::npos;
       tilde = text.find('~', tilde + 1)) {
    const auto escape = text.substr(tilde + 1, 1);
    if (escape != "0" && escape != "1") {
      return false;
    }
  }
  return true;
}

std::unique_ptr<Sink> make_http_sink(HttpOptions options, std::function<domain::Time()> clock) {
  require_good(options);
  return std::make_unique<HttpSink>(std::move(options), std::move(clock));
}

}  // namespace outbox
