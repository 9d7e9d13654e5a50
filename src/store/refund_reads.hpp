// Which refunds wait for an answer of their provider's API, when each is asked for next, and what
// the API said last.
//
//   find_new ──► due ──claim──► asked (due again when the lease ends) ──note──► due later
//                 ▲                                                        ├──► settled
//                 └── a customer's message is held ◄───────────────────────┴──► given up
//
// No row is locked while somebody asks: the claim is a short transaction of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/report.hpp"
#include "store/connection.hpp"

namespace store {

/// When a refund is asked for the first time after it was requested.
struct FirstRead {
  std::chrono::seconds delay{};
  std::map<std::string, std::chrono::seconds> delay_by_method{};
};

/// Puts into the schedule what is not in it: pending refunds of the source; at once those whose
/// customer's message is held, and those that an event names whose signature was late. Returns how
/// many. Throws Failure.
int schedule_reads(Connection& connection, const std::string& source, const FirstRead& first,
                   domain::Time now);

/// What is held here of a refund, as far as an answer is compared with it.
struct HeldRefund {
  domain::RefundStatus status{};
  bool action_required = false;
  bool voided = false;
  domain::ReportKey key;  // of the report that its state comes from
  domain::Time updated_at{};
  std::optional<domain::Money> amount;
  std::string charge_id;         // empty: unknown
  bool charge_is_known = false;  // its amount too
};

struct DueRead {
  std::string refund_id;
  std::string charge_id;  // empty: unknown
  std::string payment_method;
  /// nullopt: an event names it, but none could be applied.
  std::optional<HeldRefund> held;
  int reads = 0;  // answers before
  std::string last_error;
  domain::Time first_due_at{};
};

/// The longest due first; nobody else gets them before `lease` has passed. Throws Failure.
std::vector<DueRead> claim_due_reads(Connection& connection, const std::string& source, int limit,
                                     std::chrono::seconds lease, domain::Time now);

/// Those that were claimed and not asked for are due again at `at`. Throws Failure.
void give_back_reads(Connection& connection, const std::string& source,
                     const std::vector<std::string>& refund_ids, domain::Time at);

/// Of these refunds those that are known here. Throws Failure.
std::map<std::string, HeldRefund> find_held_refunds(Connection& connection,
                                                    const std::string& source,
                                                    const std::vector<std::string>& refund_ids);

/// What the API said of one refund.
struct ReadNote {
  std::string refund_id;
  /// nullopt: it said nothing of its state; `error` says why.
  std::optional<domain::RefundStatus> status;
  bool action_required = false;
  std::string error;
  domain::Time asked_at{};  // an answer to an older question than the last one counts for nothing
  domain::Time next_read_at{};
  bool is_answer = true;  // false: nobody answered, and its place in the schedule stays
  /// Nothing more is asked where the answer is what is held here now.
  bool settles = false;
  bool is_given_up = false;
};

/// Writes it down; lets go the customer's messages that waited for it; resolves the anomalies that
/// the API raised where it now agrees with what is held. Throws Failure.
void note_read(Connection& connection, const std::string& source, const ReadNote& note,
               domain::Time now);

/// Asks for them as soon as may be. Those that are in the schedule stay as they are. Throws
/// Failure.
void ask_soon(Connection& connection, const std::string& source,
              const std::vector<std::string>& refund_ids, domain::Time now);

/// The same for what a list said, of those refunds that are in the schedule: where list and books
/// agree on an outcome nothing more is asked. Throws Failure.
void note_listed(Connection& connection, const std::string& source,
                 const std::vector<ReadNote>& notes, domain::Time now);

}  // namespace store
