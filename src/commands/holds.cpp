#include "commands/holds.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/explain_summary.hpp"
#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"
#include "store/holds.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;
using Change = store::HoldOutcome (*)(store::Connection&, const store::HoldSubject&,
                                      const store::Decider&);

struct Options {
  store::HoldSubject subject;
  std::string reason;
};

std::string text_of(const store::HoldSubject& subject) {
  return printable(subject.order_id.empty()
                       ? "refund " + subject.refund_id + " of " + subject.source
                       : "order " + subject.order_id);
}

void check_subject(const store::HoldSubject& subject) {
  if (subject.refund_id.empty() == subject.order_id.empty()) {
    throw UsageError{"Name either --refund with its --source, or --order."};
  }
  if (subject.refund_id.empty() != subject.source.empty()) {
    throw UsageError{"--refund and --source go together."};
  }
}

Json to_json(const store::Hold& hold) {
  return {{"hold_id", hold.hold_id},
          {"source", or_null(hold.subject.source)},
          {"refund_id", or_null(hold.subject.refund_id)},
          {"order_id", or_null(hold.subject.order_id)},
          {"held_at", domain::format_rfc3339(hold.held_at)},
          {"held_by", hold.held_by},
          {"reason", hold.reason},
          {"released_at", or_null(hold.released_at)},
          {"released_by", or_null(hold.released_by)},
          {"release_reason", or_null(hold.release_reason)}};
}

void print_holds(const std::vector<store::Hold>& holds, bool json) {
  if (json) {
    auto array = Json::array();
    for (const store::Hold& hold : holds) {
      array.push_back(to_json(hold));
    }
    print_json({{"holds", array}}, std::cout);
    return;
  }
  if (holds.empty()) {
    std::cout << "no holds\n";
    return;
  }
  Table table{{"id", "since", "what", "by", "reason", "released"}};
  for (const store::Hold& hold : holds) {
    table.add_row({std::to_string(hold.hold_id), time_to_second(hold.held_at),
                   text_of(hold.subject), hold.held_by, hold.reason,
                   hold.released_at ? hold.released_by + ": " + hold.release_reason : ""});
  }
  table.print(std::cout);
}

std::string problem_of(store::HoldOutcome outcome) {
  switch (outcome) {
    case store::HoldOutcome::done:
      return "";
    case store::HoldOutcome::unknown_subject:
      return "is not known here";
    case store::HoldOutcome::held_already:
      return "is held already";
    case store::HoldOutcome::not_held:
      return "is not held";
  }
  __builtin_unreachable();
}

int run_change(const Options& options, const Context& context, Change change) {
  check_subject(options.subject);
  check_reason(options.reason);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto problem = problem_of(change(
      connection, options.subject, {login_name(), options.reason, runtime::wall_clock_now()}));
  if (!problem.empty()) {
    throw std::runtime_error{text_of(options.subject) + " " + problem};
  }
  print_holds(store::list_holds(connection, /*with_released=*/false), context.json);
  return k_exit_done;
}

int run_list(bool with_released, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_holds(store::list_holds(connection, with_released), context.json);
  return k_exit_done;
}

void add_change(CLI::App& hold, Context& context, const std::string& name, const std::string& help,
                Change change) {
  auto* command = hold.add_subcommand(name, help);
  // Shared, here and below: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Options>();
  command->add_option("--refund", options->subject.refund_id, "This refund")->type_name("ID");
  command->add_option("--source", options->subject.source, "The refund's source")
      ->type_name("NAME");
  command
      ->add_option("--order", options->subject.order_id,
                   "This order with all its refunds and charges")
      ->type_name("ID");
  command->add_option("--reason", options->reason, "Why; kept with it")->required();
  command->callback([options, &context, change] {
    context.run = [options, &context, change] { return run_change(*options, context, change); };
  });
}

}  // namespace

void add_holds(CLI::App& app, Context& context) {
  auto* hold = app.add_subcommand("hold", "Legal holds: whose bytes are kept however old they get");
  hold->require_subcommand(1);
  add_change(*hold, context, "add", "Keep the bytes of a refund's or an order's events",
             store::add_hold);
  add_change(*hold, context, "release", "They need not be kept any more: the next prune takes them",
             store::release_hold);
  auto* list = hold->add_subcommand("list", "Those that are not released. UTC");
  const auto with_released = std::make_shared<bool>(false);
  list->add_flag("--all", *with_released, "Released ones too");
  list->callback([with_released, &context] {
    context.run = [with_released, &context] { return run_list(*with_released, context); };
  });
}

}  // namespace commands
