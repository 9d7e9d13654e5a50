#include "store/prune_payloads.hpp"

#include "store/held_events.hpp"
#include "store/json_object.hpp"
#include "store/retention_log.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr int k_attempts_max = 5;

// As make_payload_partitions does: nobody makes or drops a month beside us. Holds wait, so that
// none comes between the moving and the dropping.
constexpr const char* k_lock = R"(
SELECT pg_advisory_xact_lock(32199698054079589);
SET LOCAL lock_timeout = '2s';
LOCK TABLE legal_holds IN SHARE MODE)";

// Only what make_payload_partitions makes is ever dropped: whoever may make tables elsewhere could
// attach one under any name. What PostgreSQL itself says about a month's end counts, not the name.
constexpr const char* k_find_months = R"(
SELECT table_name, sql_name, bytes, since::timestamptz AS since, until::timestamptz AS until
  FROM (SELECT c.relname AS table_name, format('%I.%I', n.nspname, c.relname) AS sql_name,
               pg_total_relation_size(c.oid) AS bytes,
               (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1] AS since,
               (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1] AS until
          FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) b
         WHERE i.inhparent = 'refundd.webhook_payloads'::regclass AND n.nspname = 'refundd'
           AND c.relname ~ '^webhook_payloads_[0-9]{4}_[0-9]{2}$') months
 WHERE since IS NOT NULL AND until IS NOT NULL AND until::timestamptz <= $1::timestamptz
 ORDER BY until::timestamptz)";

constexpr const char* k_is_there = "SELECT to_regclass($1::text) IS NOT NULL";

// Counts of a table's old rows: all, and those that are held. `table` is quoted by PostgreSQL.
std::string count_sql(const std::string& table) {
  return std::string{k_with_held_events} + "SELECT count(*), count(h.event_id) FROM " + table +
         " p LEFT JOIN held_events h ON h.source = p.source AND h.event_id = p.event_id "
         "WHERE p.received_at < $1::timestamptz";
}

std::string move_sql(const std::string& table) {
  return std::string{k_with_held_events} +
         "INSERT INTO held_payloads (source, event_id, received_at, headers, body) "
         "SELECT p.source, p.event_id, p.received_at, p.headers, p.body FROM " +
         table + " p NATURAL JOIN held_events WHERE p.received_at < $1::timestamptz";
}

constexpr const char* k_empty_default =
    "DELETE FROM refundd.webhook_payloads_default WHERE received_at < $1::timestamptz";

constexpr const char* k_forget_released = R"(
DELETE FROM held_payloads p
 WHERE p.received_at < $1::timestamptz
   AND NOT EXISTS (SELECT FROM held_events h
                    WHERE h.source = p.source AND h.event_id = p.event_id))";

struct Part {
  std::string table;
  std::string sql_name;
  /// Of a month, as PostgreSQL prints them.
  std::string since{};
  std::string until{};
};

// From `since` to `until` every payload has gone rightly; `rebuild --verify` asks for it.
void log_pruned(Transaction& transaction, const Part& part, const PrunedTable& pruned,
                const PruneRequest& request) {
  JsonObject details;
  details.add("table", pruned.table);
  details.add("since", part.since.empty() ? "-infinity" : part.since);
  details.add("until", part.until.empty() ? domain::format_rfc3339(request.before) : part.until);
  details.add("before", domain::format_rfc3339(request.before));
  details.add("dropped", pruned.dropped);
  details.add("kept", pruned.kept);
  log_retention(transaction, "prune", request.decider, details.text());
}

/// `forget(transaction)` takes away what count_sql counted.
template <typename Forget>
PrunedTable prune_table(Connection& connection, const Part& part, const PruneRequest& request,
                        Forget forget) {
  return in_transaction(connection, [&](Transaction& transaction) {
    PrunedTable pruned{part.table, 0, 0, 0};
    if (request.apply) {
      transaction.run(k_lock);
    }
    if (!transaction.run(k_is_there, {part.sql_name})[0][0].as<bool>()) {
      return pruned;
    }
    const auto counts =
        transaction.run(count_sql(part.sql_name).c_str(), {domain::format_rfc3339(request.before)});
    pruned.kept = counts[0][1].as<std::int64_t>();
    pruned.dropped = counts[0][0].as<std::int64_t>() - pruned.kept;
    if (request.apply) {
      forget(transaction);
      if (!part.until.empty() || pruned.dropped > 0) {
        log_pruned(transaction, part, pruned, request);
      }
      transaction.commit();
    }
    return pruned;
  });
}

// The daemon takes the months' lock for an instant with every batch.
template <typename Prune>
PrunedTable again_while_locked(Prune prune) {
  for (int attempt = 1;; ++attempt) {
    try {
      return prune();
    } catch (const Failure& failure) {
      if (!failure.may_pass() || attempt == k_attempts_max) {
        throw;
      }
    }
  }
}

PrunedTable prune_month(Connection& connection, const Part& month, const PruneRequest& request) {
  return again_while_locked([&] {
    return prune_table(connection, month, request, [&](Transaction& transaction) {
      transaction.run(move_sql(month.sql_name).c_str(), {domain::format_rfc3339(request.before)});
      transaction.run("DROP TABLE " + month.sql_name);
    });
  });
}

PrunedTable prune_default(Connection& connection, const PruneRequest& request) {
  const Part part{"webhook_payloads_default", "refundd.webhook_payloads_default"};
  return prune_table(connection, part, request, [&](Transaction& transaction) {
    transaction.run(move_sql(part.sql_name).c_str(), {domain::format_rfc3339(request.before)});
    transaction.run(k_empty_default, {domain::format_rfc3339(request.before)});
  });
}

PrunedTable prune_held(Connection& connection, const PruneRequest& request) {
  const Part part{"held_payloads", "refundd.held_payloads"};
  return prune_table(connection, part, request, [&](Transaction& transaction) {
    const std::string sql = std::string{k_with_held_events} + k_forget_released;
    transaction.run(sql.c_str(), {domain::format_rfc3339(request.before)});
  });
}

struct Month {
  Part part;
  std::int64_t bytes = 0;
};

std::vector<Month> find_months(Connection& connection, domain::Time before) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<Month> months;
    for (const auto& row : transaction.run(k_find_months, {domain::format_rfc3339(before)})) {
      months.push_back({{row["table_name"].as<std::string>(), row["sql_name"].as<std::string>(),
                         row["since"].as<std::string>(), row["until"].as<std::string>()},
                        row["bytes"].as<std::int64_t>()});
    }
    return months;
  });
}

}  // namespace

std::vector<PrunedTable> prune_payloads(Connection& connection, const PruneRequest& request) {
  std::vector<PrunedTable> all;
  for (const Month& month : find_months(connection, request.before)) {
    all.push_back(prune_month(connection, month.part, request));
    all.back().bytes = month.bytes;
  }
  for (const auto& pruned : {prune_default(connection, request), prune_held(connection, request)}) {
    if (pruned.dropped > 0) {
      all.push_back(pruned);
    }
  }
  return all;
}

}  // namespace store
