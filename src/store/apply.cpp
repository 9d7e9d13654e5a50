#include "store/apply.hpp"

#include "store/load.hpp"
#include "store/save.hpp"

namespace store {
namespace {

bool was_set_aside(domain::Verdict verdict) {
  return verdict == domain::Verdict::late || verdict == domain::Verdict::quarantined ||
         verdict == domain::Verdict::unsupported;
}

// A refund's status that is not known would be set aside again.
bool is_understood(const domain::Event& event) {
  return event.disposition == domain::Disposition::apply &&
         !(event.refund && !event.refund->status);
}

// Whether an event that is known may still take effect: it came late before, and on time now; or a
// person has it taken in again.
bool is_redeemed(const KnownEvent& known, const Delivery& delivery) {
  const domain::Event& event = delivery.event;
  if (delivery.replay) {
    return was_set_aside(known.verdict) && is_understood(event) &&
           known.content_sha256 == event.content_sha256;
  }
  return known.verdict == domain::Verdict::late && event.disposition != domain::Disposition::late;
}

Outcome take_in(Loaded& loaded, const Delivery& delivery) {
  const domain::Event& event = delivery.event;
  const domain::SourcePolicy policy{delivery.limits, delivery.has_test_recipient};
  const domain::Key key{event.source, event.event_id};
  const auto known = loaded.events.find(key);
  if (known != loaded.events.end() && !is_redeemed(known->second, delivery)) {
    const bool is_read = known->second.is_read || event.evidence == domain::Evidence::api_read;
    const bool conflicting = !is_read && known->second.content_sha256 != event.content_sha256;
    loaded.books.note_duplicate(event, policy, conflicting);
    return {{domain::Verdict::duplicate, ""}, /*is_new=*/false, /*keeps_payload=*/conflicting};
  }
  Outcome outcome{loaded.books.apply(event, policy), /*is_new=*/true,
                  /*keeps_payload=*/!delivery.replay};
  const bool is_stored = known != loaded.events.end() && known->second.is_stored;
  loaded.events[key] = {outcome.result.verdict, event.content_sha256, is_stored,
                        event.evidence == domain::Evidence::api_read};
  return outcome;
}

std::optional<domain::Refund> refund_named_by(const Delivery& delivery, const Loaded& loaded) {
  const auto& refunds = loaded.books.refunds();
  const auto found = refunds.find({delivery.event.source, delivery.event.refund_id});
  return found == refunds.end() ? std::nullopt : std::optional{found->second};
}

std::set<domain::OrderKey> keys_of(const OrderImports& imports) {
  std::set<domain::OrderKey> keys;
  for (const auto& [key, import] : imports) {
    keys.insert(key);
  }
  return keys;
}

void save(Transaction& transaction, const Loaded& loaded, const OrderImports& imports,
          const Batch& batch) {
  Writes writes;
  save_charges(writes, loaded);
  save_refunds_and_audit(writes, loaded, batch);
  save_events(writes, loaded, batch);
  save_messages(writes, transaction, loaded, batch);
  const auto larger_orders = save_orders(writes, loaded, imports);
  writes.run(transaction, batch.now);
  save_larger_orders(transaction, larger_orders, loaded, imports, batch.now);
}

}  // namespace

Applied apply_batch(Connection& connection, std::span<const Delivery> deliveries,
                    domain::Time now) {
  return apply_import(connection, deliveries, {}, now);
}

Applied apply_import(Connection& connection, std::span<const Delivery> deliveries,
                     const OrderImports& imports, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Loaded loaded = lock_and_load(transaction, deliveries, keys_of(imports));
    std::vector<Outcome> outcomes;
    Applied applied;
    for (const Delivery& delivery : deliveries) {
      outcomes.push_back(take_in(loaded, delivery));
      applied.verdicts.push_back(outcomes.back().result.verdict);
    }
    loaded.books.examine_touched();
    save(transaction, loaded, imports, {deliveries, outcomes, now});
    applied.statement_count = transaction.statement_count();
    transaction.commit();
    return applied;
  });
}

std::vector<Rehearsed> rehearse_batch(Connection& connection, std::span<const Delivery> deliveries,
                                      domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Loaded loaded = lock_and_load(transaction, deliveries, {});
    std::vector<Outcome> outcomes;
    std::vector<Rehearsed> rehearsed;
    for (const Delivery& delivery : deliveries) {
      auto before = refund_named_by(delivery, loaded);
      outcomes.push_back(take_in(loaded, delivery));
      rehearsed.push_back(
          {outcomes.back().result, std::move(before), refund_named_by(delivery, loaded)});
    }
    loaded.books.examine_touched();
    // Written too, so that what PostgreSQL would refuse shows; it is never committed.
    save(transaction, loaded, {}, {deliveries, outcomes, now});
    return rehearsed;
  });
}

}  // namespace store
