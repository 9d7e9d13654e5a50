#include "store/events.hpp"

#include <algorithm>

#include "store/event_rows.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Planned with its values, so that a filter that fits everything costs nothing: the times have an
// index that finds their blocks, and refund_id one of its own.
constexpr const char* k_list = R"(
SELECT source, event_id, event_type, refund_id, charge_id, verdict, verdict_reason, evidence,
       occurred_at, received_at, host(remote_address) AS remote_address
  FROM webhook_events
 WHERE ($1::text = '' OR source = $1::text) AND ($2::text = '' OR verdict = $2::text)
   AND ($3::text = '' OR refund_id = $3::text)
   AND received_at >= $4::timestamptz AND received_at < $5::timestamptz
 ORDER BY received_at DESC, source, event_id
 LIMIT $6::bigint)";

constexpr const char* k_find_event = R"(
SELECT source, event_id, event_type, refund_id, charge_id, verdict, verdict_reason, evidence,
       occurred_at, received_at, host(remote_address) AS remote_address
  FROM webhook_events
 WHERE event_id = $1::text AND ($2::text = '' OR source = $2::text)
 ORDER BY source)";

constexpr const char* k_find_payloads = R"(
SELECT received_at, headers, body
  FROM webhook_payloads
 WHERE event_id = $1::text AND source = $2::text
 UNION ALL
SELECT received_at, headers, body
  FROM held_payloads
 WHERE event_id = $1::text AND source = $2::text
 ORDER BY received_at)";

Payload read_payload(const pqxx::row& row) {
  const pqxx::binarystring body{row["body"]};
  return {require(read_time(row["received_at"]), "webhook_payloads.received_at"),
          row["headers"].as<std::string>(), body.str()};
}

}  // namespace

EventList list_events(Connection& connection, const EventFilter& filter) {
  return in_transaction(connection, [&](Transaction& transaction) {
    const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, k_event_list_max));
    EventList list;
    for (const auto& row : transaction.run(
             k_list, {filter.source, filter.verdict, filter.refund_id, text_of(filter.since),
                      text_of(filter.until), std::to_string(limit + 1)})) {
      list.events.push_back(read_event(row));
    }
    list.has_more = list.events.size() > limit;
    list.events.resize(std::min(list.events.size(), limit));
    return list;
  });
}

std::vector<EventWithPayloads> find_event(Connection& connection, const std::string& event_id,
                                          const std::string& source) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<EventWithPayloads> found;
    for (const auto& row : transaction.run(k_find_event, {event_id, source})) {
      found.push_back({read_event(row), {}});
    }
    for (EventWithPayloads& one : found) {
      for (const auto& row : transaction.run(k_find_payloads, {event_id, one.event.source})) {
        one.payloads.push_back(read_payload(row));
      }
    }
    return found;
  });
}

}  // namespace store
