#include "outbox/http_body.hpp"
#include "outbox/http_body_json.hpp"
#include "outbox/text_limits.hpp"

namespace outbox {
namespace {

constexpr std::size_t k_summary_max_characters = 1024;

// "error" pages somebody at once on a service with dynamic urgency; "warning" does not.
std::string_view severity_of(domain::Priority priority) {
  switch (priority) {
    case domain::Priority::normal:
      return "warning";
    case domain::Priority::high:
      return "error";
  }
  __builtin_unreachable();
}

OrderedJson details_of(const Outgoing& message) {
  return {{"text", message.rendered.text},
          {"audience", to_string(message.audience)},
          {"livemode", message.livemode},
          {"refundId", text_or_null(message.refund_id)},
          {"orderId", text_or_null(message.order_id)},
          {"data", payload_of(message)}};
}

OrderedJson trigger_of(const Outgoing& message) {
  const std::string& summary =
      message.rendered.subject.empty() ? message.template_name : message.rendered.subject;
  return {{"summary", cut_to(summary, k_summary_max_characters)},
          {"source", message.source.empty() ? "refundd" : message.source},
          {"severity", severity_of(message.priority)},
          {"timestamp", domain::format_rfc3339(message.created_at)},
          {"class", message.template_name},
          {"custom_details", details_of(message)}};
}

}  // namespace

// A trigger under the key of an alert that is open already adds to it.
HttpRequestOrNot pagerduty_request(const Outgoing& message, const HttpTarget& target) {
  const bool is_end = message.action == TicketAction::resolve;
  const std::string& key =
      message.action == TicketAction::open ? message.message_id : message.opened_by_message_id;
  if (key.empty()) {
    return CannotRequest{"the alert to resolve is not known: no message opened it"};
  }
  OrderedJson body{{"routing_key", target.routing_key},
                   {"event_action", is_end ? "resolve" : "trigger"},
                   {"dedup_key", key}};
  if (!is_end) {
    body["payload"] = trigger_of(message);
  }
  return HttpRequest{.method = "POST", .url = target.url, .headers = {}, .body = as_body(body)};
}

}  // namespace outbox
