// Messages as the dispatcher hands them to a sink.
#pragma once

#include "outbox/outgoing.hpp"

namespace outbox {

inline domain::Time sample_time() {
  return *domain::parse_rfc3339("2026-01-31T10:03:34Z");
}

inline Outgoing sample_message() {
  Outgoing message;
  message.message_id = "0194bb1c-7f00-7000-8000-000000000001";
  message.audience = domain::Audience::support;
  message.template_name = "refund_failed";
  message.priority = domain::Priority::high;
  message.source = "omise-th";
  message.refund_id = "rfnd_1";
  message.order_id = "order-1";
  message.created_at = sample_time();
  message.language = "en";
  message.recipient = "customer@example.com";
  message.payload_json = R"({"amount":"100.00 THB","failure":"insufficient_balance"})";
  message.rendered = {.subject = "Refund rfnd_1 failed",
                      .text = "The refund failed.\nTop up the balance.\n",
                      .html = "<p>The refund failed.</p>\n"};
  return message;
}

/// The end of the ticket that `sample_message` opened.
inline Outgoing sample_resolution() {
  Outgoing message = sample_message();
  message.message_id = "0194bb1c-7f00-7000-8000-000000000002";
  message.template_name = "refund_resolved";
  message.priority = domain::Priority::normal;
  message.rendered.subject = "Refund rfnd_1 succeeded";
  message.rendered.text = "Nothing is left to do.\n";
  message.action = TicketAction::resolve;
  message.external_reference = "4711";
  message.opened_by_message_id = "0194bb1c-7f00-7000-8000-000000000001";
  return message;
}

}  // namespace outbox
