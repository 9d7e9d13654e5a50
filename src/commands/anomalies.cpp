#include "commands/anomalies.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "commands/explain_summary.hpp"
#include "commands/explain_words.hpp"
#include "commands/login_name.hpp"
#include "commands/operator_database.hpp"
#include "commands/reason.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"
#include "runtime/wall_clock.hpp"
#include "store/anomalies.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

struct Resolve {
  std::vector<std::int64_t> ids;
  std::string reason;
};

Json to_json(const store::Anomaly& anomaly) {
  return {{"anomaly_id", anomaly.anomaly_id},
          {"detected_at", domain::format_rfc3339(anomaly.detected_at)},
          {"kind", anomaly.kind},
          {"source", anomaly.source},
          {"refund_id", or_null(anomaly.refund_id)},
          {"charge_id", or_null(anomaly.charge_id)},
          {"order_id", or_null(anomaly.order_id)},
          {"event_id", or_null(anomaly.event_id)},
          {"details", parsed_or_null(anomaly.details_json)},
          {"resolved_at", or_null(anomaly.resolved_at)},
          {"resolved_by", or_null(anomaly.resolved_by)},
          {"resolution", or_null(anomaly.resolution)}};
}

std::string resolution_of(const store::Anomaly& anomaly) {
  if (!anomaly.resolved_at) {
    return "";
  }
  return anomaly.resolved_by + (anomaly.resolution.empty() ? "" : ": " + anomaly.resolution);
}

void print_list(const store::AnomalyList& list, bool json) {
  if (json) {
    auto array = Json::array();
    for (const store::Anomaly& anomaly : list.anomalies) {
      array.push_back(to_json(anomaly));
    }
    print_json({{"total", list.total}, {"anomalies", array}}, std::cout);
    return;
  }
  if (list.anomalies.empty()) {
    std::cout << "no anomalies\n";
    return;
  }
  Table table{{"id", "detected", "kind", "source", "refund", "charge", "order", "resolved"}};
  for (const store::Anomaly& anomaly : list.anomalies) {
    table.add_row({std::to_string(anomaly.anomaly_id), time_to_second(anomaly.detected_at),
                   anomaly.kind, anomaly.source, anomaly.refund_id, anomaly.charge_id,
                   anomaly.order_id, resolution_of(anomaly)});
  }
  table.print(std::cout);
  const auto count = static_cast<std::int64_t>(list.anomalies.size());
  if (count < list.total) {
    std::cout << "\n" << count << " of " << list.total << " anomalies; --limit shows more\n";
  }
}

int run_list(const store::AnomalyFilter& filter, const Context& context) {
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  print_list(store::list_anomalies(connection, filter), context.json);
  return k_exit_done;
}

/// True: this call resolved it.
bool report(std::int64_t id, const std::optional<store::Anomaly>& anomaly,
            const store::Resolution& resolution) {
  if (!anomaly) {
    std::cerr << "refundctl: there is no anomaly " << id << "\n";
    return false;
  }
  const bool is_ours =
      anomaly->resolved_at == resolution.now && anomaly->resolved_by == resolution.user;
  if (!is_ours) {
    std::cerr << "refundctl: anomaly " << id << " was resolved before, by "
              << printable(resolution_of(*anomaly)) << "\n";
  }
  return is_ours;
}

int run_resolve(const Resolve& resolve, const Context& context) {
  check_reason(resolve.reason);
  const auto setup = load_setup_without_secrets(context.config_file, Needs::database, std::cerr);
  if (!setup) {
    return k_exit_failed;
  }
  auto connection = open_database(setup->config);
  const store::Resolution resolution{login_name(), resolve.reason, runtime::wall_clock_now()};
  store::AnomalyList resolved;
  for (const std::int64_t id : resolve.ids) {
    auto anomaly = store::resolve_anomaly(connection, id, resolution);
    if (report(id, anomaly, resolution)) {
      resolved.anomalies.push_back(*std::move(anomaly));
    }
  }
  resolved.total = static_cast<std::int64_t>(resolved.anomalies.size());
  print_list(resolved, context.json);
  return resolved.anomalies.size() == resolve.ids.size() ? k_exit_done : k_exit_failed;
}

void add_list(CLI::App& anomalies, Context& context) {
  auto* command = anomalies.add_subcommand("list", "Those that are open, the newest first. UTC");
  // Shared, here and below: filled while parsing and used by the callback, both after we return.
  const auto filter = std::make_shared<store::AnomalyFilter>();
  command->add_option("--kind", filter->kind, "Only of this kind: over_refund, …")
      ->type_name("KIND");
  command->add_option("--source", filter->source, "Only of this source")->type_name("NAME");
  command->add_option("--refund", filter->refund_id, "Only about this refund")->type_name("ID");
  command->add_option("--charge", filter->charge_id, "Only about this charge")->type_name("ID");
  command->add_flag("--all", filter->with_resolved, "Resolved ones too");
  command->add_option("--limit", filter->limit, "At most so many")
      ->check(CLI::Range(1, store::k_anomaly_list_max))
      ->capture_default_str();
  command->callback([filter, &context] {
    context.run = [filter, &context] { return run_list(*filter, context); };
  });
}

void add_resolve(CLI::App& anomalies, Context& context) {
  auto* command = anomalies.add_subcommand(
      "resolve", "Say that an anomaly was dealt with. The same sighting does not open it again");
  const auto resolve = std::make_shared<Resolve>();
  command->add_option("ID", resolve->ids, "As `anomalies list` shows them")->required();
  command->add_option("--reason", resolve->reason, "What was found or done; kept with it")
      ->required();
  command->callback([resolve, &context] {
    context.run = [resolve, &context] { return run_resolve(*resolve, context); };
  });
}

}  // namespace

void add_anomalies(CLI::App& app, Context& context) {
  auto* anomalies =
      app.add_subcommand("anomalies", "What should not be and was found: too much refunded, …");
  anomalies->require_subcommand(1);
  add_list(*anomalies, context);
  add_resolve(*anomalies, context);
}

}  // namespace commands
