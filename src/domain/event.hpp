// An event as a provider's decoder hands it on: what it is, and what may be believed of it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "domain/anomaly.hpp"
#include "domain/report.hpp"

namespace domain {

using Sha256 = std::array<std::byte, 32>;

/// What is to be done with an event, before any state is looked at.
enum class Disposition {
  apply,        // its reports go through decide and learn
  unsupported,  // not about refunds or charges, or a word that we do not know
  quarantined,  // about a refund, but cannot be believed as it stands
  late,         // signed well, outside the time tolerance
};

struct Event {
  std::string source;
  std::string event_id;  // "derived:" + SHA-256 of the body in hex where the provider gave none
  std::string event_type;
  bool livemode = true;  // the source's: an event of another mode is quarantined
  Evidence evidence = Evidence::token_webhook;
  Time occurred_at{};
  std::string user_id;  // who acted at the provider, where the event says so; empty: not said
  std::string note;     // what whoever handed the event in wrote beside it; empty: nothing

  /// SHA-256 over what the event says, without the fields in which a provider counts its own
  /// deliveries: two deliveries of one event agree in it even where their bodies differ.
  Sha256 content_sha256{};

  Disposition disposition = Disposition::apply;
  std::string reason;  // why not `apply`, or what is odd about it; for a person
  /// What is recorded beside it. With `apply`: found by who read it, as only he could.
  std::optional<AnomalyKind> anomaly;

  /// Known as far as the event could be read, whatever its disposition; empty: names none.
  std::string refund_id;
  std::string charge_id;

  // Set only with Disposition::apply; `late` keeps them too, for the record, but nothing uses them.
  std::optional<RefundReport> refund;
  std::optional<ChargeReport> charge;
};

}  // namespace domain
