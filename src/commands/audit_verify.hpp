// refundctl audit verify: was the audit trail tampered with, in the database or in a file of it?
#pragma once

#include <iosfwd>

#include "commands/audit_file_check.hpp"
#include "commands/commands.hpp"
#include "store/audit_verify.hpp"

namespace commands {

/// Exit code: failed where any chain has a fault.
int print_audit_report(const store::AuditReport& report, bool json, std::ostream& out);

/// Exit code: failed where any line has a fault or is missing.
int print_audit_file_report(const AuditFileReport& report, bool json, std::ostream& out);

/// `audit` is the group of commands.
void add_audit_verify(CLI::App& audit, Context& context);

}  // namespace commands
