#include "commands/audit.hpp"

#include <CLI/CLI.hpp>

#include "commands/audit_export.hpp"
#include "commands/audit_verify.hpp"

namespace commands {

void add_audit(CLI::App& app, Context& context) {
  auto* audit = app.add_subcommand("audit", "The append-only history of the refunds");
  audit->require_subcommand(1);
  add_audit_verify(*audit, context);
  add_audit_export(*audit, context);
}

}  // namespace commands
