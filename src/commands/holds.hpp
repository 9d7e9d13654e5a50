// refundctl hold: whose bytes are kept however old they get (add), that they need not be any more
// (release), and which holds there are (list).
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_holds(CLI::App& app, Context& context);

}  // namespace commands
