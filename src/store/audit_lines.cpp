#include "store/audit_lines.hpp"

#include <algorithm>
#include <thread>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_read_entries = R"(
SELECT audit_id, recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id,
       evidence, verdict, status_before, status_after, amount_minor, currency, reason, user_id,
       host(ip_address) AS ip_address, user_agent, notes, request_id, previous_hash, entry_hash
  FROM refund_audit
 WHERE audit_id > $1::bigint
 ORDER BY audit_id
 LIMIT $2::bigint)";

constexpr const char* k_find_newest = "SELECT coalesce(max(audit_id), 0) FROM refund_audit";

constexpr const char* k_find_first_since = R"(
SELECT min(audit_id) FROM refund_audit WHERE recorded_at >= $1::timestamptz)";

// Every INSERT, COPY, UPDATE and DELETE holds this mode until its transaction ends. An UPDATE draws
// no id, but nothing tells it apart, and the daemon may not do it.
constexpr const char* k_find_writers = R"(
SELECT DISTINCT l.virtualtransaction
  FROM pg_locks l
  JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
 WHERE l.locktype = 'relation' AND l.relation = 'refund_audit'::regclass
   AND l.mode = 'RowExclusiveLock' AND l.granted)";

constexpr const char* k_begin_snapshot =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

// What is read may go through a pipe that somebody looks at page by page.
constexpr const char* k_allow_idling = "SET LOCAL idle_in_transaction_session_timeout = 0";

std::optional<domain::Time> read_time_or_nothing(const pqxx::field& field) {
  try {
    return read_time(field);
  } catch (const Failure&) {
    return std::nullopt;
  }
}

AuditEntryRow read_entry(const pqxx::row& row) {
  AuditEntryRow entry;
  entry.audit_id = row["audit_id"].as<std::int64_t>();
  entry.recorded_at = read_time_or_nothing(row["recorded_at"]);
  entry.occurred_at = read_time_or_nothing(row["occurred_at"]);
  entry.source = row["source"].as<std::string>();
  entry.refund_id = row["refund_id"].as<std::string>();
  entry.charge_id = read_text(row["charge_id"]);
  entry.order_id = read_text(row["order_id"]);
  entry.event_id = row["event_id"].as<std::string>();
  entry.evidence = row["evidence"].as<std::string>();
  entry.verdict = row["verdict"].as<std::string>();
  entry.status_before = read_text(row["status_before"]);
  entry.status_after = row["status_after"].as<std::string>();
  if (!row["amount_minor"].is_null()) {
    entry.amount_minor = row["amount_minor"].as<std::int64_t>();
  }
  entry.currency = read_text(row["currency"]);
  entry.reason = read_text(row["reason"]);
  entry.user_id = read_text(row["user_id"]);
  entry.ip_address = read_text(row["ip_address"]);
  entry.user_agent = read_text(row["user_agent"]);
  entry.notes = read_text(row["notes"]);
  entry.request_id = read_text(row["request_id"]);
  entry.previous_hash = read_sha256(row["previous_hash"]);
  entry.entry_hash = read_sha256(row["entry_hash"]);
  return entry;
}

std::vector<AuditEntryRow> read_entries(Transaction& transaction, std::int64_t after,
                                        std::size_t limit) {
  const auto rows = transaction.run(k_read_entries, {std::to_string(after), std::to_string(limit)});
  std::vector<AuditEntryRow> entries;
  entries.reserve(rows.size());
  for (const auto& row : rows) {
    entries.push_back(read_entry(row));
  }
  return entries;
}

std::int64_t find_newest(Transaction& transaction) {
  return transaction.run(std::string{k_find_newest})[0][0].as<std::int64_t>();
}

std::set<std::string> find_writers(Transaction& transaction) {
  std::set<std::string> writers;
  for (const auto& row : transaction.run(std::string{k_find_writers})) {
    writers.insert(row[0].as<std::string>());
  }
  return writers;
}

// A transaction changes its name when it is prepared for a two-phase commit ("4/17" to "-1/742"):
// such a one may be any of those that were seen before.
bool may_be_of(const std::string& writer, const std::set<std::string>& earlier) {
  return earlier.contains(writer) || writer.starts_with("-1/");
}

bool is_any_open(Transaction& transaction, const std::set<std::string>& writers) {
  if (writers.empty()) {
    return false;
  }
  const auto open = find_writers(transaction);
  return std::any_of(open.begin(), open.end(),
                     [&](const std::string& writer) { return may_be_of(writer, writers); });
}

void check_not_behind(Transaction& transaction, std::int64_t after) {
  const std::int64_t newest = find_newest(transaction);
  if (newest < after) {
    throw Failure{FailureKind::unavailable,
                  "the audit entries were written to the file up to " + std::to_string(after) +
                      ", but the newest in the database is " + std::to_string(newest) +
                      ": was it restored from a backup? Move the file and its .position away",
                  /*connection_lost=*/false};
  }
}

}  // namespace

// READ COMMITTED, so that each statement sees what was committed before it began. The order of the
// steps is the proof: newest id, then the writers, then that they have ended, then the entries.
std::vector<AuditEntryRow> AuditTail::read(Connection& connection, std::int64_t after,
                                           std::size_t limit) {
  return in_transaction(connection, [&](Transaction& transaction) {
    settle(transaction);
    auto entries = read_entries(transaction, after, limit);
    if (entries.empty()) {
      check_not_behind(transaction, after);
    }
    if (count_ready(entries, after) < entries.size() && !watch_) {
      const std::int64_t newest_id = find_newest(transaction);
      watch_ = Watch{newest_id, find_writers(transaction)};
      settle(transaction);
      entries = read_entries(transaction, after, limit);
    }
    entries.resize(count_ready(entries, after));
    return entries;
  });
}

void AuditTail::settle(Transaction& transaction) {
  if (watch_ && !is_any_open(transaction, watch_->writers)) {
    settled_ = std::max(settled_, watch_->newest_id);
    watch_.reset();
  }
}

std::size_t AuditTail::count_ready(const std::vector<AuditEntryRow>& rows,
                                   std::int64_t after) const {
  std::size_t count = 0;
  for (const AuditEntryRow& row : rows) {
    const bool has_gap_before = row.audit_id != after + 1;
    if (has_gap_before && row.audit_id > settled_) {
      break;
    }
    after = row.audit_id;
    ++count;
  }
  return count;
}

std::optional<std::int64_t> wait_for_audit_writers(Connection& connection,
                                                   std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds k_pause{20};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::int64_t newest = 0;
  std::set<std::string> writers;
  in_transaction(connection, [&](Transaction& transaction) {
    newest = find_newest(transaction);
    writers = find_writers(transaction);
  });
  while (in_transaction(
      connection, [&](Transaction& transaction) { return is_any_open(transaction, writers); })) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    }
    // To wait on their locks would hold up every writer that comes after us.
    std::this_thread::sleep_for(k_pause);
  }
  return newest;
}

AuditSnapshot::AuditSnapshot(Connection& connection) try
    : transaction_{std::make_unique<Transaction>(connection)} {
  transaction_->run(std::string{k_begin_snapshot});
  transaction_->run(std::string{k_allow_idling});
} catch (const std::exception& error) {
  throw classify(error);
}

AuditSnapshot::~AuditSnapshot() = default;

std::vector<AuditEntryRow> AuditSnapshot::read(std::int64_t after, std::size_t limit) {
  try {
    return read_entries(*transaction_, after, limit);
  } catch (const std::exception& error) {
    throw classify(error);
  }
}

std::optional<std::int64_t> AuditSnapshot::first_id_since(domain::Time time) {
  try {
    const auto rows = transaction_->run(k_find_first_since, {domain::format_rfc3339(time)});
    return rows[0][0].is_null() ? std::nullopt : std::optional{rows[0][0].as<std::int64_t>()};
  } catch (const std::exception& error) {
    throw classify(error);
  }
}

}  // namespace store
