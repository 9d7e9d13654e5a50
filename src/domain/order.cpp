#include "domain/order.hpp"

namespace domain {
namespace {

template <typename Sum>
std::optional<Currency> first_currency(const std::vector<Sum>& sums) {
  const Sum* first = nullptr;
  for (const Sum& sum : sums) {
    if (sum.currency && (first == nullptr || sum.first < first->first)) {
      first = &sum;
    }
  }
  return first == nullptr ? std::nullopt : first->currency;
}

std::optional<Currency> currency_of(const OrderParts& parts,
                                    const std::optional<Money>& imported_total) {
  if (imported_total) {
    return imported_total->currency;
  }
  const auto charged = first_currency(parts.charges);
  return charged ? charged : first_currency(parts.refunds);
}

std::optional<std::int64_t> total_of(const OrderParts& parts,
                                     const std::optional<Currency>& currency) {
  std::optional<std::int64_t> total;
  for (const ChargeSum& sum : parts.charges) {
    if (!sum.currency || sum.currency != currency) {
      return std::nullopt;
    }
    total = sum.paid_minor;
  }
  for (const RefundSum& sum : parts.refunds) {
    if (sum.unknown_count > 0) {
      return std::nullopt;
    }
  }
  return total;
}

}  // namespace

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

OrderFacts add_up(const OrderParts& parts, const std::optional<Money>& imported_total) {
  OrderFacts facts;
  facts.currency = currency_of(parts, imported_total);
  facts.total_minor = imported_total ? std::optional{imported_total->amount_minor}
                                     : total_of(parts, facts.currency);
  for (const RefundSum& sum : parts.refunds) {
    if (sum.currency && sum.currency == facts.currency) {
      facts.refunded_minor = sum.refunded_minor;
      facts.pending_minor = sum.pending_minor;
    }
    facts.successful_count += sum.successful_count;
    facts.pending_count += sum.pending_count;
    facts.failed_count += sum.failed_count;
  }
  return facts;
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
