// What is held here of refunds, for whoever compares it with what their provider says.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/report.hpp"
#include "store/connection.hpp"

namespace store {

/// As far as an answer is compared with it.
struct HeldRefund {
  domain::RefundStatus status{};
  bool action_required = false;
  bool voided = false;
  domain::ReportKey key;  // of the report that its state comes from
  domain::Time updated_at{};
  std::optional<domain::Money> amount;
  std::string charge_id;         // empty: unknown
  bool charge_is_known = false;  // its amount too
};

/// Of these refunds those that are known here. Throws Failure.
std::map<std::string, HeldRefund> find_held_refunds(Connection& connection,
                                                    const std::string& source,
                                                    const std::vector<std::string>& refund_ids);

}  // namespace store
