#include "store/figures.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Each half has an index of its own, which a common condition would not use.
constexpr const char* k_read_sinks = R"(
SELECT sink, sum(pending)::bigint AS pending, sum(dead)::bigint AS dead,
       min(oldest_pending) AS oldest_pending
  FROM (SELECT coalesce(sink, '') AS sink, count(*) AS pending, 0 AS dead,
               min(created_at) AS oldest_pending
          FROM outbox_messages WHERE state = 'pending' GROUP BY 1
         UNION ALL
        SELECT coalesce(sink, ''), 0, count(*), NULL
          FROM outbox_messages WHERE state = 'dead' GROUP BY 1) AS both_states
 GROUP BY sink
 ORDER BY sink)";

constexpr const char* k_read_pending_refunds = R"(
SELECT source, count(*) AS count, min(requested_at) AS oldest
  FROM refunds WHERE status = 'pending'
 GROUP BY source
 ORDER BY source)";

constexpr const char* k_read_open_anomalies = R"(
SELECT kind, count(*) AS count FROM anomalies WHERE resolved_at IS NULL GROUP BY kind)";

constexpr const char* k_count_refunds = R"(
SELECT source, status, count(*) AS count FROM refunds GROUP BY source, status
 ORDER BY source, status)";

constexpr const char* k_estimate_refunds = R"(
SELECT greatest(reltuples, 0)::bigint AS count FROM pg_class WHERE oid = 'refunds'::regclass)";

// Who looks on should not take the cores from those who write.
constexpr const char* k_use_one_core = "SET LOCAL max_parallel_workers_per_gather = 0";

constexpr const char* k_find_last_events = R"(
SELECT source, max(received_at) AS last FROM webhook_events
 WHERE received_at >= $1::timestamptz
 GROUP BY source)";

SinkFigures read_sink(const pqxx::row& row) {
  return {row["sink"].as<std::string>(), row["pending"].as<std::int64_t>(),
          row["dead"].as<std::int64_t>(), read_time(row["oldest_pending"])};
}

PendingRefunds read_pending(const pqxx::row& row) {
  return {row["source"].as<std::string>(), row["count"].as<std::int64_t>(),
          require(read_time(row["oldest"]), "refunds.requested_at")};
}

}  // namespace

Figures read_figures(Connection& connection) {
  Figures figures;
  in_transaction(connection, [&figures](Transaction& transaction) {
    transaction.run(std::string{k_use_one_core});
    for (const auto& row : transaction.run(std::string{k_read_sinks})) {
      figures.sinks.push_back(read_sink(row));
    }
    for (const auto& row : transaction.run(std::string{k_read_pending_refunds})) {
      figures.pending_refunds.push_back(read_pending(row));
    }
    for (const auto& row : transaction.run(std::string{k_read_open_anomalies})) {
      figures.open_anomalies[row["kind"].as<std::string>()] = row["count"].as<std::int64_t>();
    }
  });
  figures.readings = list_source_readings(connection);
  figures.deliveries = last_delivery_counts(connection);
  return figures;
}

std::int64_t estimate_refunds(Connection& connection) {
  return in_transaction(connection, [](Transaction& transaction) {
    return transaction.run(std::string{k_estimate_refunds})[0][0].as<std::int64_t>();
  });
}

std::vector<RefundCount> count_refunds(Connection& connection) {
  return in_transaction(connection, [](Transaction& transaction) {
    transaction.run(std::string{k_use_one_core});
    std::vector<RefundCount> counts;
    for (const auto& row : transaction.run(std::string{k_count_refunds})) {
      counts.push_back({row["source"].as<std::string>(), row["status"].as<std::string>(),
                        row["count"].as<std::int64_t>()});
    }
    return counts;
  });
}

std::map<std::string, domain::Time> last_events(Connection& connection, domain::Time since) {
  return in_transaction(connection, [&](Transaction& transaction) {
    transaction.run(std::string{k_use_one_core});
    std::map<std::string, domain::Time> times;
    for (const auto& row : transaction.run(k_find_last_events, {domain::format_rfc3339(since)})) {
      times[row["source"].as<std::string>()] =
          require(read_time(row["last"]), "webhook_events.received_at");
    }
    return times;
  });
}

}  // namespace store
