// refundctl events replay: stored events that had been set aside, taken in again by what is
// configured today. Shows what would become of them; changes something only with --apply.
#pragma once

#include "commands/commands.hpp"

namespace commands {

/// `events` is the command that it belongs to.
void add_events_replay(CLI::App& events, Context& context);

}  // namespace commands
