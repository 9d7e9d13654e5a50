// What an order's refunds and charges add up to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/money.hpp"

namespace domain {

enum class OrderStatus { paid, refund_failed, refund_pending, partially_refunded, refunded };

std::string_view to_string(OrderStatus status);

/// Sums over everything that belongs to one order, in its currency.
struct OrderFacts {
  std::optional<Currency> currency;
  std::optional<std::int64_t> total_minor;  // nullopt: not every part of it is known
  std::int64_t refunded_minor = 0;
  std::int64_t pending_minor = 0;
  int successful_count = 0;  // refunds with an unknown or foreign amount count here too
  int pending_count = 0;
  int failed_count = 0;
};

struct OrderState {
  OrderStatus status = OrderStatus::paid;
  bool total_known = false;
};

/// The first that holds: refunded (refunded >= known total), partially_refunded (something
/// refunded), refund_pending, refund_failed, paid. Never claims a full refund without a known
/// total.
OrderState order_state(const OrderFacts& facts);

}  // namespace domain
