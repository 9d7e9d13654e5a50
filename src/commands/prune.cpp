#include "commands/prune.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/time_text.hpp"
#include "runtime/wall_clock.hpp"
#include "store/prune_payloads.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  domain::Time before{};
  std::string reason;
  bool apply = false;
};

void print_as_json(const std::vector<store::PrunedTable>& all, bool applied) {
  auto tables = Json::array();
  for (const store::PrunedTable& pruned : all) {
    tables.push_back({{"table", pruned.table},
                      {"dropped", pruned.dropped},
                      {"kept", pruned.kept},
                      {"bytes", pruned.bytes}});
  }
  print_json({{"applied", applied}, {"tables", tables}}, std::cout);
}

void print_as_table(const std::vector<store::PrunedTable>& all, bool applied) {
  if (all.empty()) {
    std::cout << "nothing is that old\n";
    return;
  }
  Table table{{"table", "payloads", "kept by holds", "bytes on disk"}};
  for (const store::PrunedTable& pruned : all) {
    table.add_row({pruned.table, std::to_string(pruned.dropped), std::to_string(pruned.kept),
                   pruned.bytes == 0 ? "" : std::to_string(pruned.bytes)});
  }
  table.print(std::cout);
  std::cout << (applied ? "\ndropped\n" : "\nnothing was dropped; --apply does it\n");
}

void check(const Options& options, domain::Time now) {
  if (options.before > now) {
    throw UsageError{"--payloads-before lies in the future."};
  }
  if (options.apply) {
    check_reason(options.reason);
  }
}

int run_prune(const Options& options, const Context& context) {
  const auto now = runtime::wall_clock_now();
  check(options, now);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto all = store::prune_payloads(
      connection, {options.before, {login_name(), options.reason, now}, options.apply});
  if (context.json) {
    print_as_json(all, options.apply);
  } else {
    print_as_table(all, options.apply);
  }
  return k_exit_done;
}

}  // namespace

void add_prune(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "prune",
      "Drop the bytes of old webhooks, whole months at a time. Events, refunds and the audit trail "
      "stay; what is under a legal hold is kept. Shows only what it would do, unless --apply");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  const auto set_before = [options](const std::string& text) {
    const auto time = parse_time(text);
    if (!time) {
      throw CLI::ValidationError{"--payloads-before", "is no time: 2026-01-31"};
    }
    options->before = *time;
  };
  command
      ->add_option_function<std::string>("--payloads-before", set_before,
                                         "Months that end at or before this time")
      ->type_name("TIME")
      ->required();
  command->add_flag("--apply", options->apply, "Do it; needs --reason");
  command->add_option("--reason", options->reason, "Why; kept in retention_log");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_prune(*options, context); };
  });
}

}  // namespace commands
