// refundctl reconcile: the provider's refunds against ours (reconcile), what was found (items), and
// that somebody takes a difference as it is (accept).
#pragma once

#include "commands/commands.hpp"

namespace commands {

void add_reconcile(CLI::App& app, Context& context);

}  // namespace commands
