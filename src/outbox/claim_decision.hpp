// What to do with a due message: send, leave for later, or settle without sending. Pure.
#pragma once

#include <map>
#include <string>

#include "outbox/backoff.hpp"
#include "outbox/routes.hpp"
#include "store/claim_messages.hpp"

namespace outbox {

/// What is configured for a source, as far as its messages depend on it.
struct SourceRules {
  /// Whom a test-mode source tells instead of its customers; empty: nobody.
  std::string test_recipient;
  /// Its provider's API is asked, and settles what an event left open.
  bool is_asked = false;
  /// A customer hears of nothing that the API has not said too.
  bool confirms_customer_messages = false;
};

struct Delivery {
  std::vector<Route> routes;
  std::map<std::string, SourceRules> sources;
  int attempts_max = k_attempts_max_default;
};

/// `free_slots` has how many messages each sink can take now; a message that is to be sent takes
/// one.
store::ClaimDecision decide_claim(const store::DueMessage& message, const Delivery& delivery,
                                  std::map<std::string, int>& free_slots);

/// Where the message goes by mail; empty: no address is known.
std::string recipient_of(const store::DueMessage& message, const Delivery& delivery);

}  // namespace outbox
