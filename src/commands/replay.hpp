// A number of stored events taken in again, in the order of their receipt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/replayed_event.hpp"
#include "domain/refund.hpp"
#include "store/connection.hpp"

namespace commands {

struct ReplayStep {
  store::StoredEvent then;
  bool takes_effect = false;  // else it stays as it was
  std::string now;            // its verdict
  std::string why;            // for a person; may be empty
  /// What it says about a refund; nullopt: nothing, or there is no such refund.
  std::optional<domain::Refund> before;
  std::optional<domain::Refund> after;
};

struct ReplayResult {
  std::vector<ReplayStep> steps;  // one for each event
  std::string failure;            // not empty: why not all of them could be committed
};

/// Rolled back: nothing is changed. In parts of some hundred events, each rehearsed from what
/// stands in the tables. Throws store::Failure.
ReplayResult rehearse(store::Connection& connection, const std::vector<store::StoredBytes>& events,
                      std::span<const providers::Source> sources, const Replayer& replayer);

/// Committed, by the same code as everything else. Throws store::Failure.
ReplayResult replay(store::Connection& connection, const std::vector<store::StoredBytes>& events,
                    std::span<const providers::Source> sources, const Replayer& replayer);

}  // namespace commands
