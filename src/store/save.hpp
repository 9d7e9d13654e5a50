// What the books say, as rows to write: refunds, charges, orders, events with their payloads, the
// audit trail, anomalies and messages.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "store/load.hpp"
#include "store/order_import.hpp"
#include "store/writes.hpp"

namespace store {

/// What became of the delivery at the same place of the batch.
struct Outcome {
  domain::EventResult result;
  bool is_new = false;         // to be remembered in webhook_events
  bool keeps_payload = false;  // new, or a duplicate whose content differs
};

struct Batch {
  std::span<const Delivery> deliveries;
  std::span<const Outcome> outcomes;
  domain::Time now{};
};

void save_charges(Writes& writes, const Loaded& loaded);
/// Also the audit entries, whose chains end in the refunds' rows.
void save_refunds_and_audit(Writes& writes, const Loaded& loaded, const Batch& batch);
void save_events(Writes& writes, const Loaded& loaded, const Batch& batch);
/// The messages of the decisions, and the escalations of anomalies, which are written at once: only
/// those that are new are told. No statement where there are none.
void save_messages(Writes& writes, Transaction& transaction, const Loaded& loaded,
                   const Batch& batch);

using OrderImports = std::map<domain::OrderKey, OrderImport>;

/// What the refunds and charges of each touched order add up to. Returns the orders that have more
/// of them than the books hold: they are for save_larger_orders.
std::set<domain::OrderKey> save_orders(Writes& writes, const Loaded& loaded,
                                       const OrderImports& imports);
/// After everything else is written.
void save_larger_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys,
                        const Loaded& loaded, const OrderImports& imports, domain::Time now);

}  // namespace store
