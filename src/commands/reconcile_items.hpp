// refundctl reconcile items and accept.
#pragma once

#include "commands/commands.hpp"
#include "commands/reconcile_output.hpp"

namespace commands {

/// `output` is filled in while the command line is understood, and outlives `reconcile`.
void add_reconcile_items(CLI::App& reconcile, Context& context, const ReconcileOutput& output);

}  // namespace commands
