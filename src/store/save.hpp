// Writes what the books say: refunds, charges, events with their payloads, the audit trail,
// anomalies and messages. One statement for each kind of row, whatever the size of the batch.
#pragma once

#include <span>
#include <vector>

#include "store/load.hpp"

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

/// Each throws Failure{retry} when another transaction was faster with a row that was not there to
/// be locked.
void save_charges(Transaction& transaction, const Loaded& loaded, const Batch& batch);
/// Also writes the audit entries, whose chains end in the refunds' rows.
void save_refunds_and_audit(Transaction& transaction, const Loaded& loaded, const Batch& batch);
void save_events(Transaction& transaction, const Batch& batch);
/// Anomalies that are new, their escalations, and the messages of the decisions.
void save_messages(Transaction& transaction, const Loaded& loaded, const Batch& batch);

}  // namespace store
