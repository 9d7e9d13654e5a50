#include "store/load.hpp"

#include <set>

#include "store/report_keys.hpp"
#include "store/rows.hpp"

namespace store {
namespace {

// Which charges the refunds of the batch belong to so far: they are locked before the refunds.
constexpr const char* k_find_charges = R"(
SELECT r.source, r.charge_id
  FROM unnest($1::text[], $2::text[]) AS k(source, refund_id)
  JOIN refunds r USING (source, refund_id)
 WHERE r.charge_id IS NOT NULL)";

constexpr const char* k_lock_charges = R"(
SELECT c.source, c.charge_id, c.livemode, c.order_id, c.status, c.amount_minor, c.currency,
       c.payment_method, c.charged_at, c.report_keys, c.revision
  FROM unnest($1::text[], $2::text[]) AS k(source, charge_id)
  JOIN charges c USING (source, charge_id)
 ORDER BY c.source, c.charge_id
   FOR UPDATE OF c)";

// The refunds of the batch, and all others of its charges: sums and orders depend on them.
constexpr const char* k_lock_refunds = R"(
WITH wanted AS (
  SELECT source, refund_id FROM unnest($1::text[], $2::text[]) AS k(source, refund_id)
   UNION
  SELECT r.source, r.refund_id
    FROM unnest($3::text[], $4::text[]) AS k(source, charge_id)
    JOIN refunds r USING (source, charge_id))
SELECT r.source, r.refund_id, r.livemode, r.charge_id, r.order_id, r.reported_order_id, r.status,
       r.action_required, r.voided, r.provider_status, r.amount_minor, r.currency, r.reason,
       r.failure_code, r.failure_message, r.metadata, r.evidence, r.occurred_at, r.requested_at,
       r.last_event_id, r.episode, r.report_keys, r.audit_hash, r.audit_length, r.revision
  FROM wanted
  JOIN refunds r USING (source, refund_id)
 ORDER BY r.source, r.refund_id
   FOR UPDATE OF r)";

constexpr const char* k_find_events = R"(
SELECT e.source, e.event_id, e.verdict, e.content_sha256
  FROM unnest($1::text[], $2::text[]) AS k(source, event_id)
  JOIN webhook_events e USING (source, event_id))";

using Keys = std::set<domain::Key>;

Columns columns_of(const Keys& keys) {
  Columns columns{2};
  for (const auto& [source, id] : keys) {
    columns.add_row(source, id);
  }
  return columns;
}

std::vector<std::string> parameters_of(const Keys& first, const Keys& second) {
  auto parameters = columns_of(first).literals();
  for (auto& literal : columns_of(second).literals()) {
    parameters.push_back(std::move(literal));
  }
  return parameters;
}

struct Wanted {
  Keys events;
  Keys refunds;
  Keys charges;
};

Wanted wanted_by(std::span<const Delivery> deliveries) {
  Wanted wanted;
  for (const Delivery& delivery : deliveries) {
    const domain::Event& event = delivery.event;
    wanted.events.insert({event.source, event.event_id});
    if (!event.refund_id.empty()) {
      wanted.refunds.insert({event.source, event.refund_id});
    }
    if (!event.charge_id.empty()) {
      wanted.charges.insert({event.source, event.charge_id});
    }
  }
  return wanted;
}

void load_charges(Transaction& transaction, Wanted& wanted, Loaded& loaded) {
  for (const auto& row : transaction.run(k_find_charges, columns_of(wanted.refunds))) {
    wanted.charges.insert({row[0].as<std::string>(), row[1].as<std::string>()});
  }
  for (const auto& row : transaction.run(k_lock_charges, columns_of(wanted.charges))) {
    domain::Charge charge = read_charge(row);
    loaded.charge_revisions[{charge.source, charge.charge_id}] = row["revision"].as<std::int64_t>();
    loaded.books.put(std::move(charge));
  }
}

void load_refunds(Transaction& transaction, const Wanted& wanted, Loaded& loaded) {
  for (const auto& row :
       transaction.run(k_lock_refunds, parameters_of(wanted.refunds, wanted.charges))) {
    domain::Refund refund = read_refund(row);
    if (refund.charge_id.value &&
        wanted.charges.count({refund.source, *refund.charge_id.value}) == 0) {
      throw Failure{FailureKind::retry, "a refund moved to another charge meanwhile",
                    /*connection_lost=*/false};
    }
    loaded.refund_rows[{refund.source, refund.refund_id}] = {read_sha256(row["audit_hash"]),
                                                             row["audit_length"].as<std::int64_t>(),
                                                             row["revision"].as<std::int64_t>()};
    loaded.books.put(std::move(refund));
  }
}

void load_events(Transaction& transaction, const Wanted& wanted, Loaded& loaded) {
  for (const auto& row : transaction.run(k_find_events, columns_of(wanted.events))) {
    const auto verdict = domain::parse_verdict(row[2].as<std::string>());
    loaded.events[{row[0].as<std::string>(), row[1].as<std::string>()}] = {
        require(verdict, "webhook_events.verdict"), read_sha256(row[3])};
  }
}

}  // namespace

Loaded lock_and_load(Transaction& transaction, std::span<const Delivery> deliveries) {
  Loaded loaded;
  Wanted wanted = wanted_by(deliveries);
  load_charges(transaction, wanted, loaded);
  load_refunds(transaction, wanted, loaded);
  load_events(transaction, wanted, loaded);
  return loaded;
}

}  // namespace store
