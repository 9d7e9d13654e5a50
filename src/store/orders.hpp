// What the refunds and charges of an order add up to, kept in its row.
#pragma once

#include <map>
#include <set>

#include "domain/books.hpp"
#include "domain/order.hpp"
#include "store/transaction.hpp"

namespace store {

/// What the merchant's own books say about an order: `refundctl orders import`.
struct OrderImport {
  domain::Money total;
  std::string customer_email;   // empty: unknown
  std::string customer_locale;  // empty: unknown
};

/// Three statements. Call after refunds and charges are written: locks the orders in key order and
/// only then sums, so that the sums hold whatever another transaction did to other refunds of the
/// order meanwhile. `imports` are for orders among `keys`.
void save_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys,
                 const std::map<domain::OrderKey, OrderImport>& imports, domain::Time now);

}  // namespace store
