// refundctl rebuild --verify: does every row say what the stored events say?
#pragma once

#include <iosfwd>

#include "commands/commands.hpp"
#include "store/rebuild.hpp"

namespace commands {

/// Exit code: failed where anything differs or could not be read.
int print_rebuild_report(const store::RebuildReport& report, bool json, std::ostream& out);

void add_rebuild(CLI::App& app, Context& context);

}  // namespace commands
