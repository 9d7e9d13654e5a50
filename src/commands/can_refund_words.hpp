// What speaks against a refund, in two sentences each: what happened, and what to do.
#pragma once

#include <string>

#include "commands/language.hpp"
#include "domain/can_refund.hpp"

namespace commands {

struct Advice {
  std::string what;
  std::string what_to_do;
};

/// Data stands in the sentences as it is: make them printable.
Advice advice_on(const domain::Finding<domain::RefundObstacle>& finding, Language language);
Advice advice_on(const domain::Finding<domain::RefundWarning>& finding, Language language);

/// For a charge that nothing is known of.
Advice advice_on_unknown_charge(const std::string& charge_id, Language language);

}  // namespace commands
