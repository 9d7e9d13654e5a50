// The bytes of old webhooks go; the events, which are the proof against duplicates, and the ledger
// stay. Whole months are dropped, which costs nothing and leaves no bloat.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "store/decider.hpp"

namespace store {

struct PrunedTable {
  std::string table;
  std::int64_t dropped = 0;  // payloads
  std::int64_t kept = 0;     // payloads under a legal hold: they are in held_payloads afterwards
  std::int64_t bytes = 0;    // of the disk, which comes back with a dropped month
};

struct PruneRequest {
  domain::Time before{};
  Decider decider;
  /// Otherwise only what would be done.
  bool apply = false;
};

/// The months that end at or before `before`; of webhook_payloads_default and of held_payloads
/// (what no hold keeps any more) the rows before it. Tables with nothing to do are left out. One
/// transaction for each table, so that a call that was cut off is simply made again. Dropping waits
/// at most 2 s for the daemon's transactions, which wait behind it so long. Throws Failure.
std::vector<PrunedTable> prune_payloads(Connection& connection, const PruneRequest& request);

}  // namespace store
