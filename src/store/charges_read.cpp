#include "store/charges_read.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

#define REFUND_COLUMNS                                                                \
  "r.source, r.refund_id, r.livemode, r.charge_id, r.order_id, r.reported_order_id, " \
  "r.status, r.action_required, r.voided, r.provider_status, r.amount_minor, "        \
  "r.currency, r.reason, r.failure_code, r.failure_message, r.metadata, r.evidence, " \
  "r.occurred_at, r.requested_at, r.last_event_id, r.episode, r.report_keys"

constexpr Prepared k_find_charges{"read_charges", R"(
SELECT source, charge_id, livemode, order_id, status, amount_minor, currency, payment_method,
       charged_at, report_keys
  FROM charges
 WHERE source = ANY ($1::text[]) AND charge_id = $2::text
 ORDER BY source)"};

constexpr Prepared k_find_refunds_of_charge{"read_refunds_of_charge", R"(
SELECT )" REFUND_COLUMNS R"(
  FROM refunds r
 WHERE r.charge_id = $2::text AND r.source = ANY ($1::text[])
 ORDER BY r.requested_at, r.refund_id)"};

constexpr Prepared k_find_refunds{"read_refunds", R"(
SELECT )" REFUND_COLUMNS R"(
  FROM refunds r
 WHERE r.source = $1::text AND r.refund_id = ANY ($2::text[])
 ORDER BY r.refund_id)"};
#undef REFUND_COLUMNS

}  // namespace

std::vector<ChargeWithRefunds> find_charge(Connection& connection, const std::string& charge_id,
                                           const std::vector<std::string>& sources) {
  return in_transaction(connection, [&](Transaction& transaction) {
    transaction.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    Parameters parameters;
    append(parameters, sources);
    append(parameters, charge_id);
    std::vector<ChargeWithRefunds> found;
    for (const auto& row : transaction.run(k_find_charges, parameters)) {
      found.push_back({read_charge(row), {}});
    }
    for (const auto& row : transaction.run(k_find_refunds_of_charge, parameters)) {
      domain::Refund refund = read_refund(row);
      for (ChargeWithRefunds& one : found) {
        if (one.charge.source == refund.source) {
          one.refunds.push_back(refund);
        }
      }
    }
    return found;
  });
}

std::vector<domain::Refund> find_refunds(Connection& connection, const std::string& source,
                                         const std::vector<std::string>& refund_ids) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Parameters parameters;
    append(parameters, source);
    append(parameters, refund_ids);
    std::vector<domain::Refund> refunds;
    for (const auto& row : transaction.run(k_find_refunds, parameters)) {
      refunds.push_back(read_refund(row));
    }
    return refunds;
  });
}

}  // namespace store
