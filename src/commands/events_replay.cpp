#include "commands/events_replay.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "commands/explain_summary.hpp"
#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/replay.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "commands/time_option.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_why_width_max = 60;

struct Replay {
  store::StoredEventFilter filter;
  std::string source;
  std::string verdict;
  std::string reason;
  bool apply = false;
};

std::string status_of(const std::optional<domain::Refund>& refund) {
  return refund ? std::string{domain::to_string(refund->status)} : "";
}

std::string change_of(const ReplayStep& step) {
  const std::string before = status_of(step.before);
  const std::string after = status_of(step.after);
  return before == after ? after : (before.empty() ? "new" : before) + " → " + after;
}

Json to_json(const ReplayStep& step) {
  return {{"source", step.then.source},
          {"event_id", step.then.event_id},
          {"event_type", step.then.event_type},
          {"refund_id", or_null(step.then.refund_id)},
          {"received_at", domain::format_rfc3339(step.then.received_at)},
          {"verdict_then", step.then.verdict},
          {"verdict_now", step.now},
          {"takes_effect", step.takes_effect},
          {"why", or_null(step.why)},
          {"status_before", or_null(status_of(step.before))},
          {"status_after", or_null(status_of(step.after))}};
}

void print_steps(const ReplayResult& result, bool has_more, const Replay& replay, bool json) {
  const auto count = std::ranges::count(result.steps, true, &ReplayStep::takes_effect);
  if (json) {
    auto array = Json::array();
    for (const ReplayStep& step : result.steps) {
      array.push_back(to_json(step));
    }
    print_json({{"applied", replay.apply},
                {"effect_count", count},
                {"has_more", has_more},
                {"events", array}},
               std::cout);
    return;
  }
  if (result.steps.empty()) {
    std::cout << "no events\n";
    return;
  }
  Table table{{"received", "source", "event", "type", "refund", "then", "now", "state", "why"}};
  for (const ReplayStep& step : result.steps) {
    table.add_row({time_to_second(step.then.received_at), step.then.source, step.then.event_id,
                   step.then.event_type, step.then.refund_id, step.then.verdict, step.now,
                   change_of(step), shortened(printable(step.why), k_why_width_max)});
  }
  table.print(std::cout);
  std::cout << "\n"
            << count << " of " << result.steps.size() << " events "
            << (replay.apply ? "took effect.\n"
                             : "would take effect. Nothing was changed: --apply "
                               "with a --reason does it.\n");
  if (has_more) {
    std::cout << "There are more; --limit and the filters show them\n";
  }
}

// Each id that was asked for must be there.
bool report_missing(const std::vector<std::string>& ids, const store::StoredEvents& stored) {
  bool is_missing = false;
  for (const std::string& id : ids) {
    const auto has_id = [&id](const auto& one) { return one.event.event_id == id; };
    if (!stored.has_more && std::ranges::none_of(stored.events, has_id)) {
      std::cerr << "refundctl: no such event was received: " << printable(id) << "\n";
      is_missing = true;
    }
  }
  return is_missing;
}

store::StoredEventFilter filter_of(const Replay& replay, const Setup& setup) {
  store::StoredEventFilter filter = replay.filter;
  for (const auto& source : setup.sources) {
    if (replay.source.empty() || replay.source == source.name) {
      filter.sources.push_back(source.name);
    }
  }
  if (filter.sources.empty()) {
    throw UsageError{"--source must be one of the configuration's sources."};
  }
  if (!replay.verdict.empty()) {
    filter.verdicts = {replay.verdict};
  } else if (filter.event_ids.empty()) {
    filter.verdicts = {"late", "quarantined", "unsupported"};
  }
  return filter;
}

// The daemon's limits: locks that it waits for must not be held for as long as a list takes.
store::Connection open_for_taking_in(const runtime::Config& config) {
  return store::Connection{{.url = config.database.url, .application_name = "refundctl"}};
}

int run_replay(const Replay& options, const Context& context) {
  if (options.apply || !options.reason.empty()) {
    check_reason(options.reason);
  }
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  const auto filter = filter_of(options, *setup);
  auto reading = open_database(setup->config);
  const auto stored = store::load_stored_events(reading, filter);
  auto connection = open_for_taking_in(setup->config);
  const Replayer replayer{login_name(), options.reason};
  const auto result = options.apply ? replay(connection, stored.events, setup->sources, replayer)
                                    : rehearse(connection, stored.events, setup->sources, replayer);
  print_steps(result, stored.has_more, options, context.json);
  if (!result.failure.empty()) {
    std::cerr << "refundctl: not all could be taken in: " << printable(result.failure) << "\n";
  }
  const bool is_missing = report_missing(filter.event_ids, stored);
  return is_missing || !result.failure.empty() ? k_exit_failed : k_exit_done;
}

void add_filter(CLI::App& command, Replay& replay) {
  command.add_option("EVENT_ID", replay.filter.event_ids, "Only these, whatever became of them");
  command.add_option("--source", replay.source, "Only of this source")->type_name("NAME");
  command
      .add_option("--verdict", replay.verdict,
                  "Only of this verdict; else of all these where no "
                  "EVENT_ID is given")
      ->check(CLI::IsMember({"unsupported", "quarantined", "late"}));
  command.add_option("--event-type", replay.filter.event_type, "Only of this type")
      ->type_name("TYPE");
  add_time_option(command, "--since", replay.filter.since, "Only received at this time or later");
  add_time_option(command, "--until", replay.filter.until, "Only received before");
  command.add_option("--limit", replay.filter.limit, "At most so many, the oldest first")
      ->check(CLI::Range(1, store::k_stored_event_list_max))
      ->capture_default_str();
}

}  // namespace

void add_events_replay(CLI::App& events, Context& context) {
  auto* command = events.add_subcommand(
      "replay",
      "Take stored events in again that were set aside, by what is configured today. Shows what "
      "would become of them; what took effect before never takes effect twice");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto options = std::make_shared<Replay>();
  add_filter(*command, *options);
  command->add_flag("--apply", options->apply, "Do it");
  command->add_option("--reason", options->reason,
                      "Why they are to be believed; wanted with --apply, kept in the audit trail");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_replay(*options, context); };
  });
}

}  // namespace commands
