// Who decided what may be forgotten, kept beside the decision in the same transaction. For the
// store's own files: holds, pruning, erasure.
#pragma once

#include <string>

#include "store/decider.hpp"
#include "store/transaction.hpp"

namespace store {

inline void log_retention(Transaction& transaction, const char* action, const Decider& decider,
                          const std::string& details_json) {
  constexpr const char* k_log = R"(
INSERT INTO retention_log (at, action, user_id, reason, details)
VALUES ($1::timestamptz, $2::text, $3::text, $4::text, $5::jsonb))";
  transaction.run(k_log, {domain::format_rfc3339(decider.now), action, decider.user, decider.reason,
                          details_json});
}

}  // namespace store
