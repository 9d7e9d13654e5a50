// The days of the ledger: closed once, and the same ever after.
//
//   day 1 ──day_sha256──► day 2 ──day_sha256──► day 3 …      each hash covers the one before it
//
// A day's audit entries are those that occurred before its end and that no earlier day has; what is
// written after the close belongs to the next day, which names the day that it refers back to. The
// first day that is closed has all that was before it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "store/local_days.hpp"

namespace store {

/// What moved into a status on the day, and what moved out of it: the lines of finance_ledger. A
/// refund whose amount changes leaves with the old one and enters with the new.
struct DayTotal {
  std::string currency;  // empty: of refunds whose amount is not known
  std::string status;
  std::int64_t entered_count = 0;
  std::string entered_minor;  // a whole number: sums may be beyond 64 bits
  std::int64_t left_count = 0;
  std::string left_minor;
};

struct LateFact {
  std::int64_t audit_id = 0;
  std::string refund_id;
  Day refers_to{};  // a day that is closed

  friend bool operator==(const LateFact&, const LateFact&) = default;
};

struct LedgerDay {
  std::string source;
  Day day{};
  Span span;
  std::int64_t audit_to = 0;
  std::int64_t entry_count = 0;
  std::string audit_sha256;  // of this and the other two: hexadecimal
  std::int64_t exception_count = 0;
  domain::Time closed_at{};
  std::string closed_by;
  std::string previous_sha256;  // empty: the first day that was closed
  std::string day_sha256;
  std::vector<DayTotal> totals;  // in the order of currency and status
  std::vector<LateFact> late_facts;
};

struct CloseRequest {
  std::string source;
  std::string time_zone;
  Day day{};
  std::string user;
  domain::Time now{};
};

enum class CloseState {
  closed,
  closed_before,  // and the entries are still those of then
  refused,        // see `reason`
};

struct CloseResult {
  CloseState state = CloseState::refused;
  LedgerDay day;       // not where it is refused
  std::string reason;  // a sentence: the day is not over, …
};

/// Closes the day, or checks the one that was closed before against the audit entries of now; that
/// they differ is a refusal too. Waits for those who write audit entries. Blocks; throws Failure.
/// Precondition: the session holds the source (begin_run).
CloseResult close_day(Connection& connection, const CloseRequest& request);

}  // namespace store
