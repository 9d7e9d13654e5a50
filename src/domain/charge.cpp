#include "domain/charge.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace domain {
namespace {

Anomaly anomaly_about(const Charge& charge, AnomalyKind kind) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.source = charge.source;
  anomaly.charge_id = charge.charge_id;
  anomaly.order_id = charge.order_id.value.value_or("");
  anomaly.subject = charge.charge_id;
  return anomaly;
}

Anomaly anomaly_about(const Charge& charge, const Refund& refund, AnomalyKind kind) {
  Anomaly anomaly = anomaly_about(charge, kind);
  anomaly.refund_id = refund.refund_id;
  anomaly.order_id = refund.order_id.value_or("");
  anomaly.subject = refund.refund_id;
  return anomaly;
}

bool counts(const Refund& refund) {
  return refund.status == RefundStatus::pending || refund.status == RefundStatus::successful;
}

// The charge's currency, else that of its first refund by id that has one.
std::optional<Currency> currency_of(const Charge& charge, std::span<const Refund> refunds) {
  if (charge.amount.value) {
    return charge.amount.value->currency;
  }
  const Refund* first = nullptr;
  for (const Refund& refund : refunds) {
    if (refund.amount.value && (first == nullptr || refund.refund_id < first->refund_id)) {
      first = &refund;
    }
  }
  return first == nullptr ? std::nullopt : std::optional{first->amount.value->currency};
}

void add_amount(std::int64_t& sum, std::int64_t amount_minor, bool& overflowed) {
  if (const auto next = checked_add(sum, amount_minor)) {
    sum = *next;
  } else {
    overflowed = true;
  }
}

void examine_sums(const Charge& charge, std::span<const Refund> refunds,
                  std::vector<Anomaly>& anomalies) {
  const ChargeLedger ledger = ledger_of(charge, refunds);
  const bool over = ledger.remaining_minor && *ledger.remaining_minor < 0;
  if (!over && !ledger.overflowed) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, AnomalyKind::over_refund);
  const Currency currency = *currency_of(charge, refunds);
  anomaly.expected = charge.amount.value ? "at most " + format_money(*charge.amount.value)
                                         : "a sum that fits 64 bits";
  anomaly.found = ledger.overflowed
                      ? "a sum that does not fit 64 bits"
                      : format_money({ledger.refunded_minor + ledger.pending_minor, currency});
  anomalies.push_back(std::move(anomaly));
}

void examine_currency(const Charge& charge, const Refund& refund, std::vector<Anomaly>& anomalies) {
  if (!charge.amount.value || !refund.amount.value ||
      charge.amount.value->currency == refund.amount.value->currency) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, refund, AnomalyKind::currency_mismatch);
  anomaly.expected = charge.amount.value->currency.code();
  anomaly.found = format_money(*refund.amount.value);
  anomalies.push_back(std::move(anomaly));
}

void examine_window(const Charge& charge, const Refund& refund, const RefundLimits& limits,
                    std::vector<Anomaly>& anomalies) {
  const auto days = refund_window_days(charge.payment_method.value.value_or(""), limits);
  if (!days || !charge.charged_at.value ||
      refund.requested_at <= *charge.charged_at.value + std::chrono::days{*days}) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, refund, AnomalyKind::past_window);
  anomaly.expected =
      "within " + std::to_string(*days) + " days of " + format_rfc3339(*charge.charged_at.value);
  anomaly.found = format_rfc3339(refund.requested_at);
  anomalies.push_back(std::move(anomaly));
}

void examine_charge_status(const Charge& charge, const Refund& refund,
                           std::vector<Anomaly>& anomalies) {
  if (!charge.status.value || *charge.status.value == ChargeStatus::successful ||
      *charge.status.value == ChargeStatus::reversed) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, refund, AnomalyKind::charge_not_successful);
  anomaly.expected = "a successful charge";
  anomaly.found = to_string(*charge.status.value);
  anomalies.push_back(std::move(anomaly));
}

void examine_count(const Charge& charge, std::span<const Refund> refunds,
                   const RefundLimits& limits, std::vector<Anomaly>& anomalies) {
  const auto count = std::count_if(refunds.begin(), refunds.end(), counts);
  if (!limits.refunds_per_charge_max || count <= *limits.refunds_per_charge_max) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, AnomalyKind::too_many_refunds);
  anomaly.expected = "at most " + std::to_string(*limits.refunds_per_charge_max) + " refunds";
  anomaly.found = std::to_string(count) + " refunds";
  anomalies.push_back(std::move(anomaly));
}

// Two refunds that follow each other this closely with one amount look like one request sent twice.
constexpr std::chrono::seconds k_suspicious_gap{300};

bool look_alike(const Refund& earlier, const Refund& later) {
  return counts(earlier) && counts(later) && earlier.amount.value &&
         earlier.amount.value == later.amount.value &&
         later.requested_at - earlier.requested_at <= k_suspicious_gap;
}

void examine_duplicates(const Charge& charge, std::span<const Refund> refunds,
                        std::vector<Anomaly>& anomalies) {
  std::vector<const Refund*> by_time;
  for (const Refund& refund : refunds) {
    by_time.push_back(&refund);
  }
  std::sort(by_time.begin(), by_time.end(), [](const Refund* left, const Refund* right) {
    return std::tie(left->amount.value, left->requested_at, left->refund_id) <
           std::tie(right->amount.value, right->requested_at, right->refund_id);
  });
  for (std::size_t at = 1; at < by_time.size(); ++at) {
    const Refund& earlier = *by_time[at - 1];
    const Refund& later = *by_time[at];
    if (look_alike(earlier, later)) {
      Anomaly anomaly = anomaly_about(charge, later, AnomalyKind::suspected_duplicate_refund);
      anomaly.subject = earlier.refund_id + " " + later.refund_id;
      anomaly.expected = "one refund of " + format_money(*later.amount.value);
      anomaly.found = "the same amount in " + earlier.refund_id + " within 300 s";
      anomalies.push_back(std::move(anomaly));
    }
  }
}

void compare_amounts(const Charge& charge, const ChargeReport& report,
                     std::vector<Anomaly>& anomalies) {
  if (!charge.amount.value || !report.amount || *charge.amount.value == *report.amount) {
    return;
  }
  Anomaly anomaly = anomaly_about(charge, AnomalyKind::amount_changed);
  anomaly.event_id = report.event_id;
  anomaly.subject = report.charge_id + " " + report.event_id;
  anomaly.expected = format_money(*charge.amount.value);
  anomaly.found = format_money(*report.amount);
  anomalies.push_back(std::move(anomaly));
}

template <typename T>
bool says_nothing_new(const Kept<T>& kept, const std::optional<T>& reported) {
  return !reported || kept.value == reported;
}

bool repeats(const Charge& charge, const ChargeReport& report) {
  return says_nothing_new(charge.status, report.status) &&
         says_nothing_new(charge.order_id, report.order_id) &&
         says_nothing_new(charge.amount, report.amount) &&
         says_nothing_new(charge.payment_method, report.payment_method) &&
         says_nothing_new(charge.charged_at, report.charged_at);
}

}  // namespace

ChargeDecision learn(const std::optional<Charge>& current, const ChargeReport& report) {
  ChargeDecision decision;
  Charge& next = decision.next;
  if (current) {
    next = *current;
  } else {
    next.source = report.source;
    next.charge_id = report.charge_id;
    next.livemode = report.livemode;
  }
  compare_amounts(next, report, decision.anomalies);
  const bool repeated = repeats(next, report);
  const ReportKey key = key_of(report);
  bool changed = next.status.offer(report.status, key);
  changed = next.order_id.offer(report.order_id, key) || changed;
  changed = next.amount.offer(report.amount, key) || changed;
  changed = next.payment_method.offer(report.payment_method, key) || changed;
  changed = next.charged_at.offer(report.charged_at, key) || changed;

  if (changed || key > next.key) {
    decision.verdict = Verdict::applied;
  } else {
    decision.verdict = repeated ? Verdict::unchanged : Verdict::stale;
  }
  next.key = std::max(next.key, key);
  return decision;
}

ChargeLedger ledger_of(const Charge& charge, std::span<const Refund> refunds) {
  ChargeLedger ledger;
  const auto currency = currency_of(charge, refunds);
  for (const Refund& refund : refunds) {
    ++ledger.refund_count;
    if (!counts(refund) || !refund.amount.value || refund.amount.value->currency != *currency) {
      continue;
    }
    std::int64_t& sum =
        refund.status == RefundStatus::successful ? ledger.refunded_minor : ledger.pending_minor;
    add_amount(sum, refund.amount.value->amount_minor, ledger.overflowed);
  }
  if (!charge.amount.value) {
    return ledger;
  }
  const std::int64_t original = charge.amount.value->amount_minor;
  ledger.original_minor = original;
  ledger.fully_refunded = ledger.refunded_minor >= original;
  ledger.refunded_percentage =
      100.0 * static_cast<double>(ledger.refunded_minor) / static_cast<double>(original);
  const auto spoken_for = checked_add(ledger.refunded_minor, ledger.pending_minor);
  if (spoken_for && !ledger.overflowed) {
    ledger.remaining_minor = original - *spoken_for;
  } else {
    ledger.overflowed = true;
  }
  return ledger;
}

std::vector<Anomaly> examine(const Charge& charge, std::span<const Refund> refunds,
                             const RefundLimits& limits) {
  std::vector<Anomaly> anomalies;
  examine_sums(charge, refunds, anomalies);
  examine_count(charge, refunds, limits, anomalies);
  examine_duplicates(charge, refunds, anomalies);
  for (const Refund& refund : refunds) {
    examine_currency(charge, refund, anomalies);
    examine_window(charge, refund, limits, anomalies);
    examine_charge_status(charge, refund, anomalies);
  }
  return anomalies;
}

bool is_card(std::string_view payment_method) {
  return payment_method.starts_with("card") || payment_method.starts_with("credit_card");
}

std::optional<int> refund_window_days(std::string_view payment_method, const RefundLimits& limits) {
  struct Window {
    std::string_view method;
    int days;
  };
  // The banks with a window of their own stand before their kind.
  static constexpr std::array k_windows{
      Window{"internet_banking_bbl", 180},
      Window{"internet_banking", 90},
      Window{"mobile_banking_bbl", 180},
      Window{"mobile_banking", 90},
      Window{"promptpay", 180},
      Window{"truemoney", 90},
      Window{"alipay", 180},
      Window{"paypay", 365},
  };
  if (payment_method.empty()) {
    return std::nullopt;
  }
  if (is_card(payment_method)) {
    return limits.card_window_days;
  }
  for (const auto& window : k_windows) {
    if (payment_method.starts_with(window.method)) {
      return window.days;
    }
  }
  constexpr int k_other_days = 180;
  return k_other_days;
}

}  // namespace domain
