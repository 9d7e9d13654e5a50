// Which days a daily run has to look at: yesterday, and what earlier runs left.
#pragma once

#include <string>

#include "store/connection.hpp"
#include "store/local_days.hpp"

namespace store {

/// A run looks back so far, and closes so many days.
inline constexpr std::chrono::days k_due_days_max{31};

struct DueRequest {
  std::string source;
  std::string time_zone;
  Day yesterday{};
  bool is_closing = false;
};

struct DueDays {
  Days compare{};
  Day close_from{};  // to compare.last; only where days are to be closed
};

/// The days to compare by the API's list. They begin with the oldest day that still has an open
/// `timing` item or a run up to yesterday that was interrupted; where days are to be closed, with
/// the first that is not, and then they end earlier than yesterday if these are too many for one
/// run. Blocks; throws Failure.
DueDays due_days(Connection& connection, const DueRequest& request);

}  // namespace store
