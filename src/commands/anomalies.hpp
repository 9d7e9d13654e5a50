// refundctl anomalies: what should not be and was found (list), and that it is dealt with
// (resolve).
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_anomalies(CLI::App& app, Context& context);

}  // namespace commands
