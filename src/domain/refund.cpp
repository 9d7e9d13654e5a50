#include "domain/refund.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace domain {
namespace {

Message message_about(const Refund& refund, Audience audience, std::string_view template_name) {
  Message message;
  message.audience = audience;
  message.template_name = template_name;
  message.source = refund.source;
  message.refund_id = refund.refund_id;
  message.charge_id = refund.charge_id.value.value_or("");
  message.order_id = refund.order_id.value_or("");
  message.event_id = refund.key.event_id;
  message.livemode = refund.livemode;
  message.episode = std::to_string(refund.episode);
  message.amount = refund.amount.value;
  return message;
}

Message with_failure(Message message, const Refund& refund) {
  message.failure_code = refund.failure_code.value_or("");
  message.failure_message = refund.failure_message.value_or("");
  message.next_step = next_step_after_failure(message.failure_code);
  return message;
}

Anomaly anomaly_about(const Refund& refund, const RefundReport& report, AnomalyKind kind) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.source = refund.source;
  anomaly.refund_id = refund.refund_id;
  anomaly.charge_id = refund.charge_id.value.value_or("");
  anomaly.order_id = refund.order_id.value_or("");
  anomaly.event_id = report.event_id;
  anomaly.subject = refund.refund_id + " " + report.event_id;
  return anomaly;
}

void tell_of_failure(const Refund& refund, std::vector<Message>& messages) {
  if (is_insufficient_balance(refund.failure_code.value_or(""),
                              refund.failure_message.value_or(""))) {
    messages.push_back(
        with_failure(message_about(refund, Audience::finance, "insufficient_balance"), refund));
  }
}

void tell_of_reversal(const Refund& refund, std::vector<Message>& messages) {
  Message correction = message_about(refund, Audience::customer, "refund_correction");
  correction.only_after = "refund_complete";
  messages.push_back(std::move(correction));
  for (const Audience audience : {Audience::support, Audience::finance}) {
    Message reversal = with_failure(message_about(refund, audience, "refund_reversed"), refund);
    reversal.priority = Priority::high;
    messages.push_back(std::move(reversal));
  }
}

void tell_of_pending(const std::optional<Refund>& before, const Refund& refund,
                     std::vector<Message>& messages) {
  if (!before) {
    Message initiated = message_about(refund, Audience::customer, "refund_initiated");
    initiated.estimated_days = k_estimated_days;
    messages.push_back(std::move(initiated));
  }
  if (refund.action_required && !(before && before->action_required)) {
    messages.push_back(message_about(refund, Audience::support, "refund_requires_action"));
  }
}

// The table "what is told": which messages follow from a refund that moved from `before` to
// `refund`.
std::vector<Message> messages_of_transition(const std::optional<Refund>& before,
                                            const Refund& refund) {
  std::vector<Message> messages;
  if (refund.status == RefundStatus::pending) {
    tell_of_pending(before, refund, messages);
    return messages;
  }
  if (before && before->status == refund.status) {
    return messages;
  }
  if (before && before->status == RefundStatus::successful) {
    tell_of_reversal(refund, messages);
  } else if (refund.status == RefundStatus::successful) {
    messages.push_back(message_about(refund, Audience::customer, "refund_complete"));
  } else if (refund.status == RefundStatus::failed) {
    messages.push_back(
        with_failure(message_about(refund, Audience::support, "refund_failed"), refund));
  } else {
    messages.push_back(message_about(refund, Audience::support, "refund_canceled"));
  }
  if (refund.status == RefundStatus::failed) {
    tell_of_failure(refund, messages);
  }
  return messages;
}

// Takes over what the report says about the state. Precondition: its key is the greatest.
void move_state(Refund& refund, const RefundReport& report) {
  refund.status = *report.status;
  refund.action_required = report.action_required;
  refund.voided = report.voided;
  refund.provider_status = report.provider_status;
  refund.failure_code = report.failure_code;
  refund.failure_message = report.failure_message;
  refund.key = key_of(report);
}

template <typename T>
bool differ(const Kept<T>& kept, const std::optional<T>& reported) {
  return kept.value && reported && *kept.value != *reported;
}

void compare_amounts(const Refund& refund, const RefundReport& report,
                     std::vector<Anomaly>& anomalies) {
  if (!differ(refund.amount, report.amount)) {
    return;
  }
  const bool same_currency = refund.amount.value->currency == report.amount->currency;
  Anomaly anomaly = anomaly_about(
      refund, report, same_currency ? AnomalyKind::amount_changed : AnomalyKind::currency_mismatch);
  anomaly.expected = format_money(*refund.amount.value);
  anomaly.found = format_money(*report.amount);
  anomalies.push_back(std::move(anomaly));
}

void compare_texts(const Refund& refund, const RefundReport& report, AnomalyKind kind,
                   const Kept<std::string>& kept, const std::optional<std::string>& reported,
                   std::vector<Anomaly>& anomalies) {
  if (differ(kept, reported)) {
    Anomaly anomaly = anomaly_about(refund, report, kind);
    anomaly.expected = *kept.value;
    anomaly.found = *reported;
    anomalies.push_back(std::move(anomaly));
  }
}

// What the report says against what was known, whichever of the two is the later truth.
std::vector<Anomaly> contradictions(const Refund& refund, const RefundReport& report) {
  std::vector<Anomaly> anomalies;
  if (is_terminal(refund.status) && is_terminal(*report.status) &&
      refund.status != *report.status) {
    Anomaly anomaly = anomaly_about(refund, report, AnomalyKind::contradicting_outcome);
    anomaly.expected = to_string(refund.status);
    anomaly.found = to_string(*report.status);
    anomalies.push_back(std::move(anomaly));
  }
  compare_amounts(refund, report, anomalies);
  compare_texts(refund, report, AnomalyKind::charge_changed, refund.charge_id, report.charge_id,
                anomalies);
  compare_texts(refund, report, AnomalyKind::order_changed, refund.reported_order_id,
                report.order_id, anomalies);
  return anomalies;
}

void warn_below_minimum(const Refund& refund, const RefundReport& report,
                        std::vector<Anomaly>& anomalies) {
  if (!report.amount ||
      report.amount->amount_minor >= report.amount->currency.refund_minimum_minor()) {
    return;
  }
  Anomaly anomaly = anomaly_about(refund, report, AnomalyKind::below_minimum);
  anomaly.subject = refund.refund_id;
  anomaly.expected = "at least " + format_money({report.amount->currency.refund_minimum_minor(),
                                                 report.amount->currency});
  anomaly.found = format_money(*report.amount);
  anomalies.push_back(std::move(anomaly));
}

Refund first_sight(const RefundReport& report) {
  Refund refund;
  refund.source = report.source;
  refund.refund_id = report.refund_id;
  refund.livemode = report.livemode;
  refund.requested_at = report.occurred_at;
  return refund;
}

// Facts that outlive the report that carries them.
void keep_facts(Refund& refund, const RefundReport& report) {
  const ReportKey key = key_of(report);
  refund.charge_id.offer(report.charge_id, key);
  refund.reported_order_id.offer(report.order_id, key);
  refund.amount.offer(report.amount, key);
  refund.reason.offer(report.reason, key);
  refund.metadata_json.offer(report.metadata_json, key);
  refund.requested_at = std::min(refund.requested_at, report.occurred_at);
}

bool repeats(const Refund& refund, const RefundReport& report) {
  return refund.status == *report.status && refund.action_required == report.action_required &&
         refund.voided == report.voided;
}

Decision refuse_unknown_status(const std::optional<Refund>& current, const RefundReport& report) {
  Decision decision;
  decision.verdict = Verdict::unsupported;
  decision.reason = "the status \"" + report.provider_status + "\" is not known here";
  decision.next = current;
  Anomaly anomaly = anomaly_about(current ? *current : first_sight(report), report,
                                  AnomalyKind::unsupported_status);
  if (anomaly.charge_id.empty()) {
    anomaly.charge_id = report.charge_id.value_or("");
  }
  anomaly.found = report.provider_status;
  decision.anomalies.push_back(std::move(anomaly));
  return decision;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::applied:
      return "applied";
    case Verdict::unchanged:
      return "unchanged";
    case Verdict::stale:
      return "stale";
    case Verdict::unsupported:
      return "unsupported";
    case Verdict::quarantined:
      return "quarantined";
    case Verdict::late:
      return "late";
    case Verdict::duplicate:
      return "duplicate";
  }
  __builtin_unreachable();
}

std::optional<Verdict> parse_verdict(std::string_view text) {
  using enum Verdict;
  for (const Verdict verdict :
       {applied, unchanged, stale, unsupported, quarantined, late, duplicate}) {
    if (to_string(verdict) == text) {
      return verdict;
    }
  }
  return std::nullopt;
}

Decision decide(const std::optional<Refund>& current, const RefundReport& report,
                const std::optional<std::string>& charge_order_id) {
  if (!report.status) {
    return refuse_unknown_status(current, report);
  }
  Decision decision;
  Refund next = current ? *current : first_sight(report);
  if (current) {
    decision.anomalies = contradictions(*current, report);
  }
  keep_facts(next, report);
  attach_to_order(next, charge_order_id);
  warn_below_minimum(next, report, decision.anomalies);

  if (current && key_of(report) <= current->key) {
    decision.verdict = repeats(*current, report) ? Verdict::unchanged : Verdict::stale;
    decision.next = std::move(next);
    return decision;
  }
  if (current && is_terminal(current->status) && current->status != *report.status) {
    ++next.episode;
  }
  move_state(next, report);
  decision.verdict = Verdict::applied;
  decision.messages = messages_of_transition(current, next);
  decision.next = std::move(next);
  return decision;
}

std::optional<std::string> charge_id_after(const std::optional<Refund>& current,
                                           const RefundReport& report) {
  auto charge_id = current ? current->charge_id : Kept<std::string>{};
  charge_id.offer(report.charge_id, key_of(report));
  return charge_id.value;
}

bool attach_to_order(Refund& refund, const std::optional<std::string>& charge_order_id) {
  const auto& order_id =
      refund.reported_order_id.value ? refund.reported_order_id.value : charge_order_id;
  if (refund.order_id == order_id) {
    return false;
  }
  refund.order_id = order_id;
  return true;
}

std::optional<Anomaly> missing_order(const Refund& refund) {
  if (refund.order_id) {
    return std::nullopt;
  }
  Anomaly anomaly;
  anomaly.kind = AnomalyKind::unknown_order;
  anomaly.source = refund.source;
  anomaly.refund_id = refund.refund_id;
  anomaly.charge_id = refund.charge_id.value.value_or("");
  anomaly.event_id = refund.key.event_id;
  anomaly.subject = refund.refund_id;
  anomaly.found = "neither the refund nor its charge names an order";
  return anomaly;
}

std::string_view next_step_after_failure(std::string_view failure_code) {
  struct Advice {
    std::string_view code;
    std::string_view next_step;
  };
  static constexpr std::array k_advice{
      Advice{"charge_already_refunded",
             "Nothing is left to refund on this charge: check its other refunds before answering."},
      Advice{"insufficient_fund",
             "Ask finance to top up the provider balance, then create the refund again."},
      Advice{"insufficient_balance",
             "Ask finance to top up the provider balance, then create the refund again."},
      Advice{"invalid_charge",
             "Look the charge up in the provider's dashboard: its id is not known."},
      Advice{"charge_not_paid", "The charge was never paid: there is nothing to give back."},
      Advice{"amount_exceeds_refundable",
             "Create the refund again with no more than the charge's remaining amount."},
  };
  for (const auto& advice : k_advice) {
    if (advice.code == failure_code) {
      return advice.next_step;
    }
  }
  return "Look at the refund in the provider's dashboard, then retry it or pay the customer back "
         "another way.";
}

bool is_insufficient_balance(std::string_view failure_code, std::string_view failure_message) {
  if (failure_code == "insufficient_balance" || failure_code == "insufficient_fund" ||
      failure_code == "insufficient_funds") {
    return true;
  }
  // The source documents give some failures a message only.
  return failure_code.empty() && failure_message.find("nsufficient") != std::string_view::npos;
}

}  // namespace domain
