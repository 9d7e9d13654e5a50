#include "store/ledger_days.hpp"

#include <optional>

#include "store/audit_lines.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// The daemon's own sessions never idle in a transaction for longer than ten seconds.
constexpr std::chrono::seconds k_patience{30};

constexpr const char* k_find_days = R"(
SELECT source, day, starts_at, ends_at, audit_to, entry_count, encode(audit_sha256, 'hex') AS audit,
       exception_count, closed_at, closed_by, encode(previous_sha256, 'hex') AS previous,
       encode(day_sha256, 'hex') AS own
  FROM ledger_days
 WHERE source = $1::text AND day <= $2::date
 ORDER BY day DESC
 LIMIT 2)";

constexpr const char* k_find_later = R"(
SELECT min(day) FROM ledger_days WHERE source = $1::text AND day > $2::date)";

// The entries of a day, for the three queries below. Two parts, each with an index of its own.
constexpr std::string_view k_entries = R"(
WITH entries AS MATERIALIZED (
       SELECT audit_id, refund_id, occurred_at, entry_hash
         FROM refund_audit
        WHERE source = $1::text AND audit_id <= $5::bigint
          AND occurred_at >= $2::timestamptz AND occurred_at < $3::timestamptz
        UNION ALL
       SELECT audit_id, refund_id, occurred_at, entry_hash
         FROM refund_audit
        WHERE source = $1::text AND audit_id > $4::bigint AND audit_id <= $5::bigint
          AND occurred_at < $2::timestamptz))";

constexpr std::string_view k_sum_entries = R"(
SELECT count(*) AS entry_count,
       encode(sha256(coalesce(string_agg(entry_hash, ''::bytea ORDER BY audit_id), '')), 'hex')
         AS audit
  FROM entries)";

// The lines that finance reads, whatever day the view gives them.
constexpr std::string_view k_sum_moves = R"(
SELECT coalesce(l.currency, '') AS currency, l.status,
       count(*) FILTER (WHERE l.refund_count > 0) AS entered_count,
       coalesce(sum(l.amount_minor) FILTER (WHERE l.refund_count > 0), 0) AS entered_minor,
       count(*) FILTER (WHERE l.refund_count < 0) AS left_count,
       coalesce(-sum(l.amount_minor) FILTER (WHERE l.refund_count < 0), 0) AS left_minor
  FROM entries e
  JOIN finance_ledger l
    ON l.source = $1::text AND l.refund_id = e.refund_id AND l.audit_id = e.audit_id
 GROUP BY coalesce(l.currency, ''), l.status
 ORDER BY coalesce(l.currency, '') COLLATE "C", l.status COLLATE "C")";

// The closed days are without a gap, and the first one has all before it: it has no late facts.
constexpr std::string_view k_find_late = R"(
SELECT e.audit_id, e.refund_id, closed.day AS refers_to
  FROM entries e
 CROSS JOIN LATERAL (
       SELECT d.day
         FROM ledger_days d
        WHERE d.source = $1::text AND d.day < $6::date AND d.ends_at > e.occurred_at
        ORDER BY d.day
        LIMIT 1) closed
 WHERE e.occurred_at < $2::timestamptz
 ORDER BY e.audit_id)";

constexpr const char* k_count_exceptions = R"(
SELECT count(*) FROM reconciliation_items
 WHERE state = 'open' AND kind <> 'timing' AND source = $1::text
   AND refund_at >= $2::timestamptz AND refund_at < $3::timestamptz)";

constexpr const char* k_hash_text = "SELECT encode(sha256(convert_to($1::text, 'UTF8')), 'hex')";

constexpr const char* k_insert_day = R"(
INSERT INTO ledger_days (source, day, starts_at, ends_at, audit_to, entry_count, audit_sha256,
                         exception_count, closed_at, closed_by, previous_sha256, day_sha256)
VALUES ($1::text, $2::date, $3::timestamptz, $4::timestamptz, $5::bigint, $6::bigint,
        decode($7::text, 'hex'), $8::bigint, $9::timestamptz, $10::text,
        CASE WHEN $11::text <> '' THEN decode($11::text, 'hex') END, decode($12::text, 'hex')))";

constexpr const char* k_insert_total = R"(
INSERT INTO ledger_totals (source, day, currency, status, entered_count, entered_minor, left_count,
                           left_minor)
VALUES ($1::text, $2::date, nullif($3::text, ''), $4::text, $5::bigint, $6::numeric, $7::bigint,
        $8::numeric))";

constexpr Prepared k_insert_late{"insert_ledger_late_facts", R"(
INSERT INTO ledger_late_facts (source, day, audit_id, refund_id, refers_to_day)
SELECT $4::text, $5::text::date, unnest($1::bigint[]), unnest($2::text[]),
       unnest($3::text[])::date)"};

constexpr const char* k_find_late_facts = R"(
SELECT audit_id, refund_id, refers_to_day AS refers_to
  FROM ledger_late_facts WHERE source = $1::text AND day = $2::date
 ORDER BY audit_id)";

constexpr const char* k_find_totals = R"(
SELECT coalesce(currency, '') AS currency, status, entered_count, entered_minor, left_count,
       left_minor
  FROM ledger_totals WHERE source = $1::text AND day = $2::date
 ORDER BY coalesce(currency, '') COLLATE "C", status COLLATE "C")";

pqxx::result run_on_entries(Transaction& transaction, std::string_view query,
                            const std::vector<std::string>& parameters) {
  return transaction.run((std::string{k_entries} + std::string{query}).c_str(), parameters);
}

Day read_day(const pqxx::field& field) {
  return require(parse_day(field.as<std::string>()), field.name());
}

LedgerDay read_ledger_day(const pqxx::row& row) {
  LedgerDay day;
  day.source = row["source"].as<std::string>();
  day.day = read_day(row["day"]);
  day.span = {require(read_time(row["starts_at"]), "ledger_days.starts_at"),
              require(read_time(row["ends_at"]), "ledger_days.ends_at")};
  day.audit_to = row["audit_to"].as<std::int64_t>();
  day.entry_count = row["entry_count"].as<std::int64_t>();
  day.audit_sha256 = row["audit"].as<std::string>();
  day.exception_count = row["exception_count"].as<std::int64_t>();
  day.closed_at = require(read_time(row["closed_at"]), "ledger_days.closed_at");
  day.closed_by = row["closed_by"].as<std::string>();
  day.previous_sha256 = read_text_or_empty(row["previous"]);
  day.day_sha256 = row["own"].as<std::string>();
  return day;
}

DayTotal read_total(const pqxx::row& row) {
  return {row["currency"].as<std::string>(),       row["status"].as<std::string>(),
          row["entered_count"].as<std::int64_t>(), row["entered_minor"].as<std::string>(),
          row["left_count"].as<std::int64_t>(),    row["left_minor"].as<std::string>()};
}

std::vector<LateFact> read_late_facts(const pqxx::result& rows) {
  std::vector<LateFact> facts;
  for (const auto& row : rows) {
    facts.push_back({row["audit_id"].as<std::int64_t>(), row["refund_id"].as<std::string>(),
                     read_day(row["refers_to"])});
  }
  return facts;
}

/// What the day's entries say: their number, hash, totals and late facts. `before`: the audit_to of
/// the day before; 0: there is none, and the day has all that was before it.
void sum_entries(Transaction& transaction, std::int64_t before, LedgerDay& day) {
  std::vector<std::string> parameters{day.source, domain::format_rfc3339(day.span.from),
                                      domain::format_rfc3339(day.span.to), std::to_string(before),
                                      std::to_string(day.audit_to)};
  const auto sum = run_on_entries(transaction, k_sum_entries, parameters)[0];
  day.entry_count = sum["entry_count"].as<std::int64_t>();
  day.audit_sha256 = sum["audit"].as<std::string>();
  day.totals.clear();
  for (const auto& row : run_on_entries(transaction, k_sum_moves, parameters)) {
    day.totals.push_back(read_total(row));
  }
  parameters.push_back(day_text(day.day));
  day.late_facts = read_late_facts(run_on_entries(transaction, k_find_late, parameters));
}

/// README describes it, for whoever checks a day without us.
std::string sealed_text(const LedgerDay& day) {
  std::string text = (day.previous_sha256.empty() ? "-" : day.previous_sha256) + "\n" + day.source +
                     "\n" + day_text(day.day) + "\n" + domain::format_rfc3339(day.span.from) +
                     "\n" + domain::format_rfc3339(day.span.to) + "\n" +
                     std::to_string(day.audit_to) + "\n" + std::to_string(day.entry_count) + "\n" +
                     day.audit_sha256 + "\n" + std::to_string(day.exception_count) + "\n" +
                     domain::format_rfc3339(day.closed_at) + "\n" + day.closed_by + "\n";
  for (const DayTotal& total : day.totals) {
    text += (total.currency.empty() ? "-" : total.currency) + " " + total.status + " " +
            std::to_string(total.entered_count) + " " + total.entered_minor + " " +
            std::to_string(total.left_count) + " " + total.left_minor + "\n";
  }
  return text;
}

std::string hash_of(Transaction& transaction, const LedgerDay& day) {
  return transaction.run(k_hash_text, {sealed_text(day)})[0][0].as<std::string>();
}

CloseResult refused(std::string reason) {
  return {CloseState::refused, {}, std::move(reason)};
}

/// The day as it was closed, or why it is not that any more.
CloseResult check(Transaction& transaction, const pqxx::result& days) {
  LedgerDay day = read_ledger_day(days[0]);
  const std::string name = day_text(day.day);
  for (const auto& row : transaction.run(k_find_totals, {day.source, name})) {
    day.totals.push_back(read_total(row));
  }
  day.late_facts = read_late_facts(transaction.run(k_find_late_facts, {day.source, name}));
  LedgerDay now = day;
  sum_entries(transaction, days.size() > 1 ? days[1]["audit_to"].as<std::int64_t>() : 0, now);
  if (now.audit_sha256 != day.audit_sha256) {
    return refused(name + " was closed, and its audit entries are not those of then any more");
  }
  const std::string previous = days.size() > 1 ? days[1]["own"].as<std::string>() : std::string{};
  if (hash_of(transaction, day) != day.day_sha256 || previous != day.previous_sha256 ||
      sealed_text(now) != sealed_text(day) || now.late_facts != day.late_facts) {
    return refused(name + " was closed, and its record or that of the day before was edited");
  }
  return {CloseState::closed_before, std::move(day), ""};
}

void insert(Transaction& transaction, const LedgerDay& day) {
  const std::string name = day_text(day.day);
  transaction.run(
      k_insert_day,
      {day.source, name, domain::format_rfc3339(day.span.from), domain::format_rfc3339(day.span.to),
       std::to_string(day.audit_to), std::to_string(day.entry_count), day.audit_sha256,
       std::to_string(day.exception_count), domain::format_rfc3339(day.closed_at), day.closed_by,
       day.previous_sha256, day.day_sha256});
  for (const DayTotal& total : day.totals) {
    transaction.run(k_insert_total, {day.source, name, total.currency, total.status,
                                     std::to_string(total.entered_count), total.entered_minor,
                                     std::to_string(total.left_count), total.left_minor});
  }
  Columns facts{Type::bigint, Type::text, Type::text};
  for (const LateFact& fact : day.late_facts) {
    facts.add_row(fact.audit_id, fact.refund_id, day_text(fact.refers_to));
  }
  Parameters parameters;
  append(parameters, facts);
  append(parameters, day.source);
  append(parameters, name);
  transaction.run(k_insert_late, parameters);
}

/// Fills in what the tables say, and writes it. `before`: the last day that was closed.
CloseResult close(Transaction& transaction, LedgerDay day, const std::optional<LedgerDay>& before) {
  sum_entries(transaction, before ? before->audit_to : 0, day);
  const std::vector<std::string> span{day.source, domain::format_rfc3339(day.span.from),
                                      domain::format_rfc3339(day.span.to)};
  day.exception_count = transaction.run(k_count_exceptions, span)[0][0].as<std::int64_t>();
  day.day_sha256 = hash_of(transaction, day);
  insert(transaction, day);
  transaction.commit();
  return {CloseState::closed, std::move(day), ""};
}

/// Why the day cannot be closed; empty: it can.
std::string refusal_of(Transaction& transaction, const LedgerDay& day,
                       const std::optional<LedgerDay>& before) {
  const std::string name = day_text(day.day);
  if (day.closed_at < day.span.to) {
    return name + " is not over";
  }
  if (before && before->day + std::chrono::days{1} != day.day) {
    return name + " cannot be closed before " + day_text(before->day + std::chrono::days{1});
  }
  const auto later = transaction.run(k_find_later, {day.source, name});
  if (!later[0][0].is_null()) {
    return name + " cannot be closed after " + later[0][0].as<std::string>() + ", which is";
  }
  return "";
}

std::int64_t settled_entries(Connection& connection) {
  const auto newest = wait_for_audit_writers(connection, k_patience);
  if (!newest) {
    throw Failure{FailureKind::unavailable,
                  "a transaction that writes audit entries stays open (see pg_stat_activity)",
                  /*connection_lost=*/false};
  }
  return *newest;
}

}  // namespace

CloseResult close_day(Connection& connection, const CloseRequest& request) {
  LedgerDay day;
  day.source = request.source;
  day.day = request.day;
  day.span = span_of(connection, request.time_zone, {request.day, request.day});
  day.audit_to = settled_entries(connection);
  day.closed_at = request.now;
  day.closed_by = request.user;
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto days = transaction.run(k_find_days, {request.source, day_text(request.day)});
    std::optional<LedgerDay> before;
    if (!days.empty()) {
      before = read_ledger_day(days[0]);
      if (before->day == request.day) {
        return check(transaction, days);
      }
      // No gap and no overlap, whatever became of the time zone.
      day.span.from = before->span.to;
      day.previous_sha256 = before->day_sha256;
    }
    auto reason = refusal_of(transaction, day, before);
    return reason.empty() ? close(transaction, day, before) : refused(std::move(reason));
  });
}

}  // namespace store
