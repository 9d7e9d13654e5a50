#include "outbox/compose.hpp"

#include <nlohmann/json.hpp>

#include "outbox/template_contract.hpp"
#include "outbox/wording.hpp"

namespace outbox {
namespace {

using nlohmann::json;

constexpr std::string_view k_anomaly_prefix = "anomaly_";

std::string text_in(const json& payload, const char* key) {
  const auto found = payload.find(key);
  return found != payload.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<std::int64_t> number_in(const json& payload, const char* key) {
  const auto found = payload.find(key);
  return found != payload.end() && found->is_number_integer()
             ? std::optional{found->get<std::int64_t>()}
             : std::nullopt;
}

std::optional<domain::Money> amount_in(const json& payload) {
  const auto amount_minor = number_in(payload, "amount");
  const auto currency = domain::Currency::parse(text_in(payload, "currency"));
  return amount_minor && currency ? std::optional{domain::Money{*amount_minor, *currency}}
                                  : std::nullopt;
}

int days_between(domain::Time from, domain::Time to) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(to - from).count());
}

const SourceManner& manner_of(const std::string& source, const Manner& manner) {
  static const SourceManner k_default;
  const auto found = manner.sources.find(source);
  return found == manner.sources.end() ? k_default : found->second;
}

Language language_of(const store::DueMessage& message, const Manner& manner) {
  if (message.audience != domain::Audience::customer) {
    return manner.staff_language;
  }
  return parse_language(message.customer_locale)
      .value_or(manner_of(message.source, manner).language);
}

void add_window(const store::DueMessage& message, const Manner& manner, domain::Time now,
                MessageFacts& facts) {
  facts.payment_method = message.payment_method;
  if (!message.charged_at) {
    return;
  }
  facts.charge_age_days = days_between(*message.charged_at, now);
  const auto window =
      domain::refund_window_days(message.payment_method, manner_of(message.source, manner).limits);
  if (window) {
    facts.days_left = *window - *facts.charge_age_days;
  }
}

MessageFacts facts_of(const store::DueMessage& message, const json& payload, const Manner& manner,
                      domain::Time now) {
  MessageFacts facts;
  facts.template_name = message.template_name;
  facts.audience = message.audience;
  facts.source = message.source;
  facts.refund_id = message.refund_id;
  facts.order_id = message.order_id;
  facts.charge_id = text_in(payload, "chargeId");
  facts.amount = amount_in(payload);
  facts.failure_code = text_in(payload, "failureCode");
  facts.failure_message = text_in(payload, "failureMessage");
  facts.expected = text_in(payload, "expected");
  facts.found = text_in(payload, "found");
  facts.untold_template = text_in(payload, "untoldTemplate");
  facts.pending_for = std::chrono::seconds{number_in(payload, "pendingSeconds").value_or(0)};
  if (facts.template_name.starts_with(k_anomaly_prefix)) {
    facts.anomaly_kind = facts.template_name.substr(k_anomaly_prefix.size());
  }
  add_window(message, manner, now, facts);
  facts.shop_name = manner.shop_name;
  facts.estimated_days_min = manner.estimated_days_min;
  facts.estimated_days_max = manner.estimated_days_max;
  return facts;
}

TicketAction action_of(const store::DueMessage& message) {
  if (message.opened_by_message_id.empty()) {
    return TicketAction::open;
  }
  return domain::ends_ticket(message.template_name) ? TicketAction::resolve : TicketAction::update;
}

Outgoing envelope_of(const store::DueMessage& message, const std::string& recipient,
                     Language language) {
  Outgoing outgoing;
  outgoing.message_id = message.message_id;
  outgoing.audience = message.audience;
  outgoing.template_name = message.template_name;
  outgoing.priority = message.priority;
  outgoing.source = message.source;
  outgoing.refund_id = message.refund_id;
  outgoing.order_id = message.order_id;
  outgoing.livemode = message.livemode;
  outgoing.created_at = message.created_at;
  outgoing.language = to_string(language);
  outgoing.recipient = recipient;
  outgoing.payload_json = message.payload_json;
  outgoing.external_reference = message.external_reference;
  outgoing.opened_by_message_id = message.opened_by_message_id;
  outgoing.action = action_of(message);
  return outgoing;
}

}  // namespace

std::variant<Outgoing, CannotCompose> compose(const store::DueMessage& message,
                                              const std::string& recipient, const Manner& manner,
                                              const TemplateSet& templates, domain::Time now) {
  const json payload = json::parse(message.payload_json, nullptr, /*allow_exceptions=*/false);
  if (!payload.is_object()) {
    return CannotCompose{"the payload is not a JSON object"};
  }
  const auto* contract = contract_for(message.audience, message.template_name);
  if (contract == nullptr) {
    return CannotCompose{"there is no template for this message"};
  }
  const Language language = language_of(message, manner);
  const Values values = wording_of(facts_of(message, payload, manner, now), language);
  auto rendered = templates.render(contract->name, language, values);
  if (!rendered) {
    return CannotCompose{"the template is missing: " + std::string{contract->name}};
  }
  Outgoing outgoing = envelope_of(message, recipient, language);
  outgoing.rendered = std::move(*rendered);
  if (!message.livemode) {
    outgoing.rendered.subject = "[TEST] " + outgoing.rendered.subject;
  }
  return outgoing;
}

}  // namespace outbox
