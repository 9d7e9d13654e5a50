#include "store/reconciliation.hpp"

#include <algorithm>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_page_max = "1000";

// Until the session ends. The first number is only ours to tell this lock from others.
constexpr const char* k_hold_source =
    "SELECT pg_advisory_lock(1919247214, hashtext($1::text)) IS NULL";

constexpr const char* k_find_unfinished = R"(
SELECT run_id, source, from_day, to_day, basis, started_at, finished_at, seen_count, matched_count,
       recovered_count, exception_count, timing_count
  FROM reconciliation_runs
 WHERE state = 'running' AND source = $1::text AND from_day = $2::date AND to_day = $3::date
   AND basis = $4::text AND statement_sha256 IS NOT DISTINCT FROM
       CASE WHEN $5::text <> '' THEN decode($5::text, 'hex') END)";

constexpr const char* k_insert_run = R"(
INSERT INTO reconciliation_runs (source, from_day, to_day, basis, statement_sha256, state,
                                 started_by, started_at)
VALUES ($1::text, $2::date, $3::date, $4::text,
        CASE WHEN $5::text <> '' THEN decode($5::text, 'hex') END, 'running', $6::text,
        $7::timestamptz)
RETURNING run_id, source, from_day, to_day, basis, started_at, finished_at, seen_count,
          matched_count, recovered_count, exception_count, timing_count)";

constexpr Prepared k_look_up{"look_up_reconciled", R"(
SELECT n.refund_id, s.refund_id IS NOT NULL AS is_seen, r.status, r.amount_minor, r.currency,
       r.requested_at, r.occurred_at, r.last_event_id
  FROM unnest($1::text[]) AS n (refund_id)
  LEFT JOIN reconciliation_seen s
    ON s.run_id = $3::text::bigint AND s.refund_id = n.refund_id
  LEFT JOIN refunds r ON r.source = $2::text AND r.refund_id = n.refund_id)"};

// What was accepted as it is stays so.
constexpr Prepared k_note_items{"note_reconciliation_items", R"(
INSERT INTO reconciliation_items AS i
       (source, basis, refund_id, kind, expected, found, amount_minor, currency, refund_at, state,
        first_run_id, last_run_id, detected_at)
SELECT $8::text, $9::text, n.refund_id, n.kind, n.expected, n.found, n.amount_minor, n.currency,
       n.refund_at, 'open', $10::text::bigint, $10::text::bigint, $11::timestamptz
  FROM (SELECT unnest($1::text[]) AS refund_id, unnest($2::text[]) AS kind,
               unnest($3::text[]) AS expected, unnest($4::text[]) AS found,
               unnest($5::bigint[]) AS amount_minor, unnest($6::text[]) AS currency,
               unnest($7::timestamptz[]) AS refund_at) n
 WHERE NOT EXISTS (SELECT FROM reconciliation_items a
                    WHERE a.state = 'accepted' AND a.refund_id = n.refund_id
                      AND a.source = $8::text AND a.basis = $9::text AND a.kind = n.kind
                      AND a.expected = n.expected AND a.found = n.found)
 ORDER BY n.refund_id, n.kind
    ON CONFLICT (refund_id, source, basis, kind) WHERE state = 'open'
    DO UPDATE SET expected = excluded.expected, found = excluded.found,
                  amount_minor = excluded.amount_minor, currency = excluded.currency,
                  refund_at = excluded.refund_at, last_run_id = excluded.last_run_id)"};

constexpr Prepared k_mark_seen{"mark_reconciliation_seen", R"(
INSERT INTO reconciliation_seen (run_id, refund_id)
SELECT $2::text::bigint, refund_id FROM unnest($1::text[]) AS n (refund_id) ORDER BY refund_id
    ON CONFLICT (run_id, refund_id) DO NOTHING)"};

constexpr Prepared k_resolve_page{"resolve_reconciliation_items", R"(
UPDATE reconciliation_items i
   SET state = 'resolved', resolved_at = $8::timestamptz, resolved_by = 'refundd',
       resolution = coalesce('recovered by ' || n.event_id, 'no longer found'),
       last_run_id = $7::text::bigint
  FROM (SELECT unnest($1::text[]) AS refund_id, unnest($2::text[]) AS event_id) n
 WHERE i.state = 'open' AND i.refund_id = n.refund_id AND i.source = $5::text
   AND i.basis = $6::text
   AND NOT EXISTS (SELECT FROM (SELECT unnest($3::text[]) AS refund_id, unnest($4::text[]) AS kind) d
                    WHERE d.refund_id = i.refund_id AND d.kind = i.kind))"};

constexpr const char* k_add_counts = R"(
UPDATE reconciliation_runs
   SET seen_count = seen_count + $2::bigint, matched_count = matched_count + $3::bigint,
       recovered_count = recovered_count + $4::bigint
 WHERE run_id = $1::bigint)";

constexpr const char* k_find_unlisted = R"(
SELECT r.refund_id, r.status, r.amount_minor, r.currency, r.requested_at, r.occurred_at
  FROM refunds r
 WHERE r.source = $1::text AND r.livemode = $2::boolean
   AND r.requested_at >= $3::timestamptz AND r.requested_at < $4::timestamptz
   AND r.refund_id > $5::text COLLATE "C"
   AND NOT EXISTS (SELECT FROM reconciliation_seen s
                    WHERE s.run_id = $6::bigint AND s.refund_id = r.refund_id)
 ORDER BY r.refund_id
 LIMIT $7::bigint)";

constexpr const char* k_resolve_rest = R"(
UPDATE reconciliation_items
   SET state = 'resolved', resolved_at = $5::timestamptz, resolved_by = 'refundd',
       resolution = 'no longer found', last_run_id = $2::bigint
 WHERE state = 'open' AND source = $1::text AND basis = $6::text AND last_run_id <> $2::bigint
   AND refund_at >= $3::timestamptz AND refund_at < $4::timestamptz)";

constexpr const char* k_end_run = R"(
UPDATE reconciliation_runs r
   SET state = 'done', finished_at = $2::timestamptz, exception_count = i.exception_count,
       timing_count = i.timing_count
  FROM (SELECT count(*) FILTER (WHERE kind <> 'timing') AS exception_count,
               count(*) FILTER (WHERE kind = 'timing') AS timing_count
          FROM reconciliation_items
         WHERE state = 'open' AND last_run_id = $1::bigint) i
 WHERE r.run_id = $1::bigint
RETURNING r.run_id, r.source, r.from_day, r.to_day, r.basis, r.started_at, r.finished_at,
          r.seen_count, r.matched_count, r.recovered_count, r.exception_count, r.timing_count)";

constexpr const char* k_forget_seen = "DELETE FROM reconciliation_seen WHERE run_id = $1::bigint";

Day read_day(const pqxx::field& field) {
  return require(parse_day(field.as<std::string>()), field.name());
}

Run read_run(const pqxx::row& row) {
  Run run;
  run.run_id = row["run_id"].as<std::int64_t>();
  run.source = row["source"].as<std::string>();
  run.days = {read_day(row["from_day"]), read_day(row["to_day"])};
  run.is_statement = row["basis"].as<std::string>() == "statement";
  run.started_at = require(read_time(row["started_at"]), "reconciliation_runs.started_at");
  run.finished_at = read_time(row["finished_at"]);
  run.seen_count = row["seen_count"].as<std::int64_t>();
  run.matched_count = row["matched_count"].as<std::int64_t>();
  run.recovered_count = row["recovered_count"].as<std::int64_t>();
  run.exception_count = row["exception_count"].as<std::int64_t>();
  run.timing_count = row["timing_count"].as<std::int64_t>();
  return run;
}

domain::BookedRefund read_booked(const pqxx::row& row) {
  return {require(domain::parse_refund_status(row["status"].as<std::string>()), "refunds.status"),
          read_money(row["amount_minor"], row["currency"]),
          require(read_time(row["requested_at"]), "refunds.requested_at"),
          require(read_time(row["occurred_at"]), "refunds.occurred_at")};
}

std::string basis_of(const Run& run) {
  return run.is_statement ? "statement" : "api";
}

std::string hex(const domain::Sha256& hash) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : hash) {
    text += k_digits[std::to_integer<std::size_t>(byte >> 4)];
    text += k_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

Parameters parameters_of(Columns& columns, std::initializer_list<std::string> shared) {
  Parameters parameters;
  append(parameters, columns);
  for (const std::string& value : shared) {
    append(parameters, value);
  }
  return parameters;
}

void hold_source(Connection& connection, const std::string& source) {
  try {
    in_transaction(connection, [&](Transaction& transaction) {
      transaction.run(k_hold_source, {source});
      transaction.commit();
    });
  } catch (const Failure& failure) {
    if (failure.connection_lost()) {
      throw;
    }
    throw Failure{
        FailureKind::unavailable,
        std::string{"another reconciliation of this source is running: "} + failure.what(),
        /*connection_lost=*/false};
  }
}

void resolve_page(Transaction& transaction, const Run& run, const SettledPage& page,
                  domain::Time now) {
  Columns refunds{Type::text, Type::text};
  for (const std::string& id : page.refund_ids) {
    const auto event = page.recovered_by.find(id);
    refunds.add_row(id,
                    event == page.recovered_by.end() ? std::nullopt : std::optional{event->second});
  }
  Columns open{Type::text, Type::text};
  for (const FoundItem& item : page.still_open) {
    open.add_row(item.refund_id, to_string(item.difference.kind));
  }
  Parameters parameters;
  append(parameters, refunds);
  append(parameters, open);
  append(parameters, run.source);
  append(parameters, basis_of(run));
  append(parameters, std::to_string(run.run_id));
  append(parameters, binary(now));
  transaction.run(k_resolve_page, parameters);
}

}  // namespace

Run begin_run(Connection& connection, const RunRequest& request) {
  hold_source(connection, request.source);
  return in_transaction(connection, [&](Transaction& transaction) {
    const std::vector<std::string> days{
        request.source, day_text(request.days.first), day_text(request.days.last),
        request.statement_sha256 ? "statement" : "api",
        request.statement_sha256 ? hex(*request.statement_sha256) : ""};
    const auto unfinished = transaction.run(k_find_unfinished, days);
    if (!unfinished.empty()) {
      Run run = read_run(unfinished[0]);
      run.is_continued = true;
      transaction.commit();
      return run;
    }
    auto values = days;
    values.push_back(request.user);
    values.push_back(domain::format_rfc3339(request.now));
    const Run run = read_run(transaction.run(k_insert_run, values)[0]);
    transaction.commit();
    return run;
  });
}

std::map<std::string, PageRefund> look_up(Connection& connection, const Run& run,
                                          std::span<const std::string> refund_ids) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns ids{Type::text};
    for (const std::string& id : refund_ids) {
      ids.add_row(id);
    }
    const auto rows =
        transaction.run(k_look_up, parameters_of(ids, {run.source, std::to_string(run.run_id)}));
    std::map<std::string, PageRefund> refunds;
    for (const auto& row : rows) {
      PageRefund& refund = refunds[row["refund_id"].as<std::string>()];
      refund.is_seen = row["is_seen"].as<bool>();
      if (!row["status"].is_null()) {
        refund.booked = read_booked(row);
        refund.last_event_id = row["last_event_id"].as<std::string>();
      }
    }
    return refunds;
  });
}

void note_items(Connection& connection, const Run& run, std::span<const FoundItem> items,
                domain::Time now) {
  Columns columns{Type::text,   Type::text, Type::text,       Type::text,
                  Type::bigint, Type::text, Type::timestamptz};
  for (const FoundItem& item : items) {
    columns.add_row(item.refund_id, to_string(item.difference.kind), item.difference.expected,
                    item.difference.found,
                    item.amount ? std::optional{item.amount->amount_minor} : std::nullopt,
                    item.amount ? std::optional{item.amount->currency.code()} : std::nullopt,
                    item.refund_at);
  }
  in_transaction(connection, [&](Transaction& transaction) {
    auto parameters =
        parameters_of(columns, {run.source, basis_of(run), std::to_string(run.run_id)});
    append(parameters, binary(now));
    transaction.run(k_note_items, parameters);
    transaction.commit();
  });
}

void settle_page(Connection& connection, const Run& run, const SettledPage& page,
                 domain::Time now) {
  Columns ids{Type::text};
  for (const auto* list : {&page.refund_ids, &page.beside}) {
    for (const std::string& id : *list) {
      ids.add_row(id);
    }
  }
  in_transaction(connection, [&](Transaction& transaction) {
    const std::string run_id = std::to_string(run.run_id);
    transaction.run(k_mark_seen, parameters_of(ids, {run_id}));
    resolve_page(transaction, run, page, now);
    transaction.run(k_add_counts,
                    {run_id, std::to_string(page.seen_count), std::to_string(page.matched_count),
                     std::to_string(page.recovered_by.size())});
    transaction.commit();
  });
}

std::vector<UnlistedRefund> unlisted(Connection& connection, const Run& run, bool livemode,
                                     const Span& span, const std::string& after) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<UnlistedRefund> refunds;
    for (const auto& row : transaction.run(
             k_find_unlisted,
             {run.source, livemode ? "true" : "false", domain::format_rfc3339(span.from),
              domain::format_rfc3339(span.to), after, std::to_string(run.run_id), k_page_max})) {
      refunds.push_back({row["refund_id"].as<std::string>(), read_booked(row)});
    }
    return refunds;
  });
}

Run finish_run(Connection& connection, const Run& run, const Span& span, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const std::string run_id = std::to_string(run.run_id);
    const std::string now_text = domain::format_rfc3339(now);
    transaction.run(k_resolve_rest, {run.source, run_id, domain::format_rfc3339(span.from),
                                     domain::format_rfc3339(span.to), now_text, basis_of(run)});
    Run done = read_run(transaction.run(k_end_run, {run_id, now_text})[0]);
    done.is_continued = run.is_continued;
    transaction.run(k_forget_seen, {run_id});
    transaction.commit();
    return done;
  });
}

}  // namespace store
