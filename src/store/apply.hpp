// A batch of deliveries becomes committed state: one transaction, a fixed number of statements.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "domain/books.hpp"
#include "store/connection.hpp"
#include "store/delivery.hpp"
#include "store/order_import.hpp"

namespace store {

/// The most statements that one batch takes between BEGIN and COMMIT, whatever its size.
inline constexpr int k_statements_per_batch_max = 15;

struct Applied {
  std::vector<domain::Verdict> verdicts;  // one for each delivery
  int statement_count = 0;
};

/// Commits all or nothing, and returns only after the commit. Deliveries take effect in their
/// order; an event that is already known, or stands twice in the batch, is a duplicate. Throws
/// Failure. Blocks. `now` is what is recorded as the time of writing.
Applied apply_batch(Connection& connection, std::span<const Delivery> deliveries, domain::Time now);

/// The same for what the merchant says about orders; `imports` are for orders that the deliveries'
/// charge reports name.
Applied apply_import(Connection& connection, std::span<const Delivery> deliveries,
                     const std::map<domain::OrderKey, OrderImport>& imports, domain::Time now);

/// What became of one delivery, and of the refund that it names, by it alone.
struct Rehearsed {
  domain::EventResult result;
  std::optional<domain::Refund> before;  // nullopt, as for `after`: there is no such refund
  std::optional<domain::Refund> after;
};

/// The same as apply_batch, rolled back at the end: one for each delivery, nothing changed. Throws
/// Failure. Blocks, and holds the refunds' locks while it runs.
std::vector<Rehearsed> rehearse_batch(Connection& connection, std::span<const Delivery> deliveries,
                                      domain::Time now);

}  // namespace store
