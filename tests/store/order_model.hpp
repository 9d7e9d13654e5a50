// What the rows of orders must say, computed by one statement over refunds and charges: it shares
// nothing with the store but the tables.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"

namespace store {

/// Orders whose row is missing or says something else, as "order|livemode|what the row says|what it
/// must say"; refund_count and charge_count are right or NULL. Empty: all is well.
std::vector<std::string> wrong_orders(const Database& database);

/// The rows of orders without what depends on the way to them (counts, revision, time of writing).
std::vector<std::string> order_rows(const Database& database);

}  // namespace store
