// Asks for single refunds whose time has come: pending ones by their schedule, and at once those
// about which a customer waits to hear.
#pragma once

#include "reads/read_context.hpp"

namespace reads {

/// Puts into the schedule what is to be asked for and is not in it. Throws store::Failure.
void schedule_new(const ReadContext& context);

/// Asks for a few that are due. false: nothing is due any more. Throws ProviderAway where going on
/// makes no sense now (what was not asked is due again then), store::Failure.
bool poll_due(const ReadContext& context);

}  // namespace reads
