// What a provider's API said of refunds, written down.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/refund.hpp"
#include "store/connection.hpp"

namespace store {

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

/// The same for what a list said, of those refunds that are in the schedule: where list and books
/// agree on an outcome nothing more is asked. Throws Failure.
void note_listed(Connection& connection, const std::string& source,
                 const std::vector<ReadNote>& notes, domain::Time now);

}  // namespace store
