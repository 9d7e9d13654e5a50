// The anomalies in the hands of an operator: what should not be and was found, and that somebody
// has dealt with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

struct AnomalyFilter {
  std::string kind;  // of this and the next three: empty fits all
  std::string source;
  std::string refund_id;
  std::string charge_id;
  bool with_resolved = false;
  int limit = 50;
};

inline constexpr int k_anomaly_list_max = 10000;

struct Anomaly {
  std::int64_t anomaly_id = 0;
  domain::Time detected_at{};
  std::string kind;
  std::string source;
  std::string refund_id;  // empty, as the others are: it is not about one
  std::string charge_id;
  std::string order_id;
  std::string event_id;
  std::string details_json;  // an object
  std::optional<domain::Time> resolved_at;
  std::string resolved_by;
  std::string resolution;
};

struct AnomalyList {
  std::vector<Anomaly> anomalies;  // the newest first
  std::int64_t total = 0;          // that fit, also beyond the limit
};

/// Throws Failure.
AnomalyList list_anomalies(Connection& connection, const AnomalyFilter& filter);

struct Resolution {
  std::string user;
  std::string reason;
  domain::Time now{};
};

/// Resolves one that is open; the same sighting does not open it again. The anomaly as it is now,
/// whoever resolved it; nullopt: there is none. Throws Failure.
std::optional<Anomaly> resolve_anomaly(Connection& connection, std::int64_t anomaly_id,
                                       const Resolution& resolution);

}  // namespace store
