// Runs of the reconciliation and the differences that they found.
//
//               begin_run              settle_page, page by page           finish_run
//   nothing ──────────────► running ──────────────────────────► running ─────────────► done
//                              ▲                                   │
//                              └── begin_run: same days, basis ────┘ interrupted
//
//   found ──► open ──┬── a later run does not find it, or it was recovered ──► resolved
//                    └── a person ──────────────────────────────────────────► accepted
//
// What was accepted is not opened again while it stays the same. A run sees and touches only items
// of its own basis, the API's list or statements. Every function blocks and throws Failure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/event.hpp"
#include "domain/reconcile.hpp"
#include "store/connection.hpp"
#include "store/local_days.hpp"

namespace store {

struct RunRequest {
  std::string source;
  Days days{};
  std::optional<domain::Sha256> statement_sha256;  // nullopt: the API's list
  std::string user;
  domain::Time now{};
};

struct Run {
  std::int64_t run_id = 0;
  std::string source;
  Days days{};
  bool is_statement = false;
  bool is_continued = false;
  domain::Time started_at{};
  std::optional<domain::Time> finished_at;
  std::int64_t seen_count = 0;  // of the provider's refunds that belong to the days
  std::int64_t matched_count = 0;
  std::int64_t recovered_count = 0;
  std::int64_t exception_count = 0;
  std::int64_t timing_count = 0;
};

/// Goes on with the run that was interrupted, else begins one. The session holds the source until
/// it ends: Failure{unavailable} where another one holds it.
Run begin_run(Connection& connection, const RunRequest& request);

struct PageRefund {
  bool is_seen = false;  // by this run: nothing is left to do
  std::optional<domain::BookedRefund> booked;
  std::string last_event_id;  // that moved its state; empty: not known here
};

/// What stands here of the refunds of a page; one entry for each id.
std::map<std::string, PageRefund> look_up(Connection& connection, const Run& run,
                                          std::span<const std::string> refund_ids);

struct FoundItem {
  std::string refund_id;
  domain::Difference difference;
  std::optional<domain::Money> amount;
  domain::Time refund_at{};
};

/// Opens what is not open. In one transaction.
void note_items(Connection& connection, const Run& run, std::span<const FoundItem> items,
                domain::Time now);

struct SettledPage {
  std::vector<std::string> refund_ids;              // that were compared
  std::vector<std::string> beside;                  // of other days: only noted as listed
  std::vector<FoundItem> still_open;                // noted before
  std::map<std::string, std::string> recovered_by;  // refund id to event id
  std::int64_t seen_count = 0;
  std::int64_t matched_count = 0;
};

/// The page is done: what is open of the compared refunds and no longer found is resolved. In one
/// transaction, with the run's counts.
void settle_page(Connection& connection, const Run& run, const SettledPage& page, domain::Time now);

struct UnlistedRefund {
  std::string refund_id;
  domain::BookedRefund booked;
};

/// Ours that were requested in the span and not seen by the run, behind `after` in the order of
/// their ids.
std::vector<UnlistedRefund> unlisted(Connection& connection, const Run& run, bool livemode,
                                     const Span& span, const std::string& after);

/// Resolves what is open of these days and was not found, and ends the run. The run with its final
/// counts.
Run finish_run(Connection& connection, const Run& run, const Span& span, domain::Time now);

}  // namespace store
