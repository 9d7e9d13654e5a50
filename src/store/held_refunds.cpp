#include "store/held_refunds.hpp"

#include "store/held_rows.hpp"
#include "store/rows.hpp"

namespace store {
namespace {

constexpr Prepared k_find_held{"find_held_refunds", R"(
SELECT k.refund_id, r.status, r.action_required, r.voided, r.occurred_at, r.evidence,
       r.last_event_id, r.updated_at, r.amount_minor, r.currency,
       coalesce(r.charge_id, e.charge_id) AS charge_id, c.payment_method,
       c.amount_minor IS NOT NULL AS charge_is_known
  FROM (SELECT unnest($1::text[]) AS refund_id) k
  LEFT JOIN LATERAL (
       SELECT status, action_required, voided, occurred_at, evidence, last_event_id, updated_at,
              amount_minor, currency, charge_id
         FROM refunds
        WHERE source = $2::text AND refund_id = k.refund_id
       OFFSET 0) r ON true
  LEFT JOIN LATERAL (
       SELECT charge_id
         FROM webhook_events
        WHERE refund_id = k.refund_id AND source = $2::text AND charge_id IS NOT NULL
        LIMIT 1) e ON true
  LEFT JOIN LATERAL (
       SELECT payment_method, amount_minor
         FROM charges
        WHERE source = $2::text AND charge_id = coalesce(r.charge_id, e.charge_id)
       OFFSET 0) c ON true)"};

}  // namespace

HeldRefund read_held(const pqxx::row& row) {
  HeldRefund held;
  held.status =
      require(domain::parse_refund_status(row["status"].as<std::string>()), "refunds.status");
  held.action_required = row["action_required"].as<bool>();
  held.voided = row["voided"].as<bool>();
  held.key.terminal = is_terminal(held.status);
  held.key.occurred_at = require(read_time(row["occurred_at"]), "refunds.occurred_at");
  held.key.status_rank = domain::status_rank(held.status, held.action_required);
  held.key.evidence =
      require(domain::parse_evidence(row["evidence"].as<std::string>()), "refunds.evidence");
  held.key.event_id = row["last_event_id"].as<std::string>();
  held.updated_at = require(read_time(row["updated_at"]), "refunds.updated_at");
  held.amount = read_money(row["amount_minor"], row["currency"]);
  held.charge_id = read_text_or_empty(row["charge_id"]);
  held.charge_is_known = row["charge_is_known"].as<bool>();
  return held;
}

pqxx::result find_held(Transaction& transaction, const std::string& source,
                       const std::vector<std::string>& refund_ids) {
  Parameters parameters;
  append(parameters, refund_ids);
  append(parameters, source);
  return transaction.run(k_find_held, parameters);
}

std::map<std::string, HeldRefund> find_held_refunds(Connection& connection,
                                                    const std::string& source,
                                                    const std::vector<std::string>& refund_ids) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::map<std::string, HeldRefund> held;
    for (const auto& row : find_held(transaction, source, refund_ids)) {
      if (!row["status"].is_null()) {
        held.emplace(row["refund_id"].as<std::string>(), read_held(row));
      }
    }
    return held;
  });
}

}  // namespace store
