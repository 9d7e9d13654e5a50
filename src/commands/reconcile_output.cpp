#include "commands/reconcile_output.hpp"

#include "commands/explain_summary.hpp"
#include "commands/table.hpp"
#include "commands/terminal_json.hpp"
#include "commands/terminal_text.hpp"

namespace commands {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view k_csv_header =
    "item_id,source,basis,refund_id,kind,state,expected,found,amount_minor,currency,refund_at,"
    "first_run_id,last_run_id,detected_at,resolved_at,resolved_by,resolution\n";

Json money_json(const std::optional<domain::Money>& amount) {
  return amount ? Json(amount->amount_minor) : Json();
}

Json currency_json(const std::optional<domain::Money>& amount) {
  return amount ? Json(amount->currency.code()) : Json();
}

Json to_json(const Items& items) {
  auto array = Json::array();
  for (const auto& item : items) {
    array.push_back({{"item_id", item.item_id},
                     {"source", item.source},
                     {"basis", item.basis},
                     {"refund_id", item.refund_id},
                     {"kind", item.kind},
                     {"state", item.state},
                     {"expected", or_null(item.expected)},
                     {"found", or_null(item.found)},
                     {"amount_minor", money_json(item.amount)},
                     {"currency", currency_json(item.amount)},
                     {"refund_at", domain::format_rfc3339(item.refund_at)},
                     {"first_run_id", item.first_run_id},
                     {"last_run_id", item.last_run_id},
                     {"detected_at", domain::format_rfc3339(item.detected_at)},
                     {"resolved_at", or_null(item.resolved_at)},
                     {"resolved_by", or_null(item.resolved_by)},
                     {"resolution", or_null(item.resolution)}});
  }
  return array;
}

Json totals_json(const store::LedgerDay& day) {
  auto array = Json::array();
  for (const auto& total : day.totals) {
    // Sums may be beyond what JSON readers hold: text.
    array.push_back({{"currency", or_null(total.currency)},
                     {"status", total.status},
                     {"entered_count", total.entered_count},
                     {"entered_minor", total.entered_minor},
                     {"left_count", total.left_count},
                     {"left_minor", total.left_minor}});
  }
  return array;
}

Json late_json(const store::LedgerDay& day) {
  auto array = Json::array();
  for (const auto& fact : day.late_facts) {
    array.push_back({{"audit_id", fact.audit_id},
                     {"refund_id", fact.refund_id},
                     {"refers_to_day", store::day_text(fact.refers_to)}});
  }
  return array;
}

Json to_json(const store::CloseResult& result) {
  if (result.state == store::CloseState::refused) {
    return {{"closed", false}, {"reason", result.reason}};
  }
  const auto& day = result.day;
  return {{"closed", true},
          {"closed_before", result.state == store::CloseState::closed_before},
          {"day", store::day_text(day.day)},
          {"starts_at", domain::format_rfc3339(day.span.from)},
          {"ends_at", domain::format_rfc3339(day.span.to)},
          {"entry_count", day.entry_count},
          {"exception_count", day.exception_count},
          {"totals", totals_json(day)},
          {"late_facts", late_json(day)},
          {"closed_at", domain::format_rfc3339(day.closed_at)},
          {"closed_by", day.closed_by},
          {"audit_to", day.audit_to},
          {"audit_sha256", day.audit_sha256},
          {"previous_sha256", or_null(day.previous_sha256)},
          {"day_sha256", day.day_sha256}};
}

Json to_json(const ReconcileResult& result) {
  const auto& run = result.run;
  auto days = Json::array();
  for (const auto& day : result.days) {
    days.push_back(to_json(day));
  }
  return {{"run_id", run.run_id},
          {"source", run.source},
          {"from", store::day_text(run.days.first)},
          {"to", store::day_text(run.days.last)},
          {"basis", run.is_statement ? "statement" : "api"},
          {"continued", run.is_continued},
          {"seen", run.seen_count},
          {"outside", result.outside_count},
          {"matched", run.matched_count},
          {"recovered", run.recovered_count},
          {"exceptions", run.exception_count},
          {"timing", run.timing_count},
          {"items", to_json(result.items)},
          {"days", days}};
}

std::string number_of(const std::optional<domain::Money>& amount) {
  return amount ? std::to_string(amount->amount_minor) : "";
}

std::string code_of(const std::optional<domain::Money>& amount) {
  return amount ? std::string{amount->currency.code()} : "";
}

void print_csv(const Items& items, std::ostream& out) {
  for (const auto& item : items) {
    const std::vector<std::string> fields{
        std::to_string(item.item_id),
        item.source,
        item.basis,
        item.refund_id,
        item.kind,
        item.state,
        item.expected,
        item.found,
        number_of(item.amount),
        code_of(item.amount),
        domain::format_rfc3339(item.refund_at),
        std::to_string(item.first_run_id),
        std::to_string(item.last_run_id),
        domain::format_rfc3339(item.detected_at),
        item.resolved_at ? domain::format_rfc3339(*item.resolved_at) : "",
        item.resolved_by,
        item.resolution};
    for (std::size_t index = 0; index < fields.size(); ++index) {
      out << (index == 0 ? "" : ",") << csv_field(fields[index]);
    }
    out << "\n";
  }
}

void print_table(const Items& items, std::ostream& out) {
  Table table{{"item", "source", "by", "refund", "kind", "provider", "here", "created", "state"}};
  for (const auto& item : items) {
    const std::string end = item.resolution.empty()
                                ? item.state
                                : item.state + " by " + item.resolved_by + ": " + item.resolution;
    table.add_row({std::to_string(item.item_id), item.source, item.basis, item.refund_id, item.kind,
                   item.expected.empty() ? "-" : item.expected,
                   item.found.empty() ? "-" : item.found, time_to_second(item.refund_at), end});
  }
  table.print(out);
}

std::string days_of(const store::Run& run) {
  const auto first = store::day_text(run.days.first);
  return run.days.first == run.days.last ? first : first + " to " + store::day_text(run.days.last);
}

void print_day(const store::CloseResult& result, std::ostream& out) {
  if (result.state == store::CloseState::refused) {
    out << "not closed: " << printable(result.reason) << "\n";
    return;
  }
  const auto& day = result.day;
  out << store::day_text(day.day)
      << (result.state == store::CloseState::closed ? " is closed: "
                                                    : " was closed before, and is the same: ")
      << day.entry_count << " audit entries, " << day.exception_count << " exceptions, "
      << day.late_facts.size() << " late facts, " << day.day_sha256 << "\n";
  if (!day.totals.empty()) {
    Table table{{"currency", "status", "entered", "minor units", "left", "minor units"}};
    for (const auto& total : day.totals) {
      table.add_row({total.currency.empty() ? "-" : total.currency, total.status,
                     std::to_string(total.entered_count), total.entered_minor,
                     std::to_string(total.left_count), total.left_minor});
    }
    table.print(out, "  ");
  }
}

void print_run(const ReconcileResult& result, std::ostream& out) {
  const auto& run = result.run;
  out << printable(run.source) << ", " << days_of(run) << ", by "
      << (run.is_statement ? "statement" : "API") << ": " << run.seen_count << " listed, "
      << run.matched_count << " matched, " << run.recovered_count << " recovered, "
      << run.exception_count << " exceptions, " << run.timing_count << " a matter of time";
  if (result.outside_count > 0) {
    out << "; " << result.outside_count << " lines of other days were passed over";
  }
  out << "\n";
  if (!result.items.empty()) {
    print_table(result.items, out);
  }
  for (const auto& day : result.days) {
    print_day(day, out);
  }
}

}  // namespace

void print_results(const std::vector<ReconcileResult>& results, ReconcileOutput output,
                   std::ostream& out) {
  auto array = Json::array();
  if (output == ReconcileOutput::csv) {
    out << k_csv_header;
  }
  for (const auto& result : results) {
    switch (output) {
      case ReconcileOutput::table:
        print_run(result, out);
        break;
      case ReconcileOutput::json:
        array.push_back(to_json(result));
        break;
      case ReconcileOutput::csv:
        print_csv(result.items, out);
        break;
    }
  }
  if (output == ReconcileOutput::json) {
    print_json({{"runs", array}}, out);
  }
}

void print_items(const Items& items, ReconcileOutput output, std::ostream& out) {
  switch (output) {
    case ReconcileOutput::table:
      if (items.empty()) {
        out << "no items\n";
      } else {
        print_table(items, out);
      }
      return;
    case ReconcileOutput::json:
      print_json({{"items", to_json(items)}}, out);
      return;
    case ReconcileOutput::csv:
      out << k_csv_header;
      print_csv(items, out);
      return;
  }
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    return std::string{text};
  }
  std::string quoted = "\"";
  for (const char letter : text) {
    quoted += letter == '"' ? "\"\"" : std::string{letter};
  }
  return quoted + "\"";
}

}  // namespace commands
