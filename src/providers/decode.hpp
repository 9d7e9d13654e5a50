// From an event's body to what may be believed of it: the way that all providers share.
//
// A provider describes in a Dialect how its bodies are written; which checks are made, in which
// order, and what a failed one means stands in decode.cpp alone.
#pragma once

#include <optional>
#include <string_view>

#include "domain/report.hpp"
#include "providers/fields.hpp"
#include "providers/provider.hpp"

namespace providers {

/// What says how a refund stands.
struct RefundWords {
  const Json& refund;
  std::string_view event_type;
  std::optional<std::string_view> status;  // the refund's own word, verbatim
  domain::RefundStatus missing_status;     // what its absence means for this source
};

struct RefundOutcome {
  std::optional<domain::RefundStatus> status;  // nullopt: a word that we do not know
  bool action_required = false;
  bool voided = false;
};

/// The keys are in order of preference: the first that is there counts.
struct Dialect {
  std::string_view type_key;       // in the envelope; a body without it is no event
  Names refund_types;              // `data` is a refund
  Names charge_types;              // `data` is a charge
  std::string_view charge_object;  // the value of `object` in a charge
  Names user_keys;                 // in the envelope: who acted at the provider
  Names event_time_keys;           // in the envelope
  Names resource_time_keys;        // in `data`, where the envelope names no time
  Names charged_at_keys;
  Names charge_keys;  // in a refund: its charge, an id or the whole object
  Names metadata_keys;

  Field<RefundOutcome> (*refund_outcome)(const RefundWords&);
  std::optional<domain::ChargeStatus> (*charge_status)(const Json& charge,
                                                       std::string_view event_type);
  /// The amount that can be refunded.
  const Json* (*charge_amount)(const Json& charge);
  std::optional<std::string> (*payment_method)(const Json& charge);
};

/// Never throws for any body.
Decoded decode_event(std::string_view body, const DecodeOptions& options, const Dialect& dialect);

}  // namespace providers
