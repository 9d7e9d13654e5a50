// refundctl erase-customer: a person wants to be forgotten.
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_erase_customer(CLI::App& app, Context& context);

}  // namespace commands
