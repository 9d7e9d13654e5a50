// refundctl events: which events were received (list), one of them as it came (show), and taken in
// again (replay).
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_events(CLI::App& app, Context& context);

}  // namespace commands
