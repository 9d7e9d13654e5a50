#include "bench/refund_supply.hpp"

#include <utility>

namespace bench {

std::optional<RefundEvent> RefundSupply::next(OpenRefund& open, std::int64_t now) {
  if (open) {
    ++count_;
    RefundEvent second = *std::exchange(open, std::nullopt);
    second.stage = Stage::succeeded;
    return second;
  }
  if (events_max_ && reserved_ >= *events_max_) {
    return std::nullopt;
  }
  const RefundEvent first{refunds_++, Stage::created, now};
  const bool has_second = !events_max_ || reserved_ + 2 <= *events_max_;
  if (has_second) {
    open = first;
  }
  reserved_ += has_second ? 2 : 1;
  ++count_;
  return first;
}

}  // namespace bench
