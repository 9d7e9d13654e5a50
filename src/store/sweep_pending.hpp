// Looks for refunds that do not move, and puts what support must hear of them into the outbox.
#pragma once

#include "domain/reminder.hpp"
#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

/// Templates "stuck_pending" and "action_required_too_long", the episode counting how often. One
/// transaction; several instances may sweep at once, each reminder is written once. What waits to
/// be sent is not followed by another one. The anomaly `stuck_pending` is noted with the first, and
/// resolved when its refund is no longer pending. Returns how many messages it wrote. Throws
/// Failure.
int sweep_pending(Connection& connection, const domain::PendingLimits& limits, domain::Time now);

}  // namespace store
