// What a running process can take over from a new configuration, and what needs a restart.
#pragma once

#include <string>
#include <vector>

#include "runtime/config.hpp"

namespace runtime {

/// The keys whose change waits for the next start: "listener.listen", "database.url". Pure.
std::vector<std::string> keys_that_need_a_restart(const Config& running, const Config& wanted);

}  // namespace runtime
