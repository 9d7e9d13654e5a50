#include "domain/order.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

OrderFacts facts(std::optional<std::int64_t> total, std::int64_t refunded, int successful,
                 int pending, int failed) {
  OrderFacts facts;
  facts.total_minor = total;
  facts.refunded_minor = refunded;
  facts.successful_count = successful;
  facts.pending_count = pending;
  facts.failed_count = failed;
  return facts;
}

TEST(OrderStateTest, TheFirstThatHoldsIsTheStatus) {
  struct Case {
    OrderFacts facts;
    OrderStatus status;
  };
  const Case cases[] = {
      {facts(1000, 1000, 1, 1, 1), OrderStatus::refunded},
      {facts(1000, 1001, 2, 0, 0), OrderStatus::refunded},
      {facts(1000, 999, 1, 1, 1), OrderStatus::partially_refunded},
      {facts(1000, 0, 0, 1, 1), OrderStatus::refund_pending},
      {facts(1000, 0, 0, 0, 1), OrderStatus::refund_failed},
      {facts(1000, 0, 0, 0, 0), OrderStatus::paid},
      {facts(std::nullopt, 0, 0, 1, 0), OrderStatus::refund_pending},
  };
  for (const Case& example : cases) {
    EXPECT_EQ(order_state(example.facts).status, example.status) << to_string(example.status);
  }
}

TEST(OrderStateTest, NeverClaimsAFullRefundOfAnUnknownTotal) {
  const auto state = order_state(facts(std::nullopt, 1'000'000, 3, 0, 0));
  EXPECT_EQ(state.status, OrderStatus::partially_refunded);
  EXPECT_FALSE(state.total_known);
}

}  // namespace
}  // namespace domain
