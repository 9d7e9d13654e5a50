// What every reading of one source works with. On that source's thread.
#pragma once

#include <functional>
#include <stdexcept>
#include <vector>

#include "ingest/commit.hpp"
#include "providers/api_client.hpp"
#include "providers/read_event.hpp"
#include "reads/reads_metrics.hpp"
#include "reads/schedule.hpp"
#include "store/connection.hpp"

namespace reads {

struct ReadContext {
  const providers::Source& source;
  const ReadPolicy& policy;
  providers::ApiClient& client;
  store::Connection& connection;
  ReadsMetrics& metrics;
  const ingest::Clock& clock;
  /// There may be something to tell.
  const std::function<void()>& committed;
};

/// The provider cannot be asked now: as a whole, or only for its lists.
struct ProviderAway : std::runtime_error {
  explicit ProviderAway(providers::ApiError failure)
      : std::runtime_error{failure.text}, error{std::move(failure)} {}
  providers::ApiError error;
  bool only_lists = false;
};

/// What was read, as the ingest takes it.
store::Delivery delivery_of(const providers::Source& source, providers::ReadEvent read,
                            domain::Time now);

/// Stores and applies what was read as if it had been sent; returns after the commit. Throws
/// store::Failure where it was not committed.
std::vector<domain::Verdict> take_in(const ReadContext& context,
                                     std::vector<providers::ReadEvent> reads);

}  // namespace reads
