#include "domain/order.hpp"

namespace domain {

std::string_view to_string(OrderStatus status) {
  switch (status) {
    case OrderStatus::paid:
      return "paid";
    case OrderStatus::refund_failed:
      return "refund_failed";
    case OrderStatus::refund_pending:
      return "refund_pending";
    case OrderStatus::partially_refunded:
      return "partially_refunded";
    case OrderStatus::refunded:
      return "refunded";
  }
  __builtin_unreachable();
}

OrderState order_state(const OrderFacts& facts) {
  const bool total_known = facts.total_minor.has_value();
  const auto state = [total_known](OrderStatus status) { return OrderState{status, total_known}; };
  const bool something_refunded = facts.successful_count > 0;
  if (total_known && something_refunded && facts.refunded_minor >= *facts.total_minor) {
    return state(OrderStatus::refunded);
  }
  if (something_refunded) {
    return state(OrderStatus::partially_refunded);
  }
  if (facts.pending_count > 0) {
    return state(OrderStatus::refund_pending);
  }
  if (facts.failed_count > 0) {
    return state(OrderStatus::refund_failed);
  }
  return state(OrderStatus::paid);
}

}  // namespace domain
