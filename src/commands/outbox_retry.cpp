#include "commands/outbox_retry.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/outbox_message.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"

namespace commands {
namespace {

std::string note_of(const OutboxRetry& retry) {
  return "to be tried again, by " + retry.user;
}

OutboxRetryResult retry_one(store::Connection& connection, const OutboxRetry& retry,
                            store::OutboxMessage message) {
  const store::DeadMessages which{.message_id = message.message_id, .sink = ""};
  if (store::retry_dead_messages(connection, which, retry.now, note_of(retry)) == 0) {
    throw std::runtime_error{"message " + message.message_id + " is " +
                             require_message(connection, message.message_id).state +
                             ": only a dead message can be tried again"};
  }
  OutboxRetryResult result{.is_dry_run = false, .count = 1, .messages = {}};
  result.messages.push_back(std::move(message));
  return result;
}

OutboxRetryResult retry_sink(store::Connection& connection, const OutboxRetry& retry) {
  store::OutboxFilter filter;
  filter.state = "dead";
  filter.sink = retry.sink;
  auto dead = store::list_outbox(connection, filter);
  if (dead.total == 1) {
    return retry_one(connection, retry, std::move(dead.messages.front()));
  }
  OutboxRetryResult result{!retry.confirmed, dead.total, std::move(dead.messages)};
  if (retry.confirmed) {
    const store::DeadMessages which{.message_id = "", .sink = retry.sink};
    result.count = store::retry_dead_messages(connection, which, retry.now, note_of(retry));
  }
  return result;
}

/// A sink that is gone from the configuration sends nothing more.
void warn_of_unknown_sinks(const OutboxRetryResult& result, const runtime::Config& config,
                           std::ostream& errors) {
  for (const auto& message : result.messages) {
    if (!message.sink.empty() &&
        std::ranges::find(config.sinks, message.sink, &runtime::SinkConfig::name) ==
            config.sinks.end()) {
      errors << "The configuration has no sink \"" << printable(message.sink)
             << "\": a daemon routes its messages anew when it is started.\n";
      return;
    }
  }
}

int run_outbox_retry(OutboxRetry retry, const Context& context) {
  if (retry.message_id.empty() == retry.sink.empty()) {
    throw UsageError{"Either a MESSAGE_ID or --sink is required."};
  }
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  retry.user = login_name();
  retry.now = runtime::wall_clock_now();
  const auto result = retry_outbox(connection, retry);
  print_outbox_retry(result, context.json, std::cout);
  warn_of_unknown_sinks(result, setup->config, std::cerr);
  return k_exit_done;
}

}  // namespace

OutboxRetryResult retry_outbox(store::Connection& connection, const OutboxRetry& retry) {
  return retry.message_id.empty()
             ? retry_sink(connection, retry)
             : retry_one(connection, retry, require_message(connection, retry.message_id));
}

void print_outbox_retry(const OutboxRetryResult& result, bool json, std::ostream& out) {
  if (json) {
    print_json({{"dry_run", result.is_dry_run},
                {"count", result.count},
                {"messages", to_json(result.messages)}},
               out);
    return;
  }
  if (result.count == 0) {
    out << "no dead messages\n";
    return;
  }
  outbox_table(result.messages).print(out);
  const auto shown = static_cast<std::int64_t>(result.messages.size());
  out << (shown < result.count ? "…\n\n" : "\n");
  const char* messages = result.count == 1 ? " message" : " messages";
  if (result.is_dry_run) {
    out << result.count << messages
        << " would be tried again. Nothing was changed: --yes does it\n";
  } else {
    out << result.count << messages << " will be tried again\n";
  }
}

void add_outbox_retry(CLI::App& outbox, Context& context) {
  auto* command = outbox.add_subcommand(
      "retry",
      "Send a dead message after all, or all dead messages of a sink. More than one: only listed, "
      "unless --yes is given");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto retry = std::make_shared<OutboxRetry>();
  auto* id = command->add_option("MESSAGE_ID", retry->message_id, k_message_id_help);
  command->add_option("--sink", retry->sink, "All dead messages of this sink")
      ->type_name("NAME")
      ->excludes(id);
  command->add_flag("--yes", retry->confirmed, "Do it, however many there are");
  command->callback([retry, &context] {
    context.run = [retry, &context] { return run_outbox_retry(*retry, context); };
  });
}

}  // namespace commands
