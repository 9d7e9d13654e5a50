#include "commands/erase_customer.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"
#include "store/erase_customer.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

void print_as_json(const store::EraseReport& report, bool applied) {
  print_json({{"applied", applied},
              {"orders", report.orders},
              {"refunds", report.refunds},
              {"messages", report.messages},
              {"payloads", report.payloads},
              {"held_orders", report.held_orders},
              {"held_events", report.held_events}},
             std::cout);
}

void print_as_text(const store::EraseReport& report, bool applied) {
  std::cout << "orders    " << report.orders << "\n"
            << "refunds   " << report.refunds << "\n"
            << "messages  " << report.messages << "\n"
            << "payloads  " << report.payloads << "\n"
            << (applied ? "erased\n" : "nothing was erased; --apply does it\n");
}

void name_held(const store::EraseReport& report) {
  for (const std::string& order : report.held_orders) {
    std::cerr << "refundctl: order " << printable(order)
              << " is under a legal hold and stays as it is\n";
  }
  for (const std::string& event : report.held_events) {
    std::cerr << "refundctl: the bytes of event " << printable(event)
              << " are under a legal hold and stay\n";
  }
}

int run_erase(const store::EraseRequest& given, const Context& context) {
  check_reason(given.decider.reason);
  if (given.ticket.empty() || printable(given.ticket) != given.ticket) {
    throw UsageError{"--ticket must name a ticket."};
  }
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto request = given;
  request.decider.user = login_name();
  request.decider.now = runtime::wall_clock_now();
  auto connection = open_database(setup->config);
  const auto report = store::erase_customer(connection, request);
  const bool is_held = !report.held_orders.empty() || !report.held_events.empty();
  if (report.orders == 0 && report.payloads == 0 && !is_held) {
    throw std::runtime_error{"no order's customer has this address"};
  }
  if (context.json) {
    print_as_json(report, request.apply);
  } else {
    print_as_text(report, request.apply);
  }
  name_held(report);
  return is_held ? k_exit_failed : k_exit_done;
}

}  // namespace

void add_erase_customer(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "erase-customer",
      "Forget a person: the address and language of their orders, the metadata of their refunds, "
      "and the bytes of the events about these. Amounts, states and the audit trail stay. Shows "
      "only what it would do, unless --apply");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto request = std::make_shared<store::EraseRequest>();
  command->add_option("--email", request->email, "The person's address")->required();
  command->add_option("--ticket", request->ticket, "Where the person asked for it")->required();
  command->add_option("--reason", request->decider.reason, "Why; kept in retention_log")
      ->required();
  command->add_flag("--apply", request->apply, "Do it; it cannot be undone");
  command->callback([request, &context] {
    context.run = [request, &context] { return run_erase(*request, context); };
  });
}

}  // namespace commands
