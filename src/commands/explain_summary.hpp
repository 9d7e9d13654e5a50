// A refund's story in the sentences that a support agent can read aloud on the phone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/language.hpp"
#include "store/history.hpp"

namespace commands {

/// What is so now, how it is known, what is left of the charge, what the customer was told, and
/// what to do. Data stands in the sentences as it is: make them printable.
std::vector<std::string> summarize(const store::RefundHistory& history, Language language);

/// When the refund came into its present state. Precondition: history.refund.
domain::Time state_since(const store::RefundHistory& history);

/// To the second: "2026-01-31T10:03:34Z".
std::string time_to_second(domain::Time time);

}  // namespace commands
