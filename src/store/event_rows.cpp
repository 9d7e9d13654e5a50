#include "store/event_rows.hpp"

#include "store/rows.hpp"

namespace store {

StoredEvent read_event(const pqxx::row& row) {
  StoredEvent event;
  event.source = row["source"].as<std::string>();
  event.event_id = row["event_id"].as<std::string>();
  event.event_type = row["event_type"].as<std::string>();
  event.refund_id = read_text_or_empty(row["refund_id"]);
  event.charge_id = read_text_or_empty(row["charge_id"]);
  event.verdict = row["verdict"].as<std::string>();
  event.verdict_reason = read_text_or_empty(row["verdict_reason"]);
  event.evidence = row["evidence"].as<std::string>();
  event.occurred_at = require(read_time(row["occurred_at"]), "webhook_events.occurred_at");
  event.received_at = require(read_time(row["received_at"]), "webhook_events.received_at");
  event.remote_address = read_text_or_empty(row["remote_address"]);
  return event;
}

std::string text_of(domain::Time time) {
  return time == domain::Time::max() ? "infinity" : domain::format_rfc3339(time);
}

}  // namespace store
