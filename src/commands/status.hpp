// refundctl status: asks the running daemons and the database, and says how everything is.
#pragma once

#include <string>
#include <string_view>

#include "commands/commands.hpp"
#include "commands/status_report.hpp"

namespace commands {

/// What a daemon's `GET /status` says. `address`: of its admin listener. A page that is not one has
/// a `problem`.
DaemonStatus read_daemon_status(const std::string& address, std::string_view page);

void add_status(CLI::App& app, Context& context);

}  // namespace commands
