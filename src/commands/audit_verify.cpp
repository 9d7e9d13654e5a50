#include "commands/audit_verify.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/operator_database.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::vector<std::filesystem::path> files;  // none: the database's own chains
  int delay_seconds = 60;
};

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

Json json_of(const AuditFileFault& fault) {
  return {{"file", fault.file},
          {"line", fault.line == 0 ? Json(nullptr) : Json(fault.line)},
          {"audit_id", fault.audit_id == 0 ? Json(nullptr) : Json(fault.audit_id)},
          {"fault", fault.fault}};
}

void print_as_json(const AuditFileReport& report, std::ostream& out) {
  auto faults = Json::array();
  for (const auto& fault : report.faults) {
    faults.push_back(json_of(fault));
  }
  print_json(
      {{"line_count", report.line_count}, {"fault_count", report.fault_count}, {"faults", faults}},
      out);
}

std::string number_or_blank(std::int64_t number) {
  return number == 0 ? "" : std::to_string(number);
}

void print_as_table(const AuditFileReport& report, std::ostream& out) {
  if (!report.faults.empty()) {
    Table table{{"file", "line", "audit_id", "what is wrong"}};
    for (const auto& fault : report.faults) {
      table.add_row(
          {fault.file, number_or_blank(fault.line), number_or_blank(fault.audit_id), fault.fault});
    }
    table.print(out);
  }
  const auto left_out = report.fault_count - static_cast<std::int64_t>(report.faults.size());
  if (left_out > 0) {
    out << "and " << left_out << " more\n";
  }
  out << "lines checked  " << report.line_count << "\n"
      << "faults         " << report.fault_count << "\n";
}

int run_audit_verify(const Options& options, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  if (options.files.empty()) {
    return print_audit_report(store::verify_audit(connection), context.json, std::cout);
  }
  const AuditFileCheck check{.files = options.files,
                             .now = runtime::wall_clock_now(),
                             .delay_max = std::chrono::seconds{options.delay_seconds}};
  return print_audit_file_report(check_audit_files(connection, check), context.json, std::cout);
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

int print_audit_file_report(const AuditFileReport& report, bool json, std::ostream& out) {
  if (json) {
    print_as_json(report, out);
  } else {
    print_as_table(report, out);
  }
  return report.fault_count == 0 ? k_exit_done : k_exit_failed;
}

void add_audit_verify(CLI::App& audit, Context& context) {
  auto* command = audit.add_subcommand(
      "verify",
      "Check every entry's place in its chain or, with --file, an audit file against the database; "
      "exit code 1 where anything does not fit");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  auto* file = command
                   ->add_option("--file", options->files,
                                "An audit file. Several times: files that follow each other, the "
                                "oldest first; between them nothing may be missing either")
                   ->type_name("FILE")
                   ->allow_extra_args(false);
  command
      ->add_option("--delay-seconds", options->delay_seconds,
                   "Entries behind the file's last line are missing when they are older than this. "
                   "For a file that was rotated away, a large number")
      ->needs(file)
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->callback([options, &context] {
    context.run = [options, &context] { return run_audit_verify(*options, context); };
  });
}

}  // namespace commands
