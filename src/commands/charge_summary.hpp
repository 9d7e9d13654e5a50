// refundctl charge summary: what was paid, what of it was refunded, and by which refunds.
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_charge(CLI::App& app, Context& context);

}  // namespace commands
