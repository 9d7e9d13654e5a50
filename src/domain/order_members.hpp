// Which of the refunds and charges in the books belong to which order.
#pragma once

#include <map>
#include <set>

#include "domain/books.hpp"
#include "domain/order.hpp"

namespace domain {

struct OrderMembers {
  OrderParts parts;
  int refund_count = 0;  // refunds that count for the order
  int charge_count = 0;  // charges that name it, paid or not
};

/// An order's charges are those that name it and, of those that name none, the ones that its
/// refunds belong to; charges that were never paid do not count. One entry for each of `orders`.
/// Sums that 64 bits do not hold stay at the limit.
std::map<OrderKey, OrderMembers> members_of(const Books& books, const std::set<OrderKey>& orders);

}  // namespace domain
