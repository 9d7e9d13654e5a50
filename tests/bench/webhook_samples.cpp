#include "bench/webhook_samples.hpp"

#include <utility>
#include <variant>

#include "bench/webhook_requests.hpp"
#include "http/grammar.hpp"
#include "providers/registry.hpp"

namespace bench {
namespace {

constexpr std::int64_t k_sent_at = 1769853814;  // 2026-01-31T10:03:34Z
constexpr std::string_view k_secret_base64 = "dGhlIHNlY3JldCBpbiB1c2UsIHRoaXJ0eS10d28gYi4=";
constexpr std::string_view k_token = "whook_0123456789abcdef";
constexpr std::string_view k_head_end = "\r\n\r\n";
constexpr std::string_view k_line_end = "\r\n";

constexpr domain::Time received_at() {
  return domain::Time{std::chrono::seconds{k_sent_at} + std::chrono::milliseconds{120}};
}

providers::Source source_of(std::string_view provider, std::string_view secret,
                            const char* currency) {
  providers::Source source;
  source.name = "bench";
  source.provider = providers::find(provider);
  source.secrets = {source.provider->parse_secret(secret).value()};
  source.currency_default = domain::Currency::parse(currency);
  return source;
}

// The request line is passed over.
providers::Headers headers_of(std::string_view head) {
  providers::Headers headers;
  for (;;) {
    head.remove_prefix(head.find(k_line_end) + k_line_end.size());
    const std::string_view line = head.substr(0, head.find(k_line_end));
    if (line.empty()) {
      return headers;
    }
    const auto colon = line.find(':');
    headers.add(std::string{line.substr(0, colon)},
                std::string{http::trim_blanks(line.substr(colon + 1))});
  }
}

}  // namespace

providers::Source omise_source() {
  return source_of("omise", k_secret_base64, "THB");
}

providers::Source payjp_source() {
  return source_of("payjp", k_token, "JPY");
}

std::string omise_request(const RefundEvent& event) {
  WebhookRequests requests{"/webhooks/bench", k_secret_base64, "samples"};
  RefundEvent timed = event;
  timed.created_at = k_sent_at;
  std::string request;
  requests.write(request, timed, k_sent_at);
  return request;
}

std::string_view head_of(std::string_view request) {
  return request.substr(0, request.find(k_head_end) + k_head_end.size());
}

std::string_view body_of(std::string_view request) {
  return request.substr(head_of(request).size());
}

http::Receipt omise_receipt(const RefundEvent& event) {
  const std::string request = omise_request(event);
  http::Receipt receipt;
  receipt.head.method = "POST";
  receipt.head.target = "/webhooks/bench";
  receipt.head.headers = headers_of(head_of(request));
  receipt.head.framing.content_length = body_of(request).size();
  receipt.body = body_of(request);
  receipt.remote_address = "192.0.2.7";
  receipt.received_at = received_at();
  return receipt;
}

std::string payjp_body() {
  providers::SampleEvent sample;
  sample.event_type = "refund.updated";
  sample.event_id = "evnt_4f9f6d2c1b0a4e5d8c7b6a59";
  sample.refund_id = "re_0c1d2e3f4a5b6c7d8e9f0a1b";
  sample.charge_id = "pfw_9a8b7c6d5e4f3a2b1c0d9e8f";
  sample.order_id = "order-samples-1";
  sample.amount_minor = 1500;
  sample.currency = "JPY";
  sample.reason = "requested_by_customer";
  sample.occurred_at = received_at();
  return providers::find("payjp")->make_body(sample);
}

std::vector<store::Delivery> omise_deliveries(std::size_t count) {
  const auto source = omise_source();
  std::vector<store::Delivery> deliveries;
  for (std::size_t at = 0; at < count; ++at) {
    const Stage stage = at % 2 == 0 ? Stage::created : Stage::succeeded;
    auto accepted = http::accept(source, omise_receipt({at / 2, stage, 0}));
    deliveries.push_back(std::get<store::Delivery>(std::move(accepted)));
  }
  return deliveries;
}

providers::DecodeOptions decode_options(const providers::Source& source) {
  providers::DecodeOptions options;
  options.source = source.name;
  options.currency_default = source.currency_default;
  options.evidence = source.provider->evidence;
  options.received_at = received_at();
  return options;
}

providers::AuthenticateOptions authenticate_options(const providers::Source& source) {
  return {source.secrets, source.timestamp_tolerance, received_at()};
}

}  // namespace bench
