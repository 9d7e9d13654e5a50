#include "store/source_reads.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// The cast fails where PostgreSQL does not know the zone.
constexpr Prepared k_save_sources{"save_sources", R"(
INSERT INTO sources AS s (source, provider, livemode, time_zone, updated_at)
SELECT source, provider, livemode, time_zone, $5::timestamptz
  FROM (SELECT unnest($1::text[]) AS source, unnest($2::text[]) AS provider,
               unnest($3::boolean[]) AS livemode, unnest($4::text[]) AS time_zone) n
 WHERE ($5::timestamptz AT TIME ZONE time_zone) IS NOT NULL
    ON CONFLICT (source) DO UPDATE
   SET provider = EXCLUDED.provider, livemode = EXCLUDED.livemode,
       time_zone = EXCLUDED.time_zone, updated_at = EXCLUDED.updated_at
 WHERE (s.provider, s.livemode, s.time_zone)
    <> (EXCLUDED.provider, EXCLUDED.livemode, EXCLUDED.time_zone))"};

// The last known point, once and for all: later events must not move it past a gap.
constexpr const char* k_add_source = R"(
INSERT INTO source_reads (source, events_until, refunds_until, next_read_at)
SELECT $1, known.until, known.until, $2::timestamptz
  FROM (SELECT coalesce(max(received_at), $2::timestamptz) AS until
          FROM webhook_events
         WHERE source = $1 AND received_at < $3::timestamptz
           AND received_at >= $2::timestamptz - interval '30 days') known
    ON CONFLICT DO NOTHING)";

constexpr const char* k_find_source = "SELECT FROM source_reads WHERE source = $1";

// The times' index is of blocks: it is read in no other way, which sessions that look rows up by
// key do not take.
constexpr const char* k_allow_bitmaps = "SET LOCAL enable_bitmapscan = on";

constexpr const char* k_begin = R"(
UPDATE source_reads
   SET lease_token = gen_random_uuid(),
       leased_until = $2::timestamptz + $3::integer * interval '1 second',
       catching_up_since = CASE WHEN $4::boolean OR last_error IS NOT NULL
                                THEN coalesce(catching_up_since, $2::timestamptz)
                                ELSE catching_up_since END
 WHERE source = $1 AND (leased_until IS NULL OR leased_until <= $2::timestamptz)
   AND ($5::boolean OR next_read_at <= $2::timestamptz)
RETURNING lease_token, events_until, refunds_until)";

constexpr const char* k_renew = R"(
UPDATE source_reads
   SET leased_until = $3::timestamptz + $4::integer * interval '1 second'
 WHERE source = $1 AND lease_token = $2::uuid
RETURNING 1)";

constexpr const char* k_finish = R"(
UPDATE source_reads
   SET events_until = $3::timestamptz, refunds_until = $3::timestamptz, catching_up_since = NULL,
       next_read_at = $4::timestamptz, last_read_at = $5::timestamptz, failures = 0,
       last_error = NULL, last_error_kind = NULL, lease_token = NULL, leased_until = NULL
 WHERE source = $1 AND lease_token = $2::uuid)";

constexpr const char* k_fail = R"(
UPDATE source_reads
   SET next_read_at = $4::timestamptz, failures = failures + 1, last_error = $3,
       last_error_kind = $2
 WHERE source = $1)";

constexpr Prepared k_missing{"missing_events", R"(
SELECT k.event_id
  FROM (SELECT unnest($1::text[]) AS event_id) k
 WHERE NOT EXISTS (SELECT FROM webhook_events
                    WHERE source = $2::text AND event_id = k.event_id AND verdict <> 'late'))"};

constexpr const char* k_list = R"(
SELECT s.source, least(s.events_until, s.refunds_until) AS known_until, s.catching_up_since,
       s.last_read_at, s.last_error_kind, s.last_error,
       (SELECT count(*) FROM refund_reads r
         WHERE r.source = s.source AND r.next_read_at <= now()) AS due
  FROM source_reads s
 ORDER BY s.source)";

std::string text_of(domain::Time time) {
  return domain::format_rfc3339(time);
}

}  // namespace

void save_sources(Connection& connection, const std::vector<SourceFacts>& sources,
                  domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text, Type::text, Type::boolean, Type::text};
    for (const SourceFacts& source : sources) {
      columns.add_row(source.source, source.provider, source.livemode, source.time_zone);
    }
    transaction.run(k_save_sources, columns, now);
    transaction.commit();
  });
}

void remember_source(Connection& connection, const std::string& source, domain::Time known_until,
                     domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    if (transaction.run(k_find_source, {source}).empty()) {
      transaction.run(std::string{k_allow_bitmaps});
      transaction.run(k_add_source, {source, text_of(now), text_of(known_until)});
      transaction.commit();
    }
  });
}

std::optional<SourcePass> begin_pass(Connection& connection, const PassRequest& request,
                                     domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) -> std::optional<SourcePass> {
    const auto rows = transaction.run(
        k_begin, {request.source, text_of(now), std::to_string(request.lease.count()),
                  request.is_gap ? "true" : "false", request.is_due ? "true" : "false"});
    transaction.commit();
    if (rows.empty()) {
      return std::nullopt;
    }
    return SourcePass{rows[0]["lease_token"].as<std::string>(),
                      require(read_time(rows[0]["events_until"]), "source_reads.events_until"),
                      require(read_time(rows[0]["refunds_until"]), "source_reads.refunds_until")};
  });
}

bool renew_pass(Connection& connection, const std::string& source, const SourcePass& pass,
                std::chrono::seconds lease, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto rows = transaction.run(
        k_renew, {source, pass.lease_token, text_of(now), std::to_string(lease.count())});
    transaction.commit();
    return !rows.empty();
  });
}

void finish_pass(Connection& connection, const std::string& source, const SourcePass& pass,
                 domain::Time until, domain::Time next_read_at, domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(
        k_finish, {source, pass.lease_token, text_of(until), text_of(next_read_at), text_of(now)});
    transaction.commit();
  });
}

void fail_pass(Connection& connection, const std::string& source, const PassProblem& problem) {
  in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(k_fail, {source, problem.kind, problem.text, text_of(problem.next_read_at)});
    transaction.commit();
  });
}

std::vector<std::string> missing_events(Connection& connection, const std::string& source,
                                        const std::vector<std::string>& event_ids) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text};
    for (const std::string& event_id : event_ids) {
      columns.add_row(event_id);
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    std::vector<std::string> missing;
    for (const auto& row : transaction.run(k_missing, parameters)) {
      missing.push_back(row["event_id"].as<std::string>());
    }
    return missing;
  });
}

std::vector<SourceReading> list_source_readings(Connection& connection) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<SourceReading> readings;
    for (const auto& row : transaction.run(k_list, {})) {
      readings.push_back({row["source"].as<std::string>(), read_time(row["known_until"]),
                          read_time(row["catching_up_since"]), read_time(row["last_read_at"]),
                          read_text_or_empty(row["last_error_kind"]),
                          read_text_or_empty(row["last_error"]), row["due"].as<std::int64_t>()});
    }
    return readings;
  });
}

}  // namespace store
