// refundctl audit verify: was the audit trail tampered with?
#pragma once

#include <iosfwd>

#include "commands/commands.hpp"
#include "store/audit_verify.hpp"

namespace commands {

/// Exit code: failed where any chain has a fault.
int print_audit_report(const store::AuditReport& report, bool json, std::ostream& out);

void add_audit_verify(CLI::App& app, Context& context);

}  // namespace commands
