// A refund and a charge as an event carries them, turned into reports.
#pragma once

#include <string>
#include <string_view>

#include "providers/decode.hpp"

namespace providers {

/// Which charge a refund names.
struct ChargeReference {
  std::string charge_id;           // empty: none that is usable
  const Json* expanded = nullptr;  // the charge itself, where the refund holds all of it
  std::string_view problem;        // a sentence of ours; empty: none
};

ChargeReference charge_reference_of(const Json& refund, Names charge_keys);

/// Fills what the refund says: status, money, texts. Returns its first problem; the report is only
/// worth something where there is none.
Field<domain::RefundReport> read_refund(const Json& refund, const domain::Event& event,
                                        const DecodeOptions& options, const Dialect& dialect);

struct ChargeReading {
  domain::ChargeReport report;  // without an amount where that is the problem
  std::string_view problem;     // a sentence of ours; empty: none
  domain::AnomalyKind anomaly = domain::AnomalyKind::undecodable_event;
};

/// `event.charge_id` must be known.
ChargeReading read_charge(const Json& charge, const domain::Event& event,
                          const DecodeOptions& options, const Dialect& dialect);

}  // namespace providers
