// The facts that a previewed message tells.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/template_preview.hpp"
#include "outbox/anomaly_wording.hpp"

namespace commands {
namespace {

using Json = nlohmann::json;

constexpr std::string_view k_anomaly = "anomaly";
constexpr std::string_view k_anomaly_prefix = "anomaly_";
constexpr std::string_view k_finance_prefix = "finance_";
constexpr std::string_view k_sample_anomaly = "over_refund";

bool is_anomaly(std::string_view message_template) {
  return message_template == k_anomaly || message_template.starts_with(k_anomaly_prefix);
}

std::string anomaly_template(std::string_view kind) {
  return std::string{k_anomaly_prefix}.append(kind);
}

/// The message without what it says.
store::DueMessage message_of(const PreviewSubject& subject, domain::Time now) {
  store::DueMessage message;
  message.message_id = "preview";
  message.audience = subject.contract->audience;
  message.template_name = subject.message_template;
  message.created_at = now;
  message.due_at = now;
  return message;
}

void add_sample_anomaly(store::DueMessage& message, Json& payload) {
  if (message.template_name == k_anomaly) {
    message.template_name = anomaly_template(k_sample_anomaly);
  }
  payload["expected"] = "at most 1,000 JPY";
  payload["found"] = "2,000 JPY";
}

void add_known(Json& payload, const char* key, const std::optional<std::string>& value) {
  if (value) {
    payload[key] = *value;
  }
}

std::string untold_template(const domain::Refund& refund) {
  return refund.status == domain::RefundStatus::pending ? "refund_initiated" : "refund_complete";
}

/// The refund's newest anomaly of that kind, or of any.
const store::AnomalyLine* find_anomaly(const store::RefundHistory& history,
                                       std::string_view message_template) {
  const auto found = std::find_if(
      history.anomalies.rbegin(), history.anomalies.rend(), [&](const store::AnomalyLine& anomaly) {
        return message_template == k_anomaly || message_template == anomaly_template(anomaly.kind);
      });
  return found == history.anomalies.rend() ? nullptr : &*found;
}

void add_anomaly(const store::RefundHistory& history, store::DueMessage& message, Json& payload) {
  const auto* anomaly = find_anomaly(history, message.template_name);
  if (anomaly == nullptr) {
    add_sample_anomaly(message, payload);
    return;
  }
  message.template_name = anomaly_template(anomaly->kind);
  const Json details = Json::parse(anomaly->details_json, nullptr, /*allow_exceptions=*/false);
  if (details.is_object()) {
    payload.update(details);
  }
}

void add_refund(const domain::Refund& refund, domain::Time now, Json& payload) {
  if (refund.amount.value) {
    payload["amount"] = refund.amount.value->amount_minor;
    payload["currency"] = refund.amount.value->currency.code();
  }
  add_known(payload, "failureCode", refund.failure_code);
  add_known(payload, "failureMessage", refund.failure_message);
  payload["untoldTemplate"] = untold_template(refund);
  payload["pendingSeconds"] =
      std::chrono::floor<std::chrono::seconds>(now - refund.requested_at).count();
}

/// The newest one of those that were really made.
const store::MessageLine* find_message(const store::RefundHistory& history,
                                       const store::DueMessage& message) {
  const auto found = std::find_if(history.messages.rbegin(), history.messages.rend(),
                                  [&](const store::MessageLine& line) {
                                    return line.audience == domain::to_string(message.audience) &&
                                           line.template_name == message.template_name;
                                  });
  return found == history.messages.rend() ? nullptr : &*found;
}

}  // namespace

std::optional<PreviewSubject> find_preview_subject(std::string_view name) {
  if (const auto* contract = outbox::find_contract(name)) {
    name.remove_prefix(name.starts_with(k_finance_prefix) ? k_finance_prefix.size() : 0);
    return PreviewSubject{contract, std::string{name}};
  }
  if (!name.starts_with(k_anomaly_prefix)) {
    return std::nullopt;
  }
  const auto kind = name.substr(k_anomaly_prefix.size());
  if (kind.empty() || outbox::anomaly_wording(kind).kind != kind) {
    return std::nullopt;
  }
  return PreviewSubject{outbox::find_contract(k_anomaly), std::string{name}};
}

store::DueMessage sample_message(const PreviewSubject& subject, domain::Time now) {
  auto message = message_of(subject, now);
  message.source = "SOURCE-1";
  message.refund_id = "REFUND-1";
  message.order_id = "ORDER-1";
  message.payment_method = "card";
  message.charged_at = now - std::chrono::days{30};
  Json payload{{"chargeId", "CHARGE-1"},
               {"untoldTemplate", "refund_complete"},
               {"pendingSeconds", std::chrono::seconds{std::chrono::days{11}}.count()}};
  if (message.template_name == "refund_failed" || message.template_name == "insufficient_balance") {
    payload["failureCode"] = "insufficient_balance";
    payload["failureMessage"] = "sample of the provider's message";
  }
  if (is_anomaly(message.template_name)) {
    add_sample_anomaly(message, payload);
  } else {
    payload["amount"] = 1000;
    payload["currency"] = "JPY";
  }
  message.payload_json = payload.dump();
  return message;
}

store::DueMessage message_about(const store::RefundHistory& history, const PreviewSubject& subject,
                                domain::Time now) {
  const domain::Refund& refund = *history.refund;
  auto message = message_of(subject, now);
  message.source = history.source;
  message.refund_id = history.refund_id;
  message.order_id = refund.order_id.value_or("");
  message.livemode = refund.livemode;
  if (history.charge) {
    message.payment_method = history.charge->payment_method;
    message.charged_at = history.charge->charged_at;
  }
  Json payload = Json::object();
  add_known(payload, "chargeId", refund.charge_id.value);
  if (is_anomaly(message.template_name)) {
    add_anomaly(history, message, payload);
  } else {
    add_refund(refund, now, payload);
  }
  const auto* stored = find_message(history, message);
  message.payload_json = stored != nullptr ? stored->payload_json
                                           : payload.dump(-1, ' ', /*ensure_ascii=*/true,
                                                          Json::error_handler_t::replace);
  return message;
}

}  // namespace commands
