// From the words of the configuration to how each source's provider is read.
#pragma once

#include <vector>

#include "commands/setup.hpp"
#include "reads/reader.hpp"

namespace commands {

/// One for each source, in the configuration's order.
std::vector<reads::ReadSource> make_read_sources(const Setup& setup);

}  // namespace commands
