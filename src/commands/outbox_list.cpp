#include "commands/outbox_list.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/operator_database.hpp"
#include "commands/outbox_message.hpp"
#include "commands/terminal_json.hpp"

namespace commands {
namespace {

int run_outbox_list(const store::OutboxFilter& filter, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_outbox_list(store::list_outbox(connection, filter), context.json, std::cout);
  return k_exit_done;
}

void add_options(CLI::App& command, const std::shared_ptr<store::OutboxFilter>& filter) {
  command.add_option("--state", filter->state, "Only messages in this state")
      ->check(CLI::IsMember({"pending", "sent", "superseded", "suppressed", "dead"}));
  command.add_option("--sink", filter->sink, "Only those that go to this sink")->type_name("NAME");
  command.add_option("--audience", filter->audience, "Only those to this audience")
      ->check(CLI::IsMember({"customer", "support", "finance"}));
  command.add_option("--refund", filter->refund_id, "Only those about this refund")
      ->type_name("ID");
  const auto set_order = [filter](const std::string& word) {
    filter->order =
        word == "due" ? store::OutboxOrder::due_first : store::OutboxOrder::newest_first;
  };
  command
      .add_option_function<std::string>(
          "--sort", set_order,
          "The newest first, or those that are due first by their next attempt")
      ->check(CLI::IsMember({"newest", "due"}))
      ->default_str("newest");
  command.add_option("--limit", filter->limit, "At most so many")
      ->check(CLI::Range(1, store::k_outbox_list_max))
      ->capture_default_str();
}

}  // namespace

void print_outbox_list(const store::OutboxList& list, bool json, std::ostream& out) {
  if (json) {
    print_json({{"total", list.total}, {"messages", to_json(list.messages)}}, out);
    return;
  }
  if (list.messages.empty()) {
    out << "no messages\n";
    return;
  }
  outbox_table(list.messages).print(out);
  const auto count = static_cast<std::int64_t>(list.messages.size());
  if (count < list.total) {
    out << "\n" << count << " of " << list.total << " messages; --limit shows more\n";
  }
}

void add_outbox_list(CLI::App& outbox, Context& context) {
  auto* command = outbox.add_subcommand("list", "Which messages there are. Times are UTC");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto filter = std::make_shared<store::OutboxFilter>();
  add_options(*command, filter);
  command->callback([filter, &context] {
    context.run = [filter, &context] { return run_outbox_list(*filter, context); };
  });
}

}  // namespace commands
