#include "domain/refund.hpp"

#include <algorithm>
#include <utility>

#include "domain/refund_messages.hpp"

namespace domain {
namespace {

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

Time requested_at(const RefundReport& report) {
  return std::min(report.occurred_at, report.requested_at.value_or(report.occurred_at));
}

Refund first_sight(const RefundReport& report) {
  Refund refund;
  refund.source = report.source;
  refund.refund_id = report.refund_id;
  refund.livemode = report.livemode;
  refund.requested_at = requested_at(report);
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
  refund.requested_at = std::min(refund.requested_at, requested_at(report));
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

}  // namespace domain
