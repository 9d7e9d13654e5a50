// Takes due messages out of the outbox, one sender each: locked, looked at together with what is so
// now, and either leased or settled at once, in one short transaction. No transaction stays open
// while a message is sent.
//
//   pending ◄──► pending + held (looked at again after a while, or when the API has answered)
//   pending ──claim──► pending + lease ──finish──► sent
//      ▲                   │   │                ├─► pending, due later (retry)
//      └─── lease ended ───┘   └── decided ──►  └─► dead
//           superseded | suppressed | dead, without an attempt
//
// attempts counts claims that led to a send, and is committed before the send: a crash between the
// two costs an attempt, and a message that crashes its sender runs out of them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/connection.hpp"
#include "store/due_message.hpp"

namespace store {

enum class ClaimKind {
  send,        // leased to the caller, the attempt counted
  route,       // left for later in the queue of its sink
  hold,        // left until the provider's API has said the same
  superseded,  // no longer so
  suppressed,  // not wanted; `note` says why
  dead,        // cannot be sent
};

struct ClaimDecision {
  ClaimKind kind = ClaimKind::route;
  std::string sink;
  std::string note;  // kept in last_error, for an operator
  /// Tell support that the customer cannot be reached, once for each refund.
  bool tell_support_unreachable = false;
};

struct ClaimedMessage {
  DueMessage message;  // its attempts include this one
  std::string sink;
  std::string lease_token;
};

struct ClaimRequest {
  domain::Time now{};
  /// How many to look at, of each sink's queue; "": of those that are not routed yet.
  std::map<std::string, int> counts;
  std::chrono::seconds lease{60};
};

struct ClaimResult {
  std::vector<ClaimedMessage> to_send;
  /// How many were sent, settled or put into another queue; 0: there is nothing to do now.
  int decided = 0;
  /// Those that no longer wait: superseded, suppressed or dead.
  std::vector<std::pair<DueMessage, ClaimDecision>> settled;
};

/// `decide` is asked once for each message, in the order in which they are due. Messages that
/// another claim holds, or whose refund somebody is changing right now, are passed over. Throws
/// Failure.
ClaimResult claim_messages(Connection& connection, const ClaimRequest& request,
                           const std::function<ClaimDecision(const DueMessage&)>& decide);

}  // namespace store
