#include "commands/outbox_show.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/operator_database.hpp"
#include "commands/outbox_message.hpp"
#include "commands/terminal_json.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

int run_outbox_show(const std::string& prefix, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_outbox_message(require_message(connection, prefix), context.json, std::cout);
  return k_exit_done;
}

std::string text_of(const Json& value) {
  if (value.is_null()) {
    return "";
  }
  return value.is_string()
             ? value.get<std::string>()
             : value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

void print_outbox_message(const store::OutboxMessage& message, bool json, std::ostream& out) {
  const Json columns = to_json(message);
  if (json) {
    print_json(columns, out);
    return;
  }
  Table table{{"column", "value"}};
  for (const auto& [name, value] : columns.items()) {
    if (name != "payload") {
      table.add_row({name, text_of(value)});
    }
  }
  const Json payload = payload_of(message);
  for (const auto& [name, value] : payload.items()) {
    table.add_row({"payload." + name, text_of(value)});
  }
  table.print(out);
}

void add_outbox_show(CLI::App& outbox, Context& context) {
  auto* command =
      outbox.add_subcommand("show", "Everything that is known of a message. Times are UTC");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto prefix = std::make_shared<std::string>();
  command->add_option("MESSAGE_ID", *prefix, k_message_id_help)->required();
  command->callback([prefix, &context] {
    context.run = [prefix, &context] { return run_outbox_show(*prefix, context); };
  });
}

}  // namespace commands
