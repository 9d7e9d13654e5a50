// Which refunds wait for an answer of their provider's API, and when each is asked for next.
//
//   find_new ──► due ──claim──► asked (due again when the lease ends) ──note──► due later
//                 ▲                                              (read_notes) ├──► settled
//                 └── a customer's message is held ◄──────────────────────────┴──► given up
//
// No row is locked while somebody asks: the claim is a short transaction of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "store/held_refunds.hpp"

namespace store {

/// When a refund is asked for the first time after it was requested.
struct FirstRead {
  std::chrono::seconds delay{};
  std::map<std::string, std::chrono::seconds> delay_by_method{};
};

/// So long, at most, a refund whose reading has failed waits for the next one, whoever waits for
/// it.
inline constexpr std::chrono::minutes k_failed_wait_max{5};

/// Puts into the schedule what is not in it: pending refunds of the source; at once those whose
/// customer's message is held, and those that an event names whose signature was late. Returns how
/// many. Throws Failure.
int schedule_reads(Connection& connection, const std::string& source, const FirstRead& first,
                   domain::Time now);

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

/// Asks for them as soon as may be. Those that are in the schedule stay as they are. Throws
/// Failure.
void ask_soon(Connection& connection, const std::string& source,
              const std::vector<std::string>& refund_ids, domain::Time now);

}  // namespace store
