// refundctl explain: the whole story of a refund.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/language.hpp"
#include "store/history.hpp"

namespace commands {

struct ExplainOptions {
  std::string refund_id;
  Language language = Language::english;
  bool json = false;
};

/// Prints what was loaded to `out`, or to `errors` that nobody ever heard of the refund. Exit code.
int explain(const ExplainOptions& options, const std::vector<store::RefundHistory>& histories,
            std::ostream& out, std::ostream& errors);

void add_explain(CLI::App& app, Context& context);

}  // namespace commands
