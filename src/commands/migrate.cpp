#include "commands/migrate.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "commands/operator_database.hpp"
#include "commands/terminal_json.hpp"
#include "runtime/wall_clock.hpp"
#include "store/partitions.hpp"

namespace commands {
namespace {

int run_migrate(const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_migrate(migrate(connection, runtime::wall_clock_now()), context.json, std::cout);
  return k_exit_done;
}

}  // namespace

MigrateResult migrate(store::Connection& connection, domain::Time now) {
  auto report = store::migrate(connection);
  return {std::move(report), store::make_payload_partitions(connection, now)};
}

void print_migrate(const MigrateResult& result, bool json, std::ostream& out) {
  const auto& [report, partitions_made] = result;
  if (json) {
    print_json({{"applied", report.applied},
                {"version", report.version},
                {"partitions_made", partitions_made}},
               out);
    return;
  }
  for (const auto& name : report.applied) {
    out << "applied         " << name << "\n";
  }
  for (const auto& name : partitions_made) {
    out << "made            " << name << "\n";
  }
  out << "schema version  " << report.version
      << (report.applied.empty() ? ", no migration was missing\n" : "\n");
}

void add_migrate(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("migrate", "Bring the database to this build's schema; safe at any time");
  command->callback([&context] { context.run = [&context] { return run_migrate(context); }; });
}

}  // namespace commands
