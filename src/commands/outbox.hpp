// refundctl outbox: what there is to tell people, and what became of it.
#pragma once

#include "commands/commands.hpp"

namespace commands {

/// list, show, retry and cancel.
void add_outbox(CLI::App& app, Context& context);

}  // namespace commands
