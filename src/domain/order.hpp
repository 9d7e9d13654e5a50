// What an order's refunds and charges add up to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/money.hpp"

namespace domain {

enum class OrderStatus { paid, refund_failed, refund_pending, partially_refunded, refunded };

std::string_view to_string(OrderStatus status);

/// The charges of one order in one currency (nullopt: those whose amount is unknown).
struct ChargeSum {
  std::optional<Currency> currency;
  std::string first;  // the least of their names, of any kind as long as it is total
  std::int64_t paid_minor = 0;
  int charge_count = 0;
};

/// The refunds of one order in one currency (nullopt: those whose amount is unknown).
struct RefundSum {
  std::optional<Currency> currency;
  std::string first;
  std::int64_t refunded_minor = 0;
  std::int64_t pending_minor = 0;
  int successful_count = 0;
  int pending_count = 0;
  int failed_count = 0;
  int unknown_count = 0;  // those that name no charge
};

struct OrderParts {
  std::vector<ChargeSum> charges;
  std::vector<RefundSum> refunds;
};

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

/// An order counts in the currency of its imported total, else of its first charge, else of its
/// first refund. Its total is the imported one, else what its charges add up to, known only where
/// every refund names one of them and all are in that currency.
OrderFacts add_up(const OrderParts& parts, const std::optional<Money>& imported_total);

struct OrderState {
  OrderStatus status = OrderStatus::paid;
  bool total_known = false;
};

/// The first that holds: refunded (refunded >= known total), partially_refunded (something
/// refunded), refund_pending, refund_failed, paid. Never claims a full refund without a known
/// total.
OrderState order_state(const OrderFacts& facts);

}  // namespace domain
