// How the service is, in sentences: made of what the daemons and the database say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/figures.hpp"

namespace commands {

/// A source as one daemon, or all of them together, have seen it.
struct SourceStatus {
  std::string name;
  std::optional<domain::Time> last_good;
  std::int64_t rejected_in_hour = 0;
  std::optional<domain::Time> last_rejected;
  std::string last_rejection;  // the newest one's reason: "wrong_signature"
};

struct DaemonStatus {
  std::string address;  // of its admin listener
  std::string problem;  // why it did not answer; empty: it did
  std::string version;
  domain::Time started_at{};
  bool ready = false;
  std::string reason;  // why it is not ready
  std::int64_t queue_events = 0;
  std::optional<domain::Time> certificate_ends_at;  // nullopt: no TLS there
  std::vector<SourceStatus> sources;
};

struct DatabaseStatus {
  std::string problem;  // why it could not be read; empty: it was
  store::Figures figures;
  std::map<std::string, domain::Time> last_events;  // by source
};

struct StatusFacts {
  std::vector<DaemonStatus> daemons;
  DatabaseStatus database;
  std::vector<std::string> source_names;  // as configured
  domain::Time now{};
};

struct StatusReport {
  std::vector<std::string> sentences;
  /// What a person must do something about, most pressing first; empty: all is well.
  std::vector<std::string> needs;
};

/// Days before the end of a certificate from which on a person must act.
inline constexpr int k_certificate_days_min = 14;

/// What is known of each source, the daemons' and the database's knowledge together.
std::vector<SourceStatus> sources_of(const StatusFacts& facts);

/// Pure.
StatusReport report_status(const StatusFacts& facts);

/// "40 s", "2 min", "3 h", "5 days": rounded down, for people.
std::string duration_text(std::chrono::microseconds duration);

}  // namespace commands
