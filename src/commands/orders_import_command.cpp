// The command line of `refundctl orders import`, from the file to the last line printed.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/orders_import.hpp"
#include "commands/terminal_json.hpp"
#include "runtime/config_files.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::filesystem::path file;
  bool dry_run = false;
};

std::string read_content(const std::filesystem::path& file) {
  auto content =
      runtime::read_file(file, {.size_max_bytes = k_order_file_max_bytes, .is_secret = false});
  if (const auto* problem = std::get_if<runtime::FileProblem>(&content)) {
    throw std::runtime_error{file.string() + ": " + problem->message};
  }
  return std::get<std::string>(std::move(content));
}

void print_errors_as_json(std::span<const OrderFileError> errors) {
  auto list = Json::array();
  for (const auto& error : errors.first(std::min(errors.size(), k_order_errors_printed))) {
    list.push_back({{"line", error.line}, {"column", error.column}, {"message", error.message}});
  }
  print_json({{"imported", false}, {"error_count", errors.size()}, {"errors", list}}, std::cout);
}

void print_done(const OrdersImport& import, const Options& options, bool json) {
  if (json) {
    print_json({{"imported", !options.dry_run},
                {"orders", import.orders.size()},
                {"charges", import.charge_count}},
               std::cout);
    return;
  }
  std::cout << (options.dry_run ? "checked " : "imported ") << import.orders.size()
            << " orders with " << import.charge_count << " charges"
            << (options.dry_run ? "; nothing was imported\n" : "\n");
}

void apply(const runtime::Config& config, const OrdersImport& import, domain::Time now) {
  try {
    auto connection = open_database(config);
    apply_orders_import(connection, import, now);
  } catch (const store::Failure& failure) {
    const bool in_doubt = failure.kind() == store::FailureKind::in_doubt;
    throw std::runtime_error{std::string{failure.what()} +
                             (in_doubt ? "; import the file again: what is in already does no harm"
                                       : "; nothing was imported")};
  }
}

int run_orders_import(const Options& options, const Context& context) {
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  const auto content = read_content(options.file);
  const auto file = read_order_file(content, setup->sources);
  if (!file.errors.empty()) {
    print_order_errors(options.file, file.errors, std::cerr);
    if (context.json) {
      print_errors_as_json(file.errors);
    }
    return k_exit_failed;
  }
  const auto now = runtime::wall_clock_now();
  const auto import = make_orders_import(file.lines, login_name(), now);
  if (!options.dry_run) {
    apply(setup->config, import, now);
  }
  print_done(import, options, context.json);
  return k_exit_done;
}

}  // namespace

void add_orders_import(CLI::App& app, Context& context) {
  auto* orders = app.add_subcommand("orders", "What the merchant's own books say about orders");
  orders->require_subcommand(1);
  auto* command = orders->add_subcommand(
      "import",
      "Import orders, their charges and customers from a CSV file: all of it or, where any line is "
      "wrong, nothing. Its first line names the columns, in any order: order_id, source, "
      "charge_id, currency, total_minor, customer_email, customer_locale; the three of charge and "
      "customer may be empty. At most 64 MiB and 200000 lines, UTF-8");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The CSV file")->required();
  command->add_flag("--dry-run", options->dry_run, "Only check the file");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_orders_import(*options, context); };
  });
}

}  // namespace commands
