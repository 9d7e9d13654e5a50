// A charge (Omise charge, PAY.JP payment flow), the sums of its refunds, and what is odd about
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/anomaly.hpp"
#include "domain/refund.hpp"
#include "domain/report.hpp"

namespace domain {

struct Charge {
  std::string source;
  std::string charge_id;
  bool livemode = true;
  ReportKey key;  // the greatest of all its reports; default: only its id is known

  // Each from the report with the greatest key that carries it.
  Kept<ChargeStatus> status;
  Kept<std::string> order_id;
  Kept<Money> amount;
  Kept<std::string> payment_method;
  Kept<Time> charged_at;

  friend bool operator==(const Charge&, const Charge&) = default;
};

struct ChargeDecision {
  Verdict verdict = Verdict::unchanged;
  Charge next;
  std::vector<Anomaly> anomalies;
};

/// Pure. Precondition: `current`, if any, is the charge that the report names.
ChargeDecision learn(const std::optional<Charge>& current, const ChargeReport& report);

/// The sums of one charge's refunds, in minor units of one currency.
struct ChargeLedger {
  std::optional<std::int64_t> original_minor;
  std::int64_t refunded_minor = 0;
  std::int64_t pending_minor = 0;
  std::optional<std::int64_t> remaining_minor;  // original - refunded - pending
  int refund_count = 0;                         // all of them, failed and canceled ones too
  std::optional<double> refunded_percentage;    // for display only
  bool fully_refunded = false;                  // refunded >= a known original
  bool overflowed = false;                      // a sum does not fit 64 bits

  friend bool operator==(const ChargeLedger&, const ChargeLedger&) = default;
};

/// Counts the refunds in the charge's currency (where it is unknown, in that of the first refund by
/// id). `refunds` are all refunds of the charge, in any order.
ChargeLedger ledger_of(const Charge& charge, std::span<const Refund> refunds);

/// Limits that a provider states. We warn, we never refuse.
struct RefundLimits {
  std::optional<int> refunds_per_charge_max;
  int card_window_days = 365;
};

/// The anomalies that only show when all refunds of a charge are seen together. Pure; finds the
/// same ones whenever it is asked about the same facts.
std::vector<Anomaly> examine(const Charge& charge, std::span<const Refund> refunds,
                             const RefundLimits& limits);

/// Whether it is a credit or debit card, by the provider's word.
bool is_card(std::string_view payment_method);

/// Days in which a payment of this method can be paid back; nullopt where the method is unknown.
std::optional<int> refund_window_days(std::string_view payment_method, const RefundLimits& limits);

}  // namespace domain
