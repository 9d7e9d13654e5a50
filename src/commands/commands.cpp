#include "commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>

namespace commands {
namespace {

/// The exit code of a command line that is wrong or asks only for help; nullopt: it is understood.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    const bool is_help = app.exit(error, std::cout, std::cerr) == 0;
    return is_help ? k_exit_done : k_exit_usage;
  }
}

}  // namespace

void add_common_options(CLI::App& app, Context& context) {
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", "refundctl " REFUNDD_VERSION);
  app.add_option("--config", context.config_file, "The configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  const auto set_output = [&context](const std::string& output) {
    context.json = output == "json";
  };
  app.add_option_function<std::string>("--output", set_output, "How results are printed")
      ->check(CLI::IsMember({"table", "json"}))
      ->default_str("table");
}

int run_command(CLI::App& app, Context& context, int argc, const char* const* argv) {
  if (const auto code = parse(app, argc, argv)) {
    return *code;
  }
  try {
    return context.run();
  } catch (const UsageError& error) {
    std::cerr << error.message << "\nRun with --help for more information.\n";
    return k_exit_usage;
  } catch (const std::exception& error) {
    std::cerr << "refundctl: " << error.what() << "\n";
    return k_exit_failed;
  }
}

}  // namespace commands
