#include "store/save.hpp"

namespace store {
namespace {

constexpr Field k_event_fields[] = {
    {"source", Type::text, Role::key},
    {"event_id", Type::text, Role::key},
    {"event_type", Type::text},
    {"refund_id", Type::text},
    {"charge_id", Type::text},
    {"verdict", Type::text},
    {"verdict_reason", Type::text},
    {"evidence", Type::text, Role::initial},
    {"occurred_at", Type::timestamptz},
    {"received_at", Type::timestamptz},
    {"body_sha256", Type::bytea},
    {"content_sha256", Type::bytea},
    {"remote_address", Type::text, Role::value, "::inet"},
};

// An event that came late before and on time now is believed now.
constexpr Table k_events{"webhook_events", "ev", k_event_fields, "t.verdict = 'late'"};

// What was set aside and is taken in again because somebody wants it: once it has taken effect, it
// is not touched any more, whoever else replays it at the same time.
constexpr Table k_replayed_events{"webhook_events", "er", k_event_fields,
                                  "t.verdict IN ('late', 'quarantined', 'unsupported')"};

constexpr Field k_payload_fields[] = {
    {"source", Type::text},   {"event_id", Type::text}, {"received_at", Type::timestamptz},
    {"headers", Type::jsonb}, {"body", Type::bytea},
};

constexpr Table k_payloads{"webhook_payloads", "pl", k_payload_fields};

void add_event(Rows& rows, const Delivery& delivery, const domain::EventResult& result) {
  const domain::Event& event = delivery.event;
  rows.add_row(event.source, event.event_id, event.event_type, text_or_null(event.refund_id),
               text_or_null(event.charge_id), to_string(result.verdict),
               text_or_null(result.reason), to_string(event.evidence), event.occurred_at,
               delivery.received_at, delivery.body_sha256, event.content_sha256,
               text_or_null(delivery.remote_address));
}

void add_payload(Rows& rows, const Delivery& delivery) {
  rows.add_row(delivery.event.source, delivery.event.event_id, delivery.received_at,
               delivery.headers_json, std::as_bytes(std::span{delivery.body}));
}

}  // namespace

void save_events(Writes& writes, const Loaded& loaded, const Batch& batch) {
  Rows payloads{k_payloads};
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
  Rows added{k_events};
  Rows redeemed{k_events};
  Rows replayed{k_replayed_events};
  for (const auto& [key, at] : places) {
    const Delivery& delivery = batch.deliveries[at];
    Rows& known = delivery.replay ? replayed : redeemed;
    add_event(loaded.events.at(key).is_stored ? known : added, delivery, batch.outcomes[at].result);
  }
  writes.insert(std::move(added));
  writes.update(std::move(redeemed));
  writes.update(std::move(replayed));
  writes.insert(std::move(payloads));
}

}  // namespace store
