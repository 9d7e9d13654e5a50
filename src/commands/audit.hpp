// refundctl audit: what can be done with the append-only history of the refunds.
#pragma once

#include "commands/commands.hpp"

namespace commands {

/// verify and export.
void add_audit(CLI::App& app, Context& context);

}  // namespace commands
