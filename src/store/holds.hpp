// Legal holds: whose bytes may not be dropped, however old they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "store/decider.hpp"

namespace store {

/// A refund of a source, or an order with all its refunds and charges.
struct HoldSubject {
  std::string source;
  std::string refund_id;  // empty: an order
  std::string order_id;   // empty: a refund
};

struct Hold {
  std::int64_t hold_id = 0;
  HoldSubject subject;
  domain::Time held_at{};
  std::string held_by;
  std::string reason;
  std::optional<domain::Time> released_at;
  std::string released_by;
  std::string release_reason;
};

/// Those that are not released, with `with_released` all; the newest first. Throws Failure.
std::vector<Hold> list_holds(Connection& connection, bool with_released);

enum class HoldOutcome { done, unknown_subject, held_already, not_held };

/// Refuses what is not known here, which can only be a slip of the pen, and a second hold of one
/// subject. Throws Failure.
HoldOutcome add_hold(Connection& connection, const HoldSubject& subject, const Decider& decider);

/// What was kept only for this hold goes with the next pruning. Throws Failure.
HoldOutcome release_hold(Connection& connection, const HoldSubject& subject,
                         const Decider& decider);

}  // namespace store
