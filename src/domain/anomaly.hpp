// Things that should not be: stored and escalated, never a reason to drop an event.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace domain {

enum class AnomalyKind {
  over_refund,
  currency_mismatch,
  amount_changed,
  charge_changed,
  order_changed,
  contradicting_outcome,
  non_positive_amount,
  below_minimum,
  too_many_refunds,
  past_window,
  suspected_duplicate_refund,
  unknown_order,
  charge_not_successful,
  mode_mismatch,
  conflicting_duplicate,
  late_signature,
  unsupported_status,
  undecodable_event,
  stuck_pending,
  provider_disagrees,   // the provider's API says otherwise than its webhook did
  unknown_to_provider,  // the provider's API knows no such refund
  unconfirmed,          // the provider's API gave no answer for days
};

std::string_view to_string(AnomalyKind kind);

/// Anomalies about sums of money are told to finance too; every anomaly is told to support.
bool concerns_finance(AnomalyKind kind);

struct Anomaly {
  AnomalyKind kind{};
  std::string source;
  std::string refund_id;  // empty: not about one refund
  std::string charge_id;  // empty: no charge is known
  std::string order_id;   // empty: no order is known
  std::string event_id;   // empty: found by looking at several events together

  /// What makes two sightings the same anomaly: it is stored once per (source, kind, subject).
  std::string subject;

  std::string expected;  // what was known before; empty where there is nothing to compare
  std::string found;     // what contradicts it, or the sentence for a person

  friend bool operator==(const Anomaly&, const Anomaly&) = default;
};

}  // namespace domain
