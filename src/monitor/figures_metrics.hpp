// Figures from the database as metrics. Pure.
#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/figures.hpp"

namespace monitor {

/// What was read from the database, piece by piece: each is the newest that could be read.
struct Snapshot {
  store::Figures figures;
  std::vector<store::RefundCount> refunds;
  std::map<std::string, domain::Time> last_events;  // by source, of the last 30 days
  /// When all of the figures were read; at first, when the process began to try.
  std::chrono::steady_clock::time_point read_at{};
};

/// Ages are counted until `now`.
std::vector<prometheus::MetricFamily> figures_metrics(const Snapshot& snapshot, domain::Time now);

/// The age of what was seen last, in the database and by this process: the later counts. Only of
/// the sources that `here` has: others are no longer configured.
prometheus::MetricFamily silence_metric(
    const std::map<std::string, domain::Time>& in_database,
    const std::map<std::string, std::optional<domain::Time>>& here, domain::Time now);

/// One gauge without labels.
prometheus::MetricFamily gauge_metric(std::string name, std::string help, double value);

}  // namespace monitor
