// What the refunds and charges of an order add up to, where not all of them are in the books.
#pragma once

#include <map>
#include <set>

#include "domain/books.hpp"
#include "domain/order_members.hpp"
#include "store/transaction.hpp"

namespace store {

/// Three statements. Call after refunds and charges are written, with the orders locked: the sums
/// then hold whatever another transaction did to other refunds of the order meanwhile.
std::map<domain::OrderKey, domain::OrderMembers> sum_orders(
    Transaction& transaction, const std::set<domain::OrderKey>& orders);

}  // namespace store
