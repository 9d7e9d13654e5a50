#include "store/delivery_counts.hpp"

#include <optional>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// An hour after the day's end its last events have come. Days that passed while nobody counted are
// counted too, the earliest first, as long as a provider's list is sure to hold them; before the
// first count there is nothing to be compared.
constexpr const char* k_uncounted = R"(
SELECT d.day::text AS day, d.day::timestamp AT TIME ZONE s.time_zone AS begins_at,
       (d.day + 1)::timestamp AT TIME ZONE s.time_zone AS ends_at
  FROM sources s
 CROSS JOIN LATERAL (
       SELECT (($2::timestamptz - interval '1 hour') AT TIME ZONE s.time_zone)::date - 1 AS day) last
 CROSS JOIN LATERAL (
       SELECT least(last.day, greatest(coalesce(max(day) + 1, last.day), last.day - 29)) AS day
         FROM delivery_counts
        WHERE source = s.source) d
 WHERE s.source = $1
   AND NOT EXISTS (SELECT FROM delivery_counts WHERE source = s.source AND day = d.day))";

constexpr Prepared k_count{"count_deliveries", R"(
INSERT INTO delivery_counts (source, day, sent, held, recovered, unanswered, measured_at)
SELECT $3::text, $4::text::date, count(*), count(e.evidence),
       count(*) FILTER (WHERE e.evidence = 'api_read'), count(*) FILTER (WHERE k.is_unanswered),
       $5::timestamptz
  FROM (SELECT unnest($1::text[]) AS event_id, unnest($2::boolean[]) AS is_unanswered) k
  LEFT JOIN LATERAL (
       SELECT evidence
         FROM webhook_events
        WHERE source = $3::text AND event_id = k.event_id
       OFFSET 0) e ON true
    ON CONFLICT (source, day) DO UPDATE
   SET sent = EXCLUDED.sent, held = EXCLUDED.held, recovered = EXCLUDED.recovered,
       unanswered = EXCLUDED.unanswered, measured_at = EXCLUDED.measured_at)"};

constexpr const char* k_last = R"(
SELECT DISTINCT ON (source) source, day::text AS day, sent, held, recovered, unanswered
  FROM delivery_counts
 ORDER BY source, day DESC)";

}  // namespace

std::optional<SourceDay> uncounted_day(Connection& connection, const std::string& source,
                                       domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) -> std::optional<SourceDay> {
    const auto rows = transaction.run(k_uncounted, {source, domain::format_rfc3339(now)});
    if (rows.empty()) {
      return std::nullopt;
    }
    return SourceDay{rows[0]["day"].as<std::string>(),
                     require(read_time(rows[0]["begins_at"]), "the begin of a day"),
                     require(read_time(rows[0]["ends_at"]), "the end of a day")};
  });
}

void count_deliveries(Connection& connection, const std::string& source, const std::string& day,
                      const std::vector<SentEvent>& sent, domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text, Type::boolean};
    for (const SentEvent& event : sent) {
      columns.add_row(event.event_id, event.is_unanswered);
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    append(parameters, day);
    append(parameters, binary(now));
    transaction.run(k_count, parameters);
    transaction.commit();
  });
}

std::vector<DeliveryCount> last_delivery_counts(Connection& connection) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<DeliveryCount> counts;
    for (const auto& row : transaction.run(k_last, {})) {
      counts.push_back({row["source"].as<std::string>(), row["day"].as<std::string>(),
                        row["sent"].as<std::int64_t>(), row["held"].as<std::int64_t>(),
                        row["recovered"].as<std::int64_t>(), row["unanswered"].as<std::int64_t>()});
    }
    return counts;
  });
}

}  // namespace store
