// Whether a message that has waited still says what is so: asked again right before it is sent.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "domain/refund.hpp"

namespace domain {

/// What is so at the moment of sending.
struct TruthNow {
  struct Refund {
    RefundStatus status{};
    bool action_required = false;
    int episode = 1;
  };
  std::optional<Refund> refund;  // nullopt: there is no such refund
  bool anomaly_resolved = false;
  /// The message that opened the ticket of this one was sent, or may have been.
  bool opener_told = false;
};

/// Pure. `episode`: the message's own. A template that is not about a refund's state holds as long
/// as its anomaly is open; one that is not known here always holds.
bool still_holds(std::string_view template_name, std::string_view episode, const TruthNow& now);

/// The templates whose ticket a message of this template belongs to: "refund_failed" for
/// "refund_recovered", and "stuck_pending" for another "stuck_pending". At most two, mostly none.
std::span<const std::string_view> openers_of(std::string_view template_name);

/// Whether the message brings that ticket to a good end.
bool ends_ticket(std::string_view template_name);

}  // namespace domain
