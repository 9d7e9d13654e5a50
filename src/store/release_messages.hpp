// Messages whose sink is no longer configured are routed anew.
#pragma once

#include <string>
#include <vector>

#include "store/connection.hpp"

namespace store {

/// How many there were. Throws Failure.
int release_unknown_sinks(Connection& connection, const std::vector<std::string>& sinks);

}  // namespace store
