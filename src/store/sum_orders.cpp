#include "store/sum_orders.hpp"

#include "store/rows.hpp"

namespace store {
namespace {

// Both sums come by currency, because which one the order counts in is decided from them; `first`
// is the least (source, id) of a group.
//
// An order's charges are those that name it and those that its refunds name; charges that were
// never paid do not count.
constexpr Prepared k_sum_charges{"sum_charges", R"(
WITH k AS MATERIALIZED (
  SELECT unnest($1::text[]) AS order_id, unnest($2::boolean[]) AS livemode
), paid AS (
  SELECT k.order_id, k.livemode, c.source, c.charge_id, c.amount_minor, c.currency
    FROM k JOIN charges c USING (order_id, livemode)
   WHERE coalesce(c.status, 'successful') IN ('successful', 'reversed')
   UNION
  SELECT k.order_id, k.livemode, c.source, c.charge_id, c.amount_minor, c.currency
    FROM k
    JOIN refunds r USING (order_id, livemode)
    JOIN charges c ON c.source = r.source AND c.charge_id = r.charge_id
   WHERE c.order_id IS NULL
     AND coalesce(c.status, 'successful') IN ('successful', 'reversed')
)
SELECT order_id, livemode, currency,
       min(source || E'\x01' || charge_id) AS first,
       least(coalesce(sum(amount_minor), 0), 9223372036854775807)::bigint AS paid_minor,
       count(*) AS charge_count
  FROM paid
 GROUP BY order_id, livemode, currency)"};

constexpr Prepared k_sum_refunds{"sum_refunds", R"(
SELECT order_id, livemode, r.currency,
       min(r.source || E'\x01' || r.refund_id) AS first,
       least(coalesce(sum(r.amount_minor) FILTER (WHERE r.status = 'successful'), 0),
             9223372036854775807)::bigint AS refunded_minor,
       least(coalesce(sum(r.amount_minor) FILTER (WHERE r.status = 'pending'), 0),
             9223372036854775807)::bigint AS pending_minor,
       count(*) FILTER (WHERE r.status = 'successful') AS successful_count,
       count(*) FILTER (WHERE r.status = 'pending') AS pending_count,
       count(*) FILTER (WHERE r.status = 'failed') AS failed_count,
       count(*) FILTER (WHERE r.charge_id IS NULL) AS unknown_count,
       count(*) AS refund_count
  FROM (SELECT unnest($1::text[]) AS order_id, unnest($2::boolean[]) AS livemode) k
  JOIN refunds r USING (order_id, livemode)
 GROUP BY order_id, livemode, r.currency)"};

constexpr Prepared k_count_charges{"count_charges", R"(
SELECT order_id, livemode, count(*) AS charge_count
  FROM (SELECT unnest($1::text[]) AS order_id, unnest($2::boolean[]) AS livemode) k
  JOIN charges c USING (order_id, livemode)
 GROUP BY order_id, livemode)"};

domain::OrderKey order_key(const pqxx::row& row) {
  return {row["order_id"].as<std::string>(), row["livemode"].as<bool>()};
}

std::optional<domain::Currency> read_currency(const pqxx::row& row) {
  const auto code = read_text(row["currency"]);
  return code ? domain::Currency::parse(*code) : std::nullopt;
}

using AllMembers = std::map<domain::OrderKey, domain::OrderMembers>;

void read_charges(const pqxx::result& result, AllMembers& all) {
  for (const auto& row : result) {
    domain::ChargeSum sum;
    sum.currency = read_currency(row);
    sum.first = row["first"].as<std::string>();
    sum.paid_minor = row["paid_minor"].as<std::int64_t>();
    sum.charge_count = row["charge_count"].as<int>();
    all[order_key(row)].parts.charges.push_back(std::move(sum));
  }
}

void read_refunds(const pqxx::result& result, AllMembers& all) {
  for (const auto& row : result) {
    domain::RefundSum sum;
    sum.currency = read_currency(row);
    sum.first = row["first"].as<std::string>();
    sum.refunded_minor = row["refunded_minor"].as<std::int64_t>();
    sum.pending_minor = row["pending_minor"].as<std::int64_t>();
    sum.successful_count = row["successful_count"].as<int>();
    sum.pending_count = row["pending_count"].as<int>();
    sum.failed_count = row["failed_count"].as<int>();
    sum.unknown_count = row["unknown_count"].as<int>();
    domain::OrderMembers& members = all[order_key(row)];
    members.refund_count += row["refund_count"].as<int>();
    members.parts.refunds.push_back(std::move(sum));
  }
}

}  // namespace

std::map<domain::OrderKey, domain::OrderMembers> sum_orders(
    Transaction& transaction, const std::set<domain::OrderKey>& orders) {
  Columns columns{Type::text, Type::boolean};
  for (const auto& [order_id, livemode] : orders) {
    columns.add_row(order_id, livemode);
  }
  AllMembers all;
  for (const auto& order : orders) {
    all[order] = {};
  }
  read_charges(transaction.run(k_sum_charges, columns), all);
  read_refunds(transaction.run(k_sum_refunds, columns), all);
  for (const auto& row : transaction.run(k_count_charges, columns)) {
    all[order_key(row)].charge_count = row["charge_count"].as<int>();
  }
  return all;
}

}  // namespace store
