// A refund's whole story as JSON, for programs: the words of the database, full times, minor units.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "commands/language.hpp"
#include "store/history.hpp"

namespace commands {

/// {"refund_id": …, "sources": [one for each history]}; only the summary depends on the language.
void print_histories_as_json(const std::string& refund_id,
                             const std::vector<store::RefundHistory>& histories, Language language,
                             std::ostream& out);

}  // namespace commands
