#include "store/due_days.hpp"

#include <algorithm>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Statements are compared by whoever has them: their items are not looked at by the daily run.
constexpr const char* k_find_due = R"(
SELECT least((SELECT min((refund_at AT TIME ZONE $2::text)::date)
                FROM reconciliation_items
               WHERE state = 'open' AND kind = 'timing' AND basis = 'api' AND source = $1::text
                 AND (refund_at AT TIME ZONE $2::text)::date >= $4::date),
             (SELECT min(from_day)
                FROM reconciliation_runs
               WHERE state = 'running' AND basis = 'api' AND source = $1::text
                 AND to_day = $3::date AND from_day >= $4::date),
             $3::date) AS compare_from,
       (SELECT max(day) + 1 FROM ledger_days WHERE source = $1::text) AS close_from)";

Day read_day(const pqxx::field& field) {
  return require(parse_day(field.as<std::string>()), field.name());
}

}  // namespace

DueDays due_days(Connection& connection, const DueRequest& request) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto row =
        transaction.run(k_find_due, {request.source, request.time_zone, day_text(request.yesterday),
                                     day_text(request.yesterday - k_due_days_max)})[0];
    DueDays due{{read_day(row["compare_from"]), request.yesterday}, request.yesterday};
    if (request.is_closing && !row["close_from"].is_null()) {
      // Yesterday once more where it is closed already: it is checked.
      due.close_from = std::min(request.yesterday, read_day(row["close_from"]));
      due.compare.first = std::min(due.compare.first, due.close_from);
      due.compare.last =
          std::min(request.yesterday, due.close_from + k_due_days_max - std::chrono::days{1});
    }
    return due;
  });
}

}  // namespace store
