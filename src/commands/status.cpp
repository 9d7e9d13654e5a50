#include "commands/status.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands/http_request.hpp"
#include "commands/operator_database.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/wall_clock.hpp"
#include "store/failure.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds k_daemon_patience{5};
constexpr std::chrono::days k_events_looked_at{30};

std::optional<domain::Time> read_time(const Json& value) {
  return value.is_string() ? domain::parse_rfc3339(value.get<std::string>()) : std::nullopt;
}

SourceStatus read_source(const Json& source) {
  return {source.at("name").get<std::string>(), read_time(source.at("last_good_event_at")),
          source.at("rejected_in_hour").get<std::int64_t>(),
          read_time(source.at("last_rejected_at")), source.at("last_rejection").get<std::string>()};
}

DaemonStatus ask_daemon(const std::string& address) {
  DaemonStatus silent;
  silent.address = address;
  try {
    const auto answer =
        perform({.url = "http://" + address + "/status", .timeout = k_daemon_patience});
    if (answer.status == 200) {
      return read_daemon_status(address, answer.body);
    }
    silent.problem = "HTTP status " + std::to_string(answer.status) + ": is it another version?";
  } catch (const std::runtime_error& error) {
    silent.problem = error.what();
  }
  return silent;
}

DatabaseStatus ask_database(const runtime::Config& config, domain::Time now) {
  DatabaseStatus status;
  try {
    auto connection = open_database(config);
    status.figures = store::read_figures(connection);
    status.last_events = store::last_events(connection, now - k_events_looked_at);
  } catch (const store::Failure& failure) {
    status.problem = failure.what();
  }
  return status;
}

Json json_of(const DaemonStatus& daemon) {
  if (!daemon.problem.empty()) {
    return {{"address", daemon.address}, {"answers", false}, {"problem", daemon.problem}};
  }
  return {{"address", daemon.address},
          {"answers", true},
          {"version", daemon.version},
          {"started_at", domain::format_rfc3339(daemon.started_at)},
          {"ready", daemon.ready},
          {"reason", daemon.reason},
          {"queue_events", daemon.queue_events},
          {"certificate_ends_at", or_null(daemon.certificate_ends_at)}};
}

Json json_of(const SourceStatus& source) {
  return {{"name", source.name},
          {"last_good_event_at", or_null(source.last_good)},
          {"rejected_in_hour", source.rejected_in_hour},
          {"last_rejected_at", or_null(source.last_rejected)},
          {"last_rejection", source.last_rejection}};
}

Json json_of(const store::SinkFigures& sink) {
  return {{"sink", sink.sink},
          {"pending", sink.pending},
          {"dead", sink.dead},
          {"oldest_pending_at", or_null(sink.oldest_pending)}};
}

Json json_of(const store::PendingRefunds& pending) {
  return {{"source", pending.source},
          {"pending", pending.count},
          {"oldest_pending_at", domain::format_rfc3339(pending.oldest)}};
}

Json json_of(const store::SourceReading& reading) {
  return {{"source", reading.source},
          {"known_until", or_null(reading.known_until)},
          {"catching_up_since", or_null(reading.catching_up_since)},
          {"last_read_at", or_null(reading.last_read_at)},
          {"error_kind", or_null(reading.last_error_kind)},
          {"error", or_null(reading.last_error)},
          {"reads_due", reading.due}};
}

Json json_of(const store::DeliveryCount& count) {
  return {{"source", count.source},       {"day", count.day},
          {"sent", count.sent},           {"held", count.held},
          {"recovered", count.recovered}, {"unanswered", count.unanswered}};
}

template <typename List>
Json list_of(const List& list) {
  auto json = Json::array();
  for (const auto& element : list) {
    json.push_back(json_of(element));
  }
  return json;
}

void print_status_json(const StatusFacts& facts, const StatusReport& report, std::ostream& out) {
  const auto& database = facts.database;
  auto anomalies = Json::object();
  for (const auto& [kind, count] : database.figures.open_anomalies) {
    anomalies[kind] = count;
  }
  print_json({{"well", report.needs.empty()},
              {"needs_a_person", report.needs},
              {"daemons", list_of(facts.daemons)},
              {"sources", list_of(sources_of(facts))},
              {"database", {{"answers", database.problem.empty()}, {"problem", database.problem}}},
              {"provider_reads", list_of(database.figures.readings)},
              {"deliveries", list_of(database.figures.deliveries)},
              {"refunds", list_of(database.figures.pending_refunds)},
              {"messages", list_of(database.figures.sinks)},
              {"open_anomalies", anomalies}},
             out);
}

void print_status(const StatusReport& report, std::ostream& out) {
  for (const std::string& sentence : report.sentences) {
    out << printable(sentence) << "\n";
  }
  if (report.needs.empty()) {
    out << "\nAll is well.\n";
    return;
  }
  out << "\nNeeds a person:\n";
  for (const std::string& need : report.needs) {
    out << "  " << printable(need) << "\n";
  }
}

int run_status(const std::vector<std::string>& addresses, const Context& context) {
  const auto setup =
      load_setup_without_secrets(context.config_file, Needs::database_and_sources, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  StatusFacts facts;
  facts.now = runtime::wall_clock_now();
  for (const auto& source : setup->config.sources) {
    facts.source_names.push_back(source.name);
  }
  if (addresses.empty()) {
    facts.daemons.push_back(ask_daemon(runtime::format_endpoint(setup->config.admin.listen)));
  }
  for (const std::string& address : addresses) {
    facts.daemons.push_back(ask_daemon(address));
  }
  facts.database = ask_database(setup->config, facts.now);
  const StatusReport report = report_status(facts);
  if (context.json) {
    print_status_json(facts, report, std::cout);
  } else {
    print_status(report, std::cout);
  }
  return report.needs.empty() ? k_exit_done : k_exit_failed;
}

}  // namespace

DaemonStatus read_daemon_status(const std::string& address, std::string_view page) {
  DaemonStatus status;
  status.address = address;
  try {
    const auto json = Json::parse(page);
    status.version = json.at("version").get<std::string>();
    status.started_at = read_time(json.at("started_at")).value_or(domain::Time{});
    status.ready = json.at("ready").get<bool>();
    status.reason = json.at("reason").get<std::string>();
    status.queue_events = json.at("queue_events").get<std::int64_t>();
    status.certificate_ends_at = read_time(json.at("certificate_ends_at"));
    for (const Json& source : json.at("sources")) {
      status.sources.push_back(read_source(source));
    }
  } catch (const Json::exception&) {
    status.problem = "what answers there is not this version of refundd";
  }
  return status;
}

void add_status(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "status",
      "How each source is, what waits, what is dead, what needs a person. Exit code 1 "
      "where something does");
  // Shared: filled while parsing and used by the callback, both after we return.
  const auto addresses = std::make_shared<std::vector<std::string>>();
  command
      ->add_option("--admin", *addresses,
                   "The admin listener of each daemon to ask. Default: admin.listen")
      ->type_name("ADDRESS:PORT")
      ->check([](const std::string& text) {
        const auto endpoint = runtime::parse_endpoint(text);
        return endpoint && endpoint->path.empty() ? ""
                                                  : "not an address and a port: 127.0.0.1:9091";
      });
  command->callback([addresses, &context] {
    context.run = [addresses, &context] { return run_status(*addresses, context); };
  });
}

}  // namespace commands
