// The one charge that an operator means.
#pragma once

#include <optional>
#include <string>

#include "commands/setup.hpp"
#include "store/charges_read.hpp"

namespace commands {

/// Of `source`, or where that is empty of the only configured source that knows it; nullopt: none
/// does. Throws UsageError where several do, and for a source that is not configured.
std::optional<store::ChargeWithRefunds> find_known_charge(store::Connection& connection,
                                                          const Setup& setup,
                                                          const std::string& charge_id,
                                                          const std::string& source);

}  // namespace commands
