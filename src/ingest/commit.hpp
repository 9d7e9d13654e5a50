// A batch on its way into the database: retried, halved down to the poison event, or given up
// whole.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "ingest/ingest.hpp"
#include "store/connection.hpp"
#include "store/failure.hpp"

namespace ingest {

using Clock = std::function<domain::Time()>;

struct CommitResult {
  std::vector<Outcome> outcomes;  // one for each delivery
  /// Not empty: the connection must be opened and checked again before the next batch.
  std::string connection_problem;
  /// How often each kind of failure was met on the way, those that a later attempt made good too.
  std::map<store::FailureKind, int> failures{};
};

/// Blocks. Never throws for the world's faults.
///   retry       -> again, a limited number of times, then in halves
///   exists      -> again, a limited number of times, then as rejected
///   rejected    -> in halves; a single culprit is stored as quarantined
///   in doubt or unavailable -> nothing is claimed, for this part and for all that was still to
///   come
CommitResult commit(store::Connection& connection, std::span<const store::Delivery> deliveries,
                    const Clock& clock);

/// Losing a race means that another transaction committed, so a few attempts are plenty.
inline constexpr int k_attempts_max = 8;

/// A single event has no half left to try, and is not to be called faulty because many others write
/// the same refund at once.
inline constexpr int k_attempts_alone_max = 50;

}  // namespace ingest
