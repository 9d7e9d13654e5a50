#include "commands/reconcile_items.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

struct Accept {
  std::vector<std::int64_t> ids;
  std::string reason;
};

int run_items(const store::ItemFilter& filter, ReconcileOutput output, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_items(store::list_items(connection, filter), output, std::cout);
  return k_exit_done;
}

/// True: this call accepted it.
bool report(std::int64_t id, const std::optional<store::ReconciliationItem>& item,
            const store::Resolution& resolution) {
  if (!item) {
    std::cerr << "refundctl: there is no item " << id << "\n";
    return false;
  }
  const bool is_ours = item->state == "accepted" && item->resolved_at == resolution.now &&
                       item->resolved_by == resolution.user;
  if (!is_ours) {
    std::cerr << "refundctl: item " << id << " was " << item->state << " before, by "
              << printable(item->resolved_by + ": " + item->resolution) << "\n";
  }
  return is_ours;
}

int run_accept(const Accept& accept, ReconcileOutput output, const Context& context) {
  check_reason(accept.reason);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const store::Resolution resolution{login_name(), accept.reason, runtime::wall_clock_now()};
  Items accepted;
  for (const std::int64_t id : accept.ids) {
    auto item = store::accept_item(connection, id, resolution);
    if (report(id, item, resolution)) {
      accepted.push_back(*std::move(item));
    }
  }
  print_items(accepted, output, std::cout);
  return accepted.size() == accept.ids.size() ? k_exit_done : k_exit_failed;
}

void add_list(CLI::App& reconcile, Context& context, const ReconcileOutput& output) {
  auto* command = reconcile.add_subcommand("items", "What was found, the oldest first. UTC");
  // Shared, here and below: filled while parsing and used by the callback, both after we return.
  const auto filter = std::make_shared<store::ItemFilter>();
  command->add_flag("--open", filter->only_open, "Only what nobody and no run has closed");
  command->add_option("--source", filter->source, "Only of this source")->type_name("NAME");
  command->add_option("--run", filter->run_id, "Only what this run dealt with last")
      ->check(CLI::PositiveNumber)
      ->type_name("RUN_ID");
  command->add_option("--limit", filter->limit, "At most so many")
      ->check(CLI::Range(1, store::k_item_list_max))
      ->capture_default_str();
  command->callback([filter, &output, &context] {
    context.run = [filter, &output, &context] { return run_items(*filter, output, context); };
  });
}

void add_accept(CLI::App& reconcile, Context& context, const ReconcileOutput& output) {
  auto* command = reconcile.add_subcommand(
      "accept", "Take a difference as it is. It is not reported again while it stays the same");
  const auto accept = std::make_shared<Accept>();
  command->add_option("ITEM", accept->ids, "As `reconcile items` shows them")->required();
  command->add_option("--reason", accept->reason, "What was found or done; kept with it")
      ->required();
  command->callback([accept, &output, &context] {
    context.run = [accept, &output, &context] { return run_accept(*accept, output, context); };
  });
}

}  // namespace

void add_reconcile_items(CLI::App& reconcile, Context& context, const ReconcileOutput& output) {
  add_list(reconcile, context, output);
  add_accept(reconcile, context, output);
}

}  // namespace commands
