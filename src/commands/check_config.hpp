// refundctl check-config: is the configuration good, and what does it say?
#pragma once

#include <filesystem>
#include <iosfwd>

#include "commands/commands.hpp"

namespace commands {

struct CheckConfigOptions {
  std::filesystem::path file;
  bool json = false;
};

/// Prints a summary to `out`, or every mistake to `errors` (with `json` to `out` too). Exit code.
int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& errors);

void add_check_config(CLI::App& app, Context& context);

}  // namespace commands
