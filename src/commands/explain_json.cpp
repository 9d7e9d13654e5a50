#include "commands/explain_json.hpp"

#include "commands/explain_summary.hpp"
#include "commands/terminal_json.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

Json minor_of(const std::optional<domain::Money>& money) {
  return money ? Json(money->amount_minor) : Json();
}

Json currency_of(const std::optional<domain::Money>& money) {
  return money ? Json(money->currency.code()) : Json();
}

Json to_json(const store::RefundHistory& history, const domain::Refund& refund) {
  return {{"status", domain::to_string(refund.status)},
          {"since", domain::format_rfc3339(state_since(history))},
          {"action_required", refund.action_required},
          {"voided", refund.voided},
          {"livemode", refund.livemode},
          {"provider_status", refund.provider_status},
          {"amount_minor", minor_of(refund.amount.value)},
          {"currency", currency_of(refund.amount.value)},
          {"order_id", or_null(refund.order_id)},
          {"charge_id", or_null(refund.charge_id.value)},
          {"reason", or_null(refund.reason.value)},
          {"failure_code", or_null(refund.failure_code)},
          {"failure_message", or_null(refund.failure_message)},
          {"evidence", domain::to_string(refund.key.evidence)},
          {"occurred_at", domain::format_rfc3339(refund.key.occurred_at)},
          {"requested_at", domain::format_rfc3339(refund.requested_at)},
          {"last_event_id", refund.key.event_id}};
}

Json to_json(const store::ChargeLine& charge) {
  return {{"charge_id", charge.charge_id},
          {"currency", or_null(charge.currency)},
          {"original_minor", or_null(charge.original_minor)},
          {"refunded_minor", charge.refunded_minor},
          {"pending_minor", charge.pending_minor},
          {"remaining_minor", or_null(charge.remaining_minor)},
          {"refund_count", charge.refund_count},
          {"fully_refunded", charge.fully_refunded}};
}

Json to_json(const store::OrderLine& order) {
  return {{"order_id", order.order_id},
          {"status", order.status},
          {"total_known", order.total_known},
          {"currency", or_null(order.currency)},
          {"total_minor", or_null(order.total_minor)},
          {"refunded_minor", order.refunded_minor},
          {"pending_minor", order.pending_minor}};
}

Json to_json(const store::EventLine& event) {
  return {{"received_at", domain::format_rfc3339(event.received_at)},
          {"occurred_at", domain::format_rfc3339(event.occurred_at)},
          {"event_id", event.event_id},
          {"event_type", event.event_type},
          {"verdict", event.verdict},
          {"reason", or_null(event.reason)},
          {"evidence", event.evidence},
          {"remote_address", or_null(event.remote_address)}};
}

Json to_json(const store::AuditLine& entry) {
  return {{"entry", entry.chain_index},
          {"recorded_at", domain::format_rfc3339(entry.recorded_at)},
          {"event_id", entry.event_id},
          {"verdict", entry.verdict},
          {"status_before", or_null(entry.status_before)},
          {"status_after", entry.status_after},
          {"amount_minor", minor_of(entry.amount)},
          {"currency", currency_of(entry.amount)},
          {"reason", or_null(entry.reason)},
          {"user_id", or_null(entry.user_id)},
          {"notes", or_null(entry.notes)}};
}

/// Whatever the column holds, only a message that waits has a next attempt.
Json next_attempt_of(const store::MessageLine& message) {
  return message.state == "pending" ? Json(domain::format_rfc3339(message.next_attempt_at))
                                    : Json();
}

Json to_json(const store::MessageLine& message) {
  return {{"message_id", message.message_id},
          {"created_at", domain::format_rfc3339(message.created_at)},
          {"audience", message.audience},
          {"template", message.template_name},
          {"priority", message.priority},
          {"state", message.state},
          {"sink", or_null(message.sink)},
          {"attempts", message.attempts},
          {"sent_at", or_null(message.sent_at)},
          {"next_attempt_at", next_attempt_of(message)},
          {"leased_until", or_null(message.leased_until)},
          {"last_error", or_null(message.last_error)},
          {"external_reference", or_null(message.external_reference)},
          {"payload", parsed_or_null(message.payload_json)}};
}

Json to_json(const store::AnomalyLine& anomaly) {
  return {{"detected_at", domain::format_rfc3339(anomaly.detected_at)},
          {"kind", anomaly.kind},
          {"details", parsed_or_null(anomaly.details_json)},
          {"resolved_at", or_null(anomaly.resolved_at)},
          {"resolved_by", or_null(anomaly.resolved_by)}};
}

template <typename Line>
Json list_of(const std::vector<Line>& lines) {
  auto list = Json::array();
  for (const auto& line : lines) {
    list.push_back(to_json(line));
  }
  return list;
}

Json to_json(const store::RefundHistory& history, Language language) {
  Json json{{"source", history.source}, {"summary", summarize(history, language)}};
  json["refund"] = history.refund ? to_json(history, *history.refund) : Json();
  json["charge"] = history.charge ? to_json(*history.charge) : Json();
  json["order"] = history.order ? to_json(*history.order) : Json();
  json["events"] = list_of(history.events);
  json["audit"] = list_of(history.audit);
  json["messages"] = list_of(history.messages);
  json["anomalies"] = list_of(history.anomalies);
  return json;
}

}  // namespace

void print_histories_as_json(const std::string& refund_id,
                             const std::vector<store::RefundHistory>& histories, Language language,
                             std::ostream& out) {
  auto sources = Json::array();
  for (const auto& history : histories) {
    sources.push_back(to_json(history, language));
  }
  print_json({{"refund_id", refund_id}, {"sources", sources}}, out);
}

}  // namespace commands
