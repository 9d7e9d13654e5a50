#include "commands/audit_verify.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands/operator_database.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

void print_as_json(const store::AuditReport& report, std::ostream& out) {
  auto faults = Json::array();
  for (const auto& fault : report.faults) {
    faults.push_back({{"source", fault.source},
                      {"refund_id", fault.refund_id},
                      {"entry", fault.chain_index},
                      {"fault", fault.fault}});
  }
  print_json({{"refund_count", report.refund_count},
              {"entry_count", report.entry_count},
              {"faults", faults}},
             out);
}

void print_as_table(const store::AuditReport& report, std::ostream& out) {
  if (!report.faults.empty()) {
    Table table{{"source", "refund", "entry", "what is wrong"}};
    for (const auto& fault : report.faults) {
      table.add_row(
          {fault.source, fault.refund_id, std::to_string(fault.chain_index), fault.fault});
    }
    table.print(out);
  }
  out << "refunds checked  " << report.refund_count << "\n"
      << "entries checked  " << report.entry_count << "\n"
      << "faults           " << report.faults.size() << "\n";
}

int run_audit_verify(const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  return print_audit_report(store::verify_audit(connection), context.json, std::cout);
}

}  // namespace

int print_audit_report(const store::AuditReport& report, bool json, std::ostream& out) {
  if (json) {
    print_as_json(report, out);
  } else {
    print_as_table(report, out);
  }
  return report.faults.empty() ? k_exit_done : k_exit_failed;
}

void add_audit_verify(CLI::App& app, Context& context) {
  auto* audit = app.add_subcommand("audit", "The append-only history of the refunds");
  audit->require_subcommand(1);
  auto* command = audit->add_subcommand(
      "verify", "Check every entry's place in its chain; exit code 1 where one does not fit");
  command->callback([&context] { context.run = [&context] { return run_audit_verify(context); }; });
}

}  // namespace commands
