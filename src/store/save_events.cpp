#include "store/save.hpp"

namespace store {
namespace {

// An event that came late before and on time now is believed now.
constexpr const char* k_save_events = R"(
INSERT INTO webhook_events AS e
       (source, event_id, event_type, refund_id, charge_id, verdict, verdict_reason, evidence,
        occurred_at, received_at, body_sha256, content_sha256, remote_address)
SELECT source, event_id, event_type, refund_id, charge_id, verdict, verdict_reason, evidence,
       occurred_at, received_at, body_sha256, content_sha256, remote_address::inet
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::timestamptz[], $10::timestamptz[], $11::bytea[], $12::bytea[],
              $13::text[])
    AS n(source, event_id, event_type, refund_id, charge_id, verdict, verdict_reason, evidence,
         occurred_at, received_at, body_sha256, content_sha256, remote_address)
ON CONFLICT (source, event_id) DO UPDATE
   SET event_type = excluded.event_type, refund_id = excluded.refund_id,
       charge_id = excluded.charge_id, verdict = excluded.verdict,
       verdict_reason = excluded.verdict_reason, occurred_at = excluded.occurred_at,
       received_at = excluded.received_at, body_sha256 = excluded.body_sha256,
       content_sha256 = excluded.content_sha256, remote_address = excluded.remote_address
 WHERE e.verdict = 'late' AND excluded.verdict <> 'late')";

constexpr const char* k_save_payloads = R"(
INSERT INTO webhook_payloads (source, event_id, received_at, headers, body)
SELECT source, event_id, received_at, headers::jsonb, body
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::bytea[])
    AS n(source, event_id, received_at, headers, body))";

void add_event(Columns& columns, const Delivery& delivery, const domain::EventResult& result) {
  const domain::Event& event = delivery.event;
  columns.add_row(event.source, event.event_id, event.event_type, text_or_null(event.refund_id),
                  text_or_null(event.charge_id), to_string(result.verdict),
                  text_or_null(result.reason), to_string(event.evidence), event.occurred_at,
                  delivery.received_at, delivery.body_sha256, event.content_sha256,
                  text_or_null(delivery.remote_address));
}

void add_payload(Columns& columns, const Delivery& delivery) {
  columns.add_row(delivery.event.source, delivery.event.event_id, delivery.received_at,
                  delivery.headers_json, std::as_bytes(std::span{delivery.body}));
}

}  // namespace

void save_events(Transaction& transaction, const Batch& batch) {
  Columns payloads{5};
  // In key order, or two daemons with the same events wait for each other in a circle.
  std::map<domain::Key, std::size_t> places;
  for (std::size_t at = 0; at < batch.deliveries.size(); ++at) {
    const Delivery& delivery = batch.deliveries[at];
    if (batch.outcomes[at].is_new) {
      places.insert_or_assign({delivery.event.source, delivery.event.event_id}, at);
    }
    if (batch.outcomes[at].keeps_payload) {
      add_payload(payloads, delivery);
    }
  }
  Columns events{13};
  for (const auto& [key, at] : places) {
    add_event(events, batch.deliveries[at], batch.outcomes[at].result);
  }
  if (!events.empty()) {
    transaction.run_exactly(k_save_events, events);
  }
  if (!payloads.empty()) {
    transaction.run(k_save_payloads, payloads);
  }
}

}  // namespace store
