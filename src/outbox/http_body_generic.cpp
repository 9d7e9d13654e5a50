#include "outbox/http_body.hpp"
#include "outbox/http_body_json.hpp"

namespace outbox {

namespace {

std::string_view word_for(TicketAction action) {
  switch (action) {
    case TicketAction::open:
      return "open";
    case TicketAction::update:
      return "update";
    case TicketAction::resolve:
      return "resolve";
  }
  __builtin_unreachable();
}

}  // namespace

HttpRequestOrNot generic_request(const Outgoing& message, const HttpTarget& target) {
  const OrderedJson body{
      {"id", message.message_id},
      {"type", message.template_name},
      {"createdAt", domain::format_rfc3339(message.created_at)},
      {"audience", to_string(message.audience)},
      {"priority", to_string(message.priority)},
      {"livemode", message.livemode},
      {"language", message.language},
      {"source", message.source},
      {"refundId", text_or_null(message.refund_id)},
      {"orderId", text_or_null(message.order_id)},
      {"recipient", text_or_null(message.recipient)},
      {"action", word_for(message.action)},
      {"externalReference", text_or_null(message.external_reference)},
      {"openedBy", text_or_null(message.opened_by_message_id)},
      {"subject", message.rendered.subject},
      {"text", message.rendered.text},
      {"data", payload_of(message)},
  };
  return HttpRequest{.method = "POST", .url = target.url, .headers = {}, .body = as_body(body)};
}

}  // namespace outbox
