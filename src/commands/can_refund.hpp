// refundctl can-refund: whether an amount of a charge may be paid back, before anybody asks the
// provider.
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_can_refund(CLI::App& app, Context& context);

}  // namespace commands
