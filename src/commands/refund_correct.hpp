// refundctl refund correct: an operator's own report about a refund, which the providers' reports
// are compared with like with each other. History is added to, never changed.
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_refund(CLI::App& app, Context& context);

}  // namespace commands
