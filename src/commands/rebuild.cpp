#include "commands/rebuild.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "commands/operator_database.hpp"
#include "commands/stored_evidence.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  bool verify = false;
  std::string source;
};

Json json_of(const store::RebuildCount& count) {
  return {{"refunds", count.refunds}, {"charges", count.charges}, {"orders", count.orders}};
}

void print_as_json(const store::RebuildReport& report, std::ostream& out) {
  auto differences = Json::array();
  for (const auto& difference : report.differences) {
    differences.push_back({{"table", difference.table},
                           {"source", or_null(difference.source)},
                           {"key", difference.key},
                           {"column", difference.column},
                           {"stored", or_null(difference.stored)},
                           {"folded", or_null(difference.folded)}});
  }
  print_json({{"events_folded", report.event_count},
              {"events_gone", report.gone_count},
              {"events_unreadable", report.unreadable_count},
              {"compared", json_of(report.compared)},
              {"not_verifiable", json_of(report.not_verifiable)},
              {"differences", differences}},
             out);
}

std::string text_of(const store::RebuildCount& count) {
  return std::to_string(count.refunds) + " refunds, " + std::to_string(count.charges) +
         " charges, " + std::to_string(count.orders) + " orders\n";
}

void print_as_table(const store::RebuildReport& report, std::ostream& out) {
  if (!report.differences.empty()) {
    Table table{{"table", "source", "key", "column", "stored", "by the events"}};
    for (const auto& difference : report.differences) {
      table.add_row({difference.table, difference.source, difference.key, difference.column,
                     difference.stored.value_or("-"), difference.folded.value_or("-")});
    }
    table.print(out);
  }
  out << "events folded      " << report.event_count << "\n"
      << "events not kept    " << report.gone_count << "\n"
      << "events unreadable  " << report.unreadable_count << "\n"
      << "compared           " << text_of(report.compared)  //
      << "not verifiable     " << text_of(report.not_verifiable) << "differences        "
      << report.differences.size() << "\n";
}

bool is_configured(const Setup& setup, const std::string& source) {
  return std::ranges::find(setup.sources, source, &providers::Source::name) != setup.sources.end();
}

store::Connection open_for_folding(const runtime::Config& config) {
  using namespace std::chrono_literals;
  return store::Connection{{.url = config.database.url,
                            .application_name = "refundctl",
                            .statement_timeout = 0ms,
                            .lock_timeout = 10s,
                            .plans_by_key = true}};
}

void fold_all(store::Rebuild& rebuild, std::span<const providers::Source> sources) {
  for (auto batch = rebuild.next(); !batch.empty(); batch = rebuild.next()) {
    std::vector<store::Delivery> deliveries;
    for (const auto& evidence : batch) {
      if (auto delivery = delivery_of(evidence, sources)) {
        deliveries.push_back(*std::move(delivery));
      } else {
        rebuild.set_aside(evidence);
      }
    }
    rebuild.fold(deliveries);
  }
}

int run_rebuild(const Options& options, const Context& context) {
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  if (!options.source.empty() && !is_configured(*setup, options.source)) {
    throw UsageError{"no source is called \"" + options.source + "\"."};
  }
  auto connection = open_for_folding(setup->config);
  store::Rebuild rebuild{connection, options.source, runtime::wall_clock_now()};
  fold_all(rebuild, setup->sources);
  return print_rebuild_report(rebuild.compare(), context.json, std::cout);
}

}  // namespace

int print_rebuild_report(const store::RebuildReport& report, bool json, std::ostream& out) {
  if (json) {
    print_as_json(report, out);
  } else {
    print_as_table(report, out);
  }
  // What could not be read was not compared either.
  const bool is_clean = report.differences.empty() && report.unreadable_count == 0;
  return is_clean ? k_exit_done : k_exit_failed;
}

void add_rebuild(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("rebuild",
                         "Fold every stored event again, into temporary tables, and compare them "
                         "with refunds, charges "
                         "and orders; exit code 1 where anything differs or cannot be read. "
                         "Changes nothing");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  command
      ->add_flag("--verify", options->verify,
                 "Compare; there is no other way: rows are never overwritten by this command")
      ->required();
  command
      ->add_option("--source", options->source,
                   "Only the refunds and charges of this source; orders are compared without it")
      ->type_name("NAME");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_rebuild(*options, context); };
  });
}

}  // namespace commands
