// A point in time on the command line.
#pragma once

#include <string>

#include "domain/time.hpp"

namespace CLI {
class App;
}

namespace commands {

/// As parse_time() reads it. `time` is written while the command line is read: it must live as
/// long.
void add_time_option(CLI::App& command, const std::string& name, domain::Time& time,
                     const std::string& help);

}  // namespace commands
