// How far the lists of each source's provider were read, by whom, and what stands in the way.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"

namespace store {

struct SourceFacts {
  std::string source;
  std::string provider;
  bool livemode = true;
  std::string time_zone;
};

/// What is configured, for views and for other programs on this database. Throws Failure; a time
/// zone that PostgreSQL does not know is Failure{rejected}.
void save_sources(Connection& connection, const std::vector<SourceFacts>& sources,
                  domain::Time now);

/// Where the source's lists begin to be unknown, once and for all: with the last event that was
/// received before `known_until`, else now. Does nothing where that is written down already. Throws
/// Failure.
void remember_source(Connection& connection, const std::string& source, domain::Time known_until,
                     domain::Time now);

/// The right to read a source's lists, for one process at a time.
struct SourcePass {
  std::string lease_token;
  /// From where on the lists are not known.
  domain::Time events_from{};
  domain::Time refunds_from{};
};

struct PassRequest {
  std::string source;
  bool is_gap = false;  // something may have been missed: closing it shows as catching_up
  bool is_due = false;  // also before its time
  std::chrono::seconds lease{300};
};

/// nullopt: it is not time yet, or somebody else has it. Precondition: remember_source. Throws
/// Failure.
std::optional<SourcePass> begin_pass(Connection& connection, const PassRequest& request,
                                     domain::Time now);

/// Goes on being ours. false: it was taken over. Throws Failure.
bool renew_pass(Connection& connection, const std::string& source, const SourcePass& pass,
                std::chrono::seconds lease, domain::Time now);

/// Everything before `until` is known. Throws Failure.
void finish_pass(Connection& connection, const std::string& source, const SourcePass& pass,
                 domain::Time until, domain::Time next_read_at, domain::Time now);

struct PassProblem {
  std::string kind;  // "authentication"
  std::string text;
  domain::Time next_read_at{};
};

/// Throws Failure.
void fail_pass(Connection& connection, const std::string& source, const PassProblem& problem);

/// Of these events of the source those that are not here. Throws Failure.
std::vector<std::string> missing_events(Connection& connection, const std::string& source,
                                        const std::vector<std::string>& event_ids);

/// One source's reading, for people and metrics.
struct SourceReading {
  std::string source;
  std::optional<domain::Time> known_until;  // the older of both lists
  std::optional<domain::Time> catching_up_since;
  std::optional<domain::Time> last_read_at;
  std::string last_error_kind;  // empty: the last reading went well
  std::string last_error;
  std::int64_t due = 0;  // refunds that are to be asked for now
};

/// Throws Failure.
std::vector<SourceReading> list_source_readings(Connection& connection);

}  // namespace store
