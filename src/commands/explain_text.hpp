// A refund's whole story as text: the summary first, then everything that is known, line by line.
#pragma once

#include <iosfwd>

#include "commands/language.hpp"
#include "store/history.hpp"

namespace commands {

/// Nothing that a terminal obeys is printed, whatever the data holds. Times are UTC.
void print_history(const store::RefundHistory& history, Language language, std::ostream& out);

}  // namespace commands
