#include "commands/outbox_cancel.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/explain_summary.hpp"
#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/outbox_message.hpp"
#include "commands/reason.hpp"
#include "commands/terminal_json.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

[[noreturn]] void refuse(const store::OutboxMessage& message) {
  const std::string begin = "message " + message.message_id + " is ";
  if (message.state == "pending") {
    throw std::runtime_error{
        begin + "being sent right now" +
        (message.leased_until
             ? ", until " + time_to_second(*message.leased_until) + " at the latest"
             : "") +
        ": look again what became of it"};
  }
  throw std::runtime_error{begin + message.state +
                           ": only a message that waits or is dead can be canceled"};
}

int run_outbox_cancel(OutboxCancel cancel, const Context& context) {
  check_reason(cancel.reason);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  cancel.user = login_name();
  cancel.now = runtime::wall_clock_now();
  const auto message = cancel_outbox(connection, cancel);
  if (context.json) {
    print_json({{"canceled", true}, {"message", to_json(message)}}, std::cout);
  } else {
    std::cout << "canceled " << message.message_id << ": " << message.template_name << " to "
              << message.audience << " will not be sent\n";
  }
  return k_exit_done;
}

}  // namespace

store::OutboxMessage cancel_outbox(store::Connection& connection, const OutboxCancel& cancel) {
  const auto id = require_message(connection, cancel.message_id).message_id;
  const bool is_canceled = store::cancel_message(
      connection, id, cancel.now, "canceled by " + cancel.user + ": " + cancel.reason);
  auto message = require_message(connection, id);
  if (!is_canceled) {
    refuse(message);
  }
  return message;
}

void add_outbox_cancel(CLI::App& outbox, Context& context) {
  auto* command = outbox.add_subcommand(
      "cancel",
      "Do not send a message that waits, or give a dead one up. What is being sent right now "
      "cannot be stopped");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto cancel = std::make_shared<OutboxCancel>();
  command->add_option("MESSAGE_ID", cancel->message_id, k_message_id_help)->required();
  command->add_option("--reason", cancel->reason, "Why; kept with the message")->required();
  command->callback([cancel, &context] {
    context.run = [cancel, &context] { return run_outbox_cancel(*cancel, context); };
  });
}

}  // namespace commands
