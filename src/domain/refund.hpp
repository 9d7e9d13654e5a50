// A refund, and the one function that says what a report does to it.
//
//                 ┌───────────┐  successful   ┌────────────┐
//   first sight ─►│  pending  │──────────────►│ successful │──┐ a greater key
//                 │ (action   │  failed       ├────────────┤  │ with another outcome:
//                 │ required) │──────────────►│   failed   │◄─┤ a reversal or a contradiction,
//                 └───────────┘  canceled     ├────────────┤  │ never silent
//   first sight may also be    └─────────────►│  canceled  │◄─┘
//   any terminal state                        └────────────┘
//
// The order of arrival means nothing: the state is the report with the greatest ReportKey.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/anomaly.hpp"
#include "domain/message.hpp"
#include "domain/report.hpp"

namespace domain {

struct Refund {
  std::string source;
  std::string refund_id;
  bool livemode = true;

  // From the report with the greatest key.
  RefundStatus status = RefundStatus::pending;
  bool action_required = false;
  bool voided = false;
  std::string provider_status;
  std::optional<std::string> failure_code;
  std::optional<std::string> failure_message;
  ReportKey key;  // its event_id is the last event that moved the state

  // Each from the report with the greatest key that carries it.
  Kept<std::string> charge_id;
  Kept<std::string> reported_order_id;
  Kept<Money> amount;
  Kept<std::string> reason;
  Kept<std::string> metadata_json;

  /// The order it counts for: its own, else its charge's. Set by attach_to_order.
  std::optional<std::string> order_id;

  /// The earliest time that any report of it names.
  Time requested_at{};

  /// Goes up when one outcome is replaced by another.
  int episode = 1;

  friend bool operator==(const Refund&, const Refund&) = default;
};

enum class Verdict {
  applied,      // the refund is now what the report says
  unchanged,    // the report repeats what is known
  stale,        // the report is older than what is known
  unsupported,  // not something that we understand; stored, changes nothing
  quarantined,  // cannot be applied; stored, a person must look
  late,         // signed well, but outside the time tolerance; stored, not applied
  duplicate,    // an event seen before
};

std::string_view to_string(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view text);

struct Decision {
  Verdict verdict = Verdict::unchanged;
  std::string reason;          // for a person; empty where the verdict says it all
  std::optional<Refund> next;  // nullopt: there is still no refund
  std::vector<Message> messages;
  std::vector<Anomaly> anomalies;
};

/// Pure: no clock, no I/O. Precondition: `current`, if any, is the refund that the report names.
/// `charge_order_id` is the order of the refund's charge, where that is known.
Decision decide(const std::optional<Refund>& current, const RefundReport& report,
                const std::optional<std::string>& charge_order_id = std::nullopt);

/// The charge that the refund belongs to once the report is taken in. Precondition: as for decide,
/// and the report's status is known.
std::optional<std::string> charge_id_after(const std::optional<Refund>& current,
                                           const RefundReport& report);

/// Sets order_id from the refund itself, else from what is known of its charge. True when it
/// changed.
bool attach_to_order(Refund& refund, const std::optional<std::string>& charge_order_id);

/// `unknown_order` for a refund that belongs to no order yet.
std::optional<Anomaly> missing_order(const Refund& refund);

/// What support should do about a failed refund, by the provider's failure code. English.
std::string_view next_step_after_failure(std::string_view failure_code);

/// True where the failure means that the merchant's own balance did not suffice.
bool is_insufficient_balance(std::string_view failure_code, std::string_view failure_message);

}  // namespace domain
