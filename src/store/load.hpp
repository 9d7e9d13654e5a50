// Locks and reads everything that a batch of deliveries may change.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "domain/books.hpp"
#include "domain/order.hpp"
#include "store/delivery.hpp"
#include "store/transaction.hpp"

namespace store {

/// Where a refund's audit chain ends, and which version of the row was read.
struct RefundRow {
  domain::Sha256 audit_hash{};
  std::int64_t audit_length = 0;
  std::int64_t revision = 0;  // 0: there is no row yet
};

struct KnownEvent {
  domain::Verdict verdict{};
  domain::Sha256 content_sha256{};
  bool is_stored = false;  // not only earlier in the same batch
  /// From the provider's list, which may show an event otherwise than it was sent.
  bool is_read = false;
};

struct OrderRow {
  std::int64_t revision = 0;  // 0: there is no row yet
  std::optional<domain::Money> imported_total;
  std::optional<std::string> customer_email;
  std::optional<std::string> customer_locale;
  /// How many refunds and charges name this order; nullopt: not counted.
  std::optional<int> refund_count;
  std::optional<int> charge_count;
};

struct Loaded {
  domain::Books books;
  std::map<domain::Key, RefundRow> refund_rows;
  std::map<domain::Key, std::int64_t> charge_revisions;
  std::map<domain::Key, KnownEvent> events;
  std::map<domain::OrderKey, OrderRow> orders;  // those that are there
  /// How many of an order's refunds and charges were read and cannot change any more.
  std::map<domain::OrderKey, int> refund_counts;
  std::map<domain::OrderKey, int> charge_counts;
};

/// Two round trips, one more where a refund belongs to a charge that no event names. Rows are
/// locked in key order, charges before orders, so that two transactions hardly ever wait for each
/// other in a circle (those further charges come late; PostgreSQL ends such a circle, and the batch
/// is applied again). A refund is locked with its charge. What does not exist yet cannot be locked:
/// writing it notices when somebody else was faster. Refunds, events and orders are read behind the
/// charges' locks: READ COMMITTED then shows what those we waited for have written. `imported` are
/// orders to be read beside those of the deliveries.
Loaded lock_and_load(Transaction& transaction, std::span<const Delivery> deliveries,
                     const std::set<domain::OrderKey>& imported);

}  // namespace store
