// A person's address and everything free-form that came with their refunds goes; what was refunded,
// when and why stays, and so do the hash chains: no audit entry ever held an address.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/connection.hpp"
#include "store/decider.hpp"

namespace store {

struct EraseRequest {
  std::string email;  // compared without regard to case
  std::string ticket;
  Decider decider;
  /// Otherwise only counted.
  bool apply = false;
};

struct EraseReport {
  std::int64_t orders = 0;    // whose customer is forgotten
  std::int64_t refunds = 0;   // of these orders: their metadata goes
  std::int64_t messages = 0;  // to the customer: what a server said about the address goes, and
                              // those that still wait are suppressed
  std::int64_t payloads = 0;  // bytes of events about these refunds and their charges, and of lines
                              // of order files that name the address or these orders
  std::vector<std::string> held_orders;  // under a legal hold, and left as they are
  std::vector<std::string> held_events;  // whose bytes stay for a hold on something else
};

/// One transaction, tried again where another was faster. In retention_log stands the address's
/// SHA-256 (in lower case), not the address: a later call finds the orders by it. Throws Failure.
EraseReport erase_customer(Connection& connection, const EraseRequest& request);

}  // namespace store
