#include "commands/events.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "commands/events_replay.hpp"
#include "commands/explain_summary.hpp"
#include "commands/operator_database.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "commands/time_option.hpp"
#include "store/events.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_reason_width_max = 60;

struct Show {
  std::string event_id;
  std::string source;
};

Json to_json(const store::StoredEvent& event) {
  return {{"source", event.source},
          {"event_id", event.event_id},
          {"event_type", event.event_type},
          {"refund_id", or_null(event.refund_id)},
          {"charge_id", or_null(event.charge_id)},
          {"verdict", event.verdict},
          {"verdict_reason", or_null(event.verdict_reason)},
          {"evidence", event.evidence},
          {"occurred_at", domain::format_rfc3339(event.occurred_at)},
          {"received_at", domain::format_rfc3339(event.received_at)},
          {"remote_address", or_null(event.remote_address)}};
}

Json to_json(const store::Payload& payload) {
  return {{"received_at", domain::format_rfc3339(payload.received_at)},
          {"headers", parsed_or_null(payload.headers_json)},
          {"body", payload.body}};
}

void print_list(const store::EventList& list, bool json) {
  if (json) {
    auto array = Json::array();
    for (const store::StoredEvent& event : list.events) {
      array.push_back(to_json(event));
    }
    print_json({{"has_more", list.has_more}, {"events", array}}, std::cout);
    return;
  }
  if (list.events.empty()) {
    std::cout << "no events\n";
    return;
  }
  Table table{{"received", "source", "event", "type", "refund", "verdict", "reason"}};
  for (const store::StoredEvent& event : list.events) {
    table.add_row({time_to_second(event.received_at), event.source, event.event_id,
                   event.event_type, event.refund_id, event.verdict,
                   shortened(printable(event.verdict_reason), k_reason_width_max)});
  }
  table.print(std::cout);
  if (list.has_more) {
    std::cout << "\nThere are more; --limit shows them\n";
  }
}

void print_event(const store::EventWithPayloads& found) {
  const store::StoredEvent& event = found.event;
  const auto line = [](std::string_view what, const std::string& value) {
    if (!value.empty()) {
      std::cout << what << printable(value) << "\n";
    }
  };
  line("event      ", event.event_id);
  line("source     ", event.source);
  line("type       ", event.event_type);
  line("refund     ", event.refund_id);
  line("charge     ", event.charge_id);
  line("verdict    ", event.verdict);
  line("reason     ", event.verdict_reason);
  line("evidence   ", event.evidence);
  line("occurred   ", domain::format_rfc3339(event.occurred_at));
  line("received   ", domain::format_rfc3339(event.received_at));
  line("from       ", event.remote_address);
  if (found.payloads.empty()) {
    std::cout << "\nIts bytes are no longer kept.\n";
  }
  for (const store::Payload& payload : found.payloads) {
    std::cout << "\nReceived " << domain::format_rfc3339(payload.received_at) << "\n"
              << printable(payload.headers_json) << "\n"
              << printable(payload.body) << "\n";
  }
}

int run_list(const store::EventFilter& filter, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_list(store::list_events(connection, filter), context.json);
  return k_exit_done;
}

int run_show(const Show& show, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const auto found = store::find_event(connection, show.event_id, show.source);
  if (found.empty()) {
    throw std::runtime_error{"there is no event " + printable(show.event_id)};
  }
  auto array = Json::array();
  for (const store::EventWithPayloads& one : found) {
    if (context.json) {
      auto event = to_json(one.event);
      event["payloads"] = Json::array();
      for (const store::Payload& payload : one.payloads) {
        event["payloads"].push_back(to_json(payload));
      }
      array.push_back(std::move(event));
    } else {
      print_event(one);
    }
  }
  if (context.json) {
    print_json({{"events", array}}, std::cout);
  }
  return k_exit_done;
}

void add_list(CLI::App& events, Context& context) {
  auto* command = events.add_subcommand("list", "Those that were received, the newest first. UTC");
  // Shared, here and below: filled while parsing and used by the callback, both after we return.
  const auto filter = std::make_shared<store::EventFilter>();
  command->add_option("--source", filter->source, "Only of this source")->type_name("NAME");
  command->add_option("--refund", filter->refund_id, "Only about this refund")->type_name("ID");
  command->add_option("--verdict", filter->verdict, "Only of this verdict")
      ->check(
          CLI::IsMember({"applied", "unchanged", "stale", "unsupported", "quarantined", "late"}));
  add_time_option(*command, "--since", filter->since, "Only received at this time or later");
  add_time_option(*command, "--until", filter->until, "Only received before");
  command->add_option("--limit", filter->limit, "At most so many")
      ->check(CLI::Range(1, store::k_event_list_max))
      ->capture_default_str();
  command->callback([filter, &context] {
    context.run = [filter, &context] { return run_list(*filter, context); };
  });
}

void add_show(CLI::App& events, Context& context) {
  auto* command = events.add_subcommand(
      "show", "One event with its headers and its body as they came: it may name people");
  const auto show = std::make_shared<Show>();
  command->add_option("EVENT_ID", show->event_id, "As the provider names it")->required();
  command->add_option("--source", show->source, "Where several sources have one of this id")
      ->type_name("NAME");
  command->callback(
      [show, &context] { context.run = [show, &context] { return run_show(*show, context); }; });
}

}  // namespace

void add_events(CLI::App& app, Context& context) {
  auto* events = app.add_subcommand("events", "What the providers sent, and what became of it");
  events->require_subcommand(1);
  add_list(*events, context);
  add_show(*events, context);
  add_events_replay(*events, context);
}

}  // namespace commands
