// refundctl prune --payloads-before: the bytes of old webhooks go, their events and the ledger
// stay.
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_prune(CLI::App& app, Context& context);

}  // namespace commands
