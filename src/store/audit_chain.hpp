// The hash chain over a refund's audit entries: an edited, inserted or missing line shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/event.hpp"
#include "domain/time.hpp"

namespace store {

/// One line of refund_audit, as it is hashed. Empty texts stand for NULL.
struct AuditEntry {
  domain::Time recorded_at{};
  domain::Time occurred_at{};
  std::string source;
  std::string refund_id;
  std::string charge_id;
  std::string order_id;
  std::string event_id;
  std::string evidence;
  std::string verdict;
  std::string status_before;
  std::string status_after;
  std::optional<std::int64_t> amount_minor;
  std::string currency;
  std::string reason;
  std::string user_id;
  std::string ip_address;
  std::string user_agent;
  std::string notes;
  std::string request_id;
  std::int64_t chain_index = 1;
};

/// The hash before the first entry of every chain.
inline constexpr domain::Sha256 k_chain_start{};

/// SHA-256 over a fixed prefix, the previous hash and every field, each with its length before it,
/// so that no two different entries give the same bytes. Without a request id it is as it was
/// before there were any.
domain::Sha256 entry_hash(const AuditEntry& entry, const domain::Sha256& previous);

}  // namespace store
