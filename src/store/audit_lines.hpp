// Audit entries of all refunds in the order of their ids, for files that must hold every one.
//
// Ids are drawn before the entry is committed, so that 7 may become visible while 6 is still being
// written: who simply goes on behind the highest id seen loses 6. But 6 may as well never come: its
// transaction was rolled back. An id that is not there is therefore waited for until every
// transaction has ended that could still write it:
//
//   7 visible, 6 not ── who writes refund_audit now? ──> some ── all of them ended ──> settled:
//                                                  └──> nobody ────────────────────>  6 is there
//                                                                                     or never
//                                                                                     comes
//
// Who writes is known from the lock that an INSERT takes on the table before it draws an id and
// gives back only after its commit is visible. Transaction ids would not do: an id can be drawn in
// a transaction that has none yet, which no snapshot shows.
//
// A transaction that has written to refund_audit and stays open delays the file, for as long as the
// session lives; a line is never lost by it. Precondition: the identity draws one id at a time
// (CACHE 1, PostgreSQL's default and ours).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/event.hpp"
#include "store/connection.hpp"

namespace store {

class Transaction;

/// One row of refund_audit, as it stands there.
struct AuditEntryRow {
  std::int64_t audit_id = 0;
  /// Times: nullopt is "infinity" or a year beyond 9999, which only a hand can have written.
  std::optional<domain::Time> recorded_at;
  std::optional<domain::Time> occurred_at;
  std::string source;
  std::string refund_id;
  std::optional<std::string> charge_id;
  std::optional<std::string> order_id;
  std::string event_id;
  std::string evidence;
  std::string verdict;
  std::optional<std::string> status_before;
  std::string status_after;
  std::optional<std::int64_t> amount_minor;
  std::optional<std::string> currency;
  std::optional<std::string> reason;
  std::optional<std::string> user_id;
  std::optional<std::string> ip_address;
  std::optional<std::string> user_agent;
  std::optional<std::string> notes;
  std::optional<std::string> request_id;
  domain::Sha256 previous_hash{};
  domain::Sha256 entry_hash{};
};

/// Reads on as entries come. One for each connection: what it has learnt holds for that server
/// only. Blocks; throws Failure.
class AuditTail {
 public:
  /// The entries behind the id `after` that are ready, at most `limit`, in order: every entry that
  /// there is or ever will be up to the last one returned. Empty: nothing is ready now.
  ///
  /// Throws Failure{unavailable} where `after` is not in the database any more: it was restored
  /// from a backup, and ids above are given out a second time.
  std::vector<AuditEntryRow> read(Connection& connection, std::int64_t after, std::size_t limit);

 private:
  struct Watch {
    std::int64_t newest_id;  // ids up to here were drawn before the writers were looked up
    std::set<std::string> writers;
  };

  void settle(Transaction& transaction);
  [[nodiscard]] std::size_t count_ready(const std::vector<AuditEntryRow>& rows,
                                        std::int64_t after) const;

  /// What is not there up to this id will never come.
  std::int64_t settled_ = 0;
  std::optional<Watch> watch_;
};

/// Waits until every entry up to the newest one that is visible now is there or never comes, and
/// returns its id, 0 where there is none; nullopt: a transaction that writes entries stays open
/// for longer than `patience`. Throws Failure.
std::optional<std::int64_t> wait_for_audit_writers(Connection& connection,
                                                   std::chrono::milliseconds patience);

/// All entries as they stand at one moment. `connection` outlives it and is used by nothing else.
/// May stay open for as long as the reader needs. Every member throws Failure.
class AuditSnapshot {
 public:
  explicit AuditSnapshot(Connection& connection);
  ~AuditSnapshot();

  /// The next entries behind the id `after`, at most `limit`.
  std::vector<AuditEntryRow> read(std::int64_t after, std::size_t limit);

  /// The lowest id that was recorded at `time` or later.
  std::optional<std::int64_t> first_id_since(domain::Time time);

 private:
  std::unique_ptr<Transaction> transaction_;
};

}  // namespace store
