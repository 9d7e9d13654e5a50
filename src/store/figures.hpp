// What the database says about the state of the service: what waits, what is dead, what is open.
//
// Read now and then by the daemon's monitor and by `refundctl status`. Several daemons on one
// database read the same. Each function works on one core of the server, and throws Failure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"
#include "store/delivery_counts.hpp"
#include "store/source_reads.hpp"

namespace store {

struct SinkFigures {
  std::string sink;  // empty: messages that were not routed yet
  std::int64_t pending = 0;
  std::int64_t dead = 0;
  std::optional<domain::Time> oldest_pending;  // when it was written
};

struct PendingRefunds {
  std::string source;
  std::int64_t count = 0;
  domain::Time oldest{};  // when it was requested
};

struct Figures {
  std::vector<SinkFigures> sinks;
  std::vector<PendingRefunds> pending_refunds;
  std::map<std::string, std::int64_t> open_anomalies;  // by kind; none: not in it
  std::vector<SourceReading> readings;                 // of the sources whose API is asked
  std::vector<DeliveryCount> deliveries;               // of their last counted day
};

/// Reads small indexes only: as much as is pending, dead or open.
Figures read_figures(Connection& connection);

struct RefundCount {
  std::string source;
  std::string status;
  std::int64_t count = 0;
};

/// About how many refunds there are, as PostgreSQL's statistics have it; 0 where they know nothing.
std::int64_t estimate_refunds(Connection& connection);

/// Reads the whole table: seconds where there are millions.
std::vector<RefundCount> count_refunds(Connection& connection);

/// When each source's newest event was received, of those received at `since` or later. Reads as
/// much of webhook_events as came since then.
std::map<std::string, domain::Time> last_events(Connection& connection, domain::Time since);

}  // namespace store
