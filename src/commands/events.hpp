// refundctl events: which events were received (list), and one of them as it came (show).
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_events(CLI::App& app, Context& context);

}  // namespace commands
