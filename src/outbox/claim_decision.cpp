#include "outbox/claim_decision.hpp"

namespace outbox {
namespace {

using store::ClaimDecision;
using store::ClaimKind;
using store::DueMessage;

const Route* route_of(const DueMessage& message, const Delivery& delivery) {
  return find_route(delivery.routes, {message.audience, message.template_name, message.source});
}

ClaimDecision settle(ClaimKind kind, const DueMessage& message, std::string note) {
  return {kind, message.sink, std::move(note), /*tell_support_unreachable=*/false};
}

bool waits_for_api(const DueMessage& message, const Delivery& delivery) {
  const auto source = delivery.sources.find(message.source);
  if (source == delivery.sources.end() || message.is_confirmed || !source->second.is_asked) {
    return false;
  }
  return source->second.confirms_customer_messages || !message.is_status_stated;
}

std::string test_recipient_of(const DueMessage& message, const Delivery& delivery) {
  const auto source = delivery.sources.find(message.source);
  return source == delivery.sources.end() ? "" : source->second.test_recipient;
}

std::string what_is_so_now(const domain::TruthNow& now) {
  if (!now.refund) {
    return "no longer open";
  }
  return "no longer so: the refund is " + std::string{to_string(now.refund->status)};
}

}  // namespace

ClaimDecision decide_claim(const DueMessage& message, const Delivery& delivery,
                           std::map<std::string, int>& free_slots) {
  if (message.attempts >= delivery.attempts_max) {
    return settle(ClaimKind::dead, message,
                  "none of its attempts came to an end: whoever made them may have crashed");
  }
  if (!still_holds(message.template_name, message.episode, message.now)) {
    return settle(ClaimKind::superseded, message, what_is_so_now(message.now));
  }
  const Route* route = route_of(message, delivery);
  if (route == nullptr || route->sink.empty()) {
    return settle(ClaimKind::suppressed, message, "switched off by the configuration");
  }
  if (!message.livemode && test_recipient_of(message, delivery).empty()) {
    return settle(ClaimKind::suppressed, message, "test mode without a test_recipient");
  }
  const bool is_for_customer = message.audience == domain::Audience::customer;
  // The address comes later: what the API says may bring the order.
  if (is_for_customer && waits_for_api(message, delivery)) {
    return {ClaimKind::hold, route->sink, "", /*tell_support_unreachable=*/false};
  }
  if (is_for_customer && recipient_of(message, delivery).empty()) {
    ClaimDecision decision = settle(ClaimKind::suppressed, message, "no address is known");
    decision.tell_support_unreachable = true;
    return decision;
  }
  const auto slots = free_slots.find(route->sink);
  const bool is_free = slots != free_slots.end() && slots->second > 0;
  if (is_free) {
    --slots->second;
  }
  return {is_free ? ClaimKind::send : ClaimKind::route, route->sink, "",
          /*tell_support_unreachable=*/false};
}

std::string recipient_of(const DueMessage& message, const Delivery& delivery) {
  if (!message.livemode) {
    return test_recipient_of(message, delivery);
  }
  if (message.audience == domain::Audience::customer) {
    return message.customer_email;
  }
  const Route* route = route_of(message, delivery);
  return route == nullptr ? "" : route->recipient;
}

}  // namespace outbox
