#include "store/stored_events.hpp"

#include <algorithm>

#include "store/event_rows.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Ids are looked up together with the sources, which are few, so that the primary key finds them.
constexpr Prepared k_load{"load_stored_events", R"(
SELECT e.source, e.event_id, e.event_type, e.refund_id, e.charge_id, e.verdict, e.verdict_reason,
       e.evidence, e.occurred_at, e.received_at, host(e.remote_address) AS remote_address,
       e.body_sha256, e.content_sha256, p.body
  FROM webhook_events e
  LEFT JOIN LATERAL (
       SELECT body
         FROM (SELECT body FROM webhook_payloads
                WHERE event_id = e.event_id AND source = e.source
                UNION ALL
               SELECT body FROM held_payloads
                WHERE event_id = e.event_id AND source = e.source) b
        WHERE sha256(body) = e.body_sha256
        LIMIT 1) p ON true
 WHERE e.source = ANY ($1::text[])
   AND (cardinality($2::text[]) = 0 OR e.event_id = ANY ($2::text[]))
   AND (cardinality($3::text[]) = 0 OR e.verdict = ANY ($3::text[]))
   AND ($4::text = '' OR e.event_type = $4::text)
   AND e.received_at >= $5::text::timestamptz AND e.received_at < $6::text::timestamptz
 ORDER BY e.received_at, e.source, e.event_id
 LIMIT $7::text::bigint)"};

StoredBytes read_stored(const pqxx::row& row) {
  StoredBytes stored;
  stored.event = read_event(row);
  stored.body_sha256 = read_sha256(row["body_sha256"]);
  stored.content_sha256 = read_sha256(row["content_sha256"]);
  if (!row["body"].is_null()) {
    stored.body = pqxx::binarystring{row["body"]}.str();
  }
  return stored;
}

}  // namespace

StoredEvents load_stored_events(Connection& connection, const StoredEventFilter& filter) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto limit =
        static_cast<std::size_t>(std::clamp(filter.limit, 1, k_stored_event_list_max));
    Parameters parameters;
    append(parameters, filter.sources);
    append(parameters, filter.event_ids);
    append(parameters, filter.verdicts);
    append(parameters, filter.event_type);
    append(parameters, text_of(filter.since));
    append(parameters, text_of(filter.until));
    append(parameters, std::to_string(limit + 1));
    StoredEvents stored;
    for (const auto& row : transaction.run(k_load, parameters)) {
      stored.events.push_back(read_stored(row));
    }
    stored.has_more = stored.events.size() > limit;
    if (stored.has_more) {
      stored.events.pop_back();
    }
    return stored;
  });
}

}  // namespace store
