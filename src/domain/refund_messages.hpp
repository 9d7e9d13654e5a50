// The table "what is told": who hears of which transition of a refund.
#pragma once

#include <optional>
#include <vector>

#include "domain/message.hpp"
#include "domain/refund.hpp"

namespace domain {

/// The messages that follow from a refund that moved from `before` (none: first seen) to `refund`.
std::vector<Message> messages_of_transition(const std::optional<Refund>& before,
                                            const Refund& refund);

}  // namespace domain
