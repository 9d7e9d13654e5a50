// The rows that HeldRefund is read from. For the store's own files.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "store/held_refunds.hpp"
#include "store/transaction.hpp"

namespace store {

/// A row for each, whose `status` is null where the refund is not known here; its `refund_id`,
/// `charge_id` and `payment_method` may be known from elsewhere.
pqxx::result find_held(Transaction& transaction, const std::string& source,
                       const std::vector<std::string>& refund_ids);

/// Of a row whose status is not null.
HeldRefund read_held(const pqxx::row& row);

}  // namespace store
