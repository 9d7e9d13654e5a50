// Walks every refund's audit chain and names what does not fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/connection.hpp"

namespace store {

struct AuditFault {
  std::string source;
  std::string refund_id;
  std::int64_t chain_index = 0;  // where the chain breaks, from 1
  std::string fault;             // a sentence: "the entry was edited", "an entry is missing", …
};

struct AuditReport {
  std::int64_t refund_count = 0;
  std::int64_t entry_count = 0;
  std::vector<AuditFault> faults;
};

/// Reads everything once, in one snapshot, with memory for one chunk only. Throws Failure.
AuditReport verify_audit(Connection& connection);

}  // namespace store
