#include "store/apply.hpp"

#include "store/load.hpp"
#include "store/save.hpp"

namespace store {
namespace {

// Whether an event that is known may still take effect: it came late before, and on time now.
bool is_redeemed(const KnownEvent& known, const domain::Event& event) {
  return known.verdict == domain::Verdict::late && event.disposition != domain::Disposition::late;
}

Outcome take_in(Loaded& loaded, const Delivery& delivery) {
  const domain::Event& event = delivery.event;
  const domain::SourcePolicy policy{delivery.limits, delivery.has_test_recipient};
  const domain::Key key{event.source, event.event_id};
  const auto known = loaded.events.find(key);
  if (known != loaded.events.end() && !is_redeemed(known->second, event)) {
    const bool conflicting = known->second.content_sha256 != event.content_sha256;
    loaded.books.note_duplicate(event, policy, conflicting);
    return {{domain::Verdict::duplicate, ""}, /*is_new=*/false, /*keeps_payload=*/conflicting};
  }
  Outcome outcome{loaded.books.apply(event, policy), /*is_new=*/true, /*keeps_payload=*/true};
  loaded.events[key] = {outcome.result.verdict, event.content_sha256};
  return outcome;
}

std::set<domain::OrderKey> orders_to_save(const domain::Books& books,
                                          const std::map<domain::OrderKey, OrderImport>& imports) {
  auto keys = books.touched_orders();
  for (const auto& [key, import] : imports) {
    keys.insert(key);
  }
  return keys;
}

}  // namespace

Applied apply_batch(Connection& connection, std::span<const Delivery> deliveries,
                    domain::Time now) {
  return apply_import(connection, deliveries, {}, now);
}

Applied apply_import(Connection& connection, std::span<const Delivery> deliveries,
                     const std::map<domain::OrderKey, OrderImport>& imports, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Loaded loaded = lock_and_load(transaction, deliveries);
    std::vector<Outcome> outcomes;
    Applied applied;
    for (const Delivery& delivery : deliveries) {
      outcomes.push_back(take_in(loaded, delivery));
      applied.verdicts.push_back(outcomes.back().result.verdict);
    }
    loaded.books.examine_touched();

    const Batch batch{deliveries, outcomes, now};
    save_charges(transaction, loaded, batch);
    save_refunds_and_audit(transaction, loaded, batch);
    save_orders(transaction, orders_to_save(loaded.books, imports), imports, now);
    save_events(transaction, batch);
    save_messages(transaction, loaded, batch);
    applied.statement_count = transaction.statement_count();
    transaction.commit();
    return applied;
  });
}

}  // namespace store
