// Refunds and charges as they stand now, for an operator's command. Nothing is locked.
#pragma once

#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "domain/refund.hpp"
#include "store/connection.hpp"

namespace store {

struct ChargeWithRefunds {
  domain::Charge charge;
  std::vector<domain::Refund> refunds;  // all of them, in the order of their request
};

/// One for each of these sources that knows a charge of this id. One snapshot. Throws Failure.
std::vector<ChargeWithRefunds> find_charge(Connection& connection, const std::string& charge_id,
                                           const std::vector<std::string>& sources);

/// Of one source; none for an id that is not known. Throws Failure.
std::vector<domain::Refund> find_refunds(Connection& connection, const std::string& source,
                                         const std::vector<std::string>& refund_ids);

}  // namespace store
