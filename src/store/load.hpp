// Locks and reads everything that a batch of deliveries may change.
#pragma once

#include <map>
#include <span>
#include <string>

#include "domain/books.hpp"
#include "store/delivery.hpp"
#include "store/transaction.hpp"

namespace store {

/// Where a refund's audit chain ends, and which version of the row was read.
struct RefundRow {
  domain::Sha256 audit_hash{};
  std::int64_t audit_length = 0;
  std::int64_t revision = 0;
};

struct KnownEvent {
  domain::Verdict verdict{};
  domain::Sha256 content_sha256{};
};

struct Loaded {
  domain::Books books;
  std::map<domain::Key, RefundRow> refund_rows;
  std::map<domain::Key, std::int64_t> charge_revisions;
  std::map<domain::Key, KnownEvent> events;
};

/// Four statements. Rows are locked in key order, charges before refunds, so that two transactions
/// never wait for each other in a circle. What does not exist yet cannot be locked: writing it
/// notices when somebody else was faster. Events are read last, when all locks are held: READ
/// COMMITTED then shows what those we waited for have written.
Loaded lock_and_load(Transaction& transaction, std::span<const Delivery> deliveries);

}  // namespace store
