// Finds the messages that are due, and what is so now about each. For the store's own files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/due_message.hpp"
#include "store/transaction.hpp"

namespace store {

/// Locks them and, FOR SHARE, their refunds until the transaction ends, as many as `counts` says of
/// each sink's queue ("": not routed yet). Leaves out what somebody else holds or is changing. In
/// the order in which they fell due.
std::vector<DueMessage> lock_due_messages(Transaction& transaction, domain::Time now,
                                          const std::map<std::string, int>& counts);

}  // namespace store
