// A batch on its way into the database: retried, halved down to the poison event, or given up
// whole.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ingest/ingest.hpp"
#include "store/connection.hpp"

namespace ingest {

using Clock = std::function<domain::Time()>;

struct CommitResult {
  std::vector<Outcome> outcomes;  // one for each delivery
  /// Not empty: the connection must be opened and checked again before the next batch.
  std::string connection_problem;
};

/// Blocks. Never throws for the world's faults.
///   retry       -> again, up to k_attempts_max times, then in halves
///   exists      -> again, up to k_attempts_max times, then as rejected
///   rejected    -> in halves; a single culprit is stored as quarantined
///   in doubt or unavailable -> nothing is claimed, for this part and for all that was still to
///   come
CommitResult commit(store::Connection& connection, std::span<const store::Delivery> deliveries,
                    const Clock& clock);

/// Losing a race means that another transaction committed, so a few attempts are plenty.
inline constexpr int k_attempts_max = 8;

}  // namespace ingest
