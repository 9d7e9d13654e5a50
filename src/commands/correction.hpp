// What an operator says about a refund, as a delivery, and what became of it in words.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "domain/refund.hpp"
#include "providers/source.hpp"
#include "store/delivery.hpp"

namespace commands {

/// As typed; an empty text: not said.
struct Correction {
  std::string refund_id;
  std::string source;
  std::string status;
  std::optional<std::int64_t> amount_minor;
  std::string currency;
  std::string charge_id;
  bool voided = false;
  std::string failure_code;
  std::string failure_message;
  std::string reason;
  std::string ticket;
  std::string note;
  std::optional<domain::Time> occurred_at;
  bool dry_run = false;
};

/// Throws UsageError for what cannot be meant, whatever is known of the refund.
void check_correction(const Correction& correction, domain::Time now);

/// Who says it, and when: the event's id follows from it.
struct Occasion {
  std::string event_id;
  std::string user;
  domain::Time now{};
};

/// Throws UsageError where an amount has no currency, and for a refund that is not `known` unless
/// charge, amount and currency are said. What the correction does not say is not in the report, so
/// that it stays as it is.
store::Delivery delivery_of(const Correction& correction, const providers::Source& source,
                            const std::optional<domain::Refund>& known, const Occasion& occasion);

struct CorrectionOutcome {
  std::string event_id;
  domain::Verdict verdict{};
  std::optional<domain::Refund> before;
  std::optional<domain::Refund> after;
  bool dry_run = false;
};

void print_outcome(const Correction& correction, const CorrectionOutcome& outcome, bool json,
                   std::ostream& out);

}  // namespace commands
