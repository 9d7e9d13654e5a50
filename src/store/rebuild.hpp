// State is a function of evidence: every stored event is folded again, by the very code that folded
// it first, and what comes out is compared with what stands in the tables.
//
//   Rebuild rebuild{connection, source, now};
//   for (auto batch = rebuild.next(); !batch.empty(); batch = rebuild.next())
//     rebuild.fold(what the caller decodes of the batch), rebuild.set_aside(what it cannot)
//   rebuild.compare()
//
// The second set of tables is temporary: PostgreSQL drops it with the session, however that ends,
// and nobody else sees it. What was stored is copied at the beginning, under one snapshot, so that
// what arrives later does not show.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/refund.hpp"
#include "store/connection.hpp"
#include "store/delivery.hpp"

namespace store {

/// An event that may have taken effect, with the bytes that it was known by.
struct StoredEvidence {
  std::int64_t ordinal = 0;  // the order of folding, from 1
  std::string source;
  std::string event_id;
  std::string event_type;
  std::string charge_id;  // empty: it names none
  domain::Verdict verdict{};
  domain::Evidence evidence{};
  domain::Time occurred_at{};
  domain::Time received_at{};
  std::string headers_json;
  std::string body;
};

/// One column of one row that is not what the evidence says.
struct RebuildDifference {
  std::string table;
  std::string source;  // empty: an order
  std::string key;
  std::string column;                 // "(row)": one of the two sides has no such row
  std::optional<std::string> stored;  // nullopt, as below: NULL
  std::optional<std::string> folded;
};

/// How many rows of each table.
struct RebuildCount {
  std::int64_t refunds = 0;
  std::int64_t charges = 0;
  std::int64_t orders = 0;
};

struct RebuildReport {
  std::int64_t event_count = 0;       // that were folded
  std::int64_t gone_count = 0;        // events whose bytes were pruned or erased
  std::int64_t unreadable_count = 0;  // events that the caller set aside
  RebuildCount compared;
  RebuildCount not_verifiable;  // rows that depend on an event which is gone or unreadable
  std::vector<RebuildDifference> differences;
};

class Rebuild {
 public:
  /// `connection` is used for nothing else from here on: its tables are the temporary ones.
  /// `source` empty: all of them; otherwise orders are not compared, because they may have refunds
  /// of several sources. Throws Failure, as all members do. Blocks.
  Rebuild(Connection& connection, const std::string& source, domain::Time now);

  /// The next events; empty at the end. Those whose bytes are gone or altered are noted and not
  /// among them; bytes that neither a pruning nor an erasure took are a difference.
  std::vector<StoredEvidence> next();
  void fold(std::span<const Delivery> deliveries);
  /// What depends on this event cannot be verified.
  void set_aside(const StoredEvidence& evidence);

  /// Once, after the last event.
  RebuildReport compare();

 private:
  void take_imported_totals();

  Connection& connection_;
  bool with_orders_;
  domain::Time now_;
  std::int64_t event_count_ = 0;
  std::int64_t last_ordinal_ = 0;
};

}  // namespace store
