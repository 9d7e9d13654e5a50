// What to do with a due message: send, leave for later, or settle without sending. Pure.
#pragma once

#include <map>
#include <string>

#include "outbox/backoff.hpp"
#include "outbox/routes.hpp"
#include "store/claim_messages.hpp"

namespace outbox {

struct SourceAddresses {
  /// Whom a test-mode source tells instead of its customers; empty: nobody.
  std::string test_recipient;
};

struct Delivery {
  std::vector<Route> routes;
  std::map<std::string, SourceAddresses> sources;
  int attempts_max = k_attempts_max_default;
};

/// `free_slots` has how many messages each sink can take now; a message that is to be sent takes
/// one.
store::ClaimDecision decide_claim(const store::DueMessage& message, const Delivery& delivery,
                                  std::map<std::string, int>& free_slots);

/// Where the message goes by mail; empty: no address is known.
std::string recipient_of(const store::DueMessage& message, const Delivery& delivery);

}  // namespace outbox
