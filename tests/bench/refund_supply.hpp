// Which event a connection sends next: both events of a refund go over the same connection, one
// after the other, so that they arrive in their order.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/refund_events.hpp"

namespace bench {

/// The refund of which a connection has sent the first event only.
using OpenRefund = std::optional<RefundEvent>;

class RefundSupply {
 public:
  /// `events_max`: in all; nullopt for no end. Where it is even, each refund gets both its events.
  explicit RefundSupply(std::optional<std::uint64_t> events_max) : events_max_{events_max} {}

  /// What follows for a connection with this open refund, and what is open afterwards; nullopt when
  /// nothing is left for it. `now`: Unix seconds.
  std::optional<RefundEvent> next(OpenRefund& open, std::int64_t now);

  /// Events handed out.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool is_empty() const { return events_max_ && count_ >= *events_max_; }
  [[nodiscard]] std::optional<std::uint64_t> events_max() const { return events_max_; }

 private:
  std::optional<std::uint64_t> events_max_;
  std::uint64_t reserved_ = 0;  // handed out, and the second ones of open refunds
  std::uint64_t count_ = 0;
  std::uint64_t refunds_ = 0;
};

}  // namespace bench
