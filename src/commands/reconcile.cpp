#include "commands/reconcile.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "commands/operator_database.hpp"
#include "commands/reconcile_items.hpp"
#include "commands/reconcile_source.hpp"

namespace commands {
namespace {

void check_options(const ReconcileOptions& options) {
  if (options.source.empty() != options.all) {
    throw UsageError{"Exactly one of --source and --all is required."};
  }
  if (options.yesterday != options.from.empty() || (options.yesterday && !options.to.empty())) {
    throw UsageError{"Either --yesterday or --from (and --to) is required."};
  }
  if (options.all && !options.statement.empty()) {
    throw UsageError{"A statement is of one source: --source."};
  }
}

std::vector<const providers::Source*> sources_of(const ReconcileOptions& options,
                                                 const Setup& setup) {
  std::vector<const providers::Source*> sources;
  for (const auto& source : setup.sources) {
    if (options.all ? source.api.has_value() : source.name == options.source) {
      sources.push_back(&source);
    }
  }
  if (sources.empty() && !options.all) {
    throw UsageError{"No source is called \"" + options.source + "\"."};
  }
  if (!options.all && options.statement.empty() && !sources.front()->api) {
    throw UsageError{"The source has no api_key_file: --statement is required."};
  }
  return sources;
}

bool is_clean(const ReconcileResult& result) {
  return result.run.exception_count == 0 &&
         std::ranges::none_of(result.days, [](const store::CloseResult& day) {
           return day.state == store::CloseState::refused;
         });
}

/// Every source has its turn: one whose provider is away is not in the way of the others.
int run_sources(const ReconcileOptions& options, const Setup& setup, ReconcileOutput output) {
  bool all_clean = true;
  std::vector<ReconcileResult> results;
  for (const auto* source : sources_of(options, setup)) {
    const auto statement =
        options.statement.empty() ? nullptr : load_statement(options.statement, setup, *source);
    if (!options.statement.empty() && !statement) {
      return k_exit_failed;
    }
    try {
      auto connection = open_database(setup.config);
      results.push_back(reconcile_source(connection, *source, statement.get(), options));
      all_clean = all_clean && is_clean(results.back());
    } catch (const std::exception& error) {
      std::cerr << "refundctl: " << source->name << ": " << error.what()
                << "; the same command goes on where it stopped\n";
      all_clean = false;
    }
  }
  print_results(results, output, std::cout);
  return all_clean ? k_exit_done : k_exit_failed;
}

int run_reconcile(const ReconcileOptions& options, ReconcileOutput output, const Context& context) {
  check_options(options);
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  return setup ? run_sources(options, *setup, output) : k_exit_failed;
}

void add_what(CLI::App& command, ReconcileOptions& options) {
  command.add_option("--source", options.source, "The source to reconcile")->type_name("NAME");
  command.add_flag("--all", options.all, "Every source with an API key, one after the other");
  command.add_option("--from", options.from, "The first day, in the source's time zone")
      ->type_name("DAY");
  command.add_option("--to", options.to, "The last day, which is included. Default: --from")
      ->type_name("DAY");
  command.add_flag("--yesterday", options.yesterday,
                   "The day before today in each source's zone, and up to 31 days before it that "
                   "have open timing items or, with --close, are not closed");
}

void add_how(CLI::App& command, ReconcileOptions& options) {
  command
      .add_option("--statement", options.statement,
                  "Compare with this CSV file instead of the API's list: all of it or, where any "
                  "line is wrong, nothing. [source.statement] says what its columns mean; lines of "
                  "other days are passed over. At most 256 MiB and 1000000 lines, UTF-8")
      ->type_name("FILE");
  command.add_flag("--close", options.close,
                   "Afterwards close the days, also with exceptions: what is written later belongs "
                   "to the next day. A day that was closed is checked");
  command
      .add_option("--timing-tolerance-hours", options.timing_tolerance_hours,
                  "A state or refund that one side does not have yet is no exception for so long")
      ->check(CLI::Range(0, 24 * 31))
      ->capture_default_str();
}

}  // namespace

void add_reconcile(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "reconcile",
      "Compare a provider's refunds with ours. What is missing or older here is taken into the "
      "books; what else differs is an item. Exit code 1: there are exceptions");
  command->fallthrough();
  // Shared: filled while parsing and used by the callbacks, both after we return.
  const auto options = std::make_shared<ReconcileOptions>();
  add_what(*command, *options);
  add_how(*command, *options);
  // In place of the one that all commands have: there is one output more.
  command
      ->add_option_function<std::string>(
          "--output",
          [options](const std::string& word) {
            options->output = word == "csv"    ? ReconcileOutput::csv
                              : word == "json" ? ReconcileOutput::json
                                               : ReconcileOutput::table;
          },
          "How results are printed; csv: the items")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->default_str("table");
  const auto& output = options->output;
  add_reconcile_items(*command, context, output);
  command->callback([command, options, &context] {
    if (context.json && options->output == ReconcileOutput::table) {
      options->output = ReconcileOutput::json;  // --output stood before the command's name
    }
    if (command->get_subcommands().empty()) {
      context.run = [options, &context] {
        return run_reconcile(*options, options->output, context);
      };
    }
  });
}

}  // namespace commands
