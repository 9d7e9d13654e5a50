#include "store/anomalies.hpp"

#include <algorithm>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_list = R"(
SELECT anomaly_id, detected_at, kind, source, refund_id, charge_id, order_id, event_id, details,
       resolved_at, resolved_by, resolution, count(*) OVER () AS total
  FROM anomalies
 WHERE ($1::text = '' OR kind = $1::text) AND ($2::text = '' OR source = $2::text)
   AND ($3::text = '' OR refund_id = $3::text) AND ($4::text = '' OR charge_id = $4::text)
   AND ($5::boolean OR resolved_at IS NULL)
 ORDER BY detected_at DESC, anomaly_id DESC
 LIMIT $6::bigint)";

constexpr const char* k_resolve = R"(
UPDATE anomalies
   SET resolved_at = $2::timestamptz, resolved_by = $3::text, resolution = $4::text
 WHERE anomaly_id = $1::bigint AND resolved_at IS NULL)";

constexpr const char* k_find = R"(
SELECT anomaly_id, detected_at, kind, source, refund_id, charge_id, order_id, event_id, details,
       resolved_at, resolved_by, resolution
  FROM anomalies
 WHERE anomaly_id = $1::bigint)";

Anomaly read_anomaly(const pqxx::row& row) {
  Anomaly anomaly;
  anomaly.anomaly_id = row["anomaly_id"].as<std::int64_t>();
  anomaly.detected_at = require(read_time(row["detected_at"]), "anomalies.detected_at");
  anomaly.kind = row["kind"].as<std::string>();
  anomaly.source = row["source"].as<std::string>();
  anomaly.refund_id = read_text_or_empty(row["refund_id"]);
  anomaly.charge_id = read_text_or_empty(row["charge_id"]);
  anomaly.order_id = read_text_or_empty(row["order_id"]);
  anomaly.event_id = read_text_or_empty(row["event_id"]);
  anomaly.details_json = row["details"].as<std::string>();
  anomaly.resolved_at = read_time(row["resolved_at"]);
  anomaly.resolved_by = read_text_or_empty(row["resolved_by"]);
  anomaly.resolution = read_text_or_empty(row["resolution"]);
  return anomaly;
}

}  // namespace

AnomalyList list_anomalies(Connection& connection, const AnomalyFilter& filter) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto rows =
        transaction.run(k_list, {filter.kind, filter.source, filter.refund_id, filter.charge_id,
                                 filter.with_resolved ? "true" : "false",
                                 std::to_string(std::clamp(filter.limit, 1, k_anomaly_list_max))});
    AnomalyList list;
    for (const auto& row : rows) {
      list.anomalies.push_back(read_anomaly(row));
      list.total = row["total"].as<std::int64_t>();
    }
    return list;
  });
}

std::optional<Anomaly> resolve_anomaly(Connection& connection, std::int64_t anomaly_id,
                                       const Resolution& resolution) {
  return in_transaction(connection, [&](Transaction& transaction) -> std::optional<Anomaly> {
    const std::string id = std::to_string(anomaly_id);
    transaction.run(k_resolve, {id, domain::format_rfc3339(resolution.now), resolution.user,
                                resolution.reason});
    const auto rows = transaction.run(k_find, {id});
    transaction.commit();
    return rows.empty() ? std::nullopt : std::optional{read_anomaly(rows[0])};
  });
}

}  // namespace store
