#include "store/orders.hpp"

#include "store/rows.hpp"

namespace store {
namespace {

constexpr const char* k_lock_orders = R"(
SELECT o.order_id, o.livemode, o.revision, o.imported_total_minor, o.imported_currency,
       o.customer_email, o.customer_locale
  FROM unnest($1::text[], $2::boolean[]) AS k(order_id, livemode)
  JOIN orders o USING (order_id, livemode)
 ORDER BY o.order_id, o.livemode
   FOR UPDATE OF o)";

// An order's charges are those that name it and those that its refunds name; charges that were
// never paid do not count. Its currency is the imported one, else that of its first charge, else
// that of its first refund: sums are over that currency. unknown_parts counts what keeps the total
// unknown.
constexpr const char* k_sum_orders = R"(
WITH k AS (
  SELECT *
    FROM unnest($1::text[], $2::boolean[], $3::text[]) AS k(order_id, livemode, imported_currency)
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
), given_back AS (
  SELECT r.order_id, r.livemode, r.source, r.refund_id, r.charge_id, r.status, r.amount_minor,
         r.currency
    FROM k JOIN refunds r USING (order_id, livemode)
), first_paid AS (
  SELECT DISTINCT ON (order_id, livemode) order_id, livemode, currency
    FROM paid WHERE currency IS NOT NULL
   ORDER BY order_id, livemode, source COLLATE "C", charge_id COLLATE "C"
), first_given_back AS (
  SELECT DISTINCT ON (order_id, livemode) order_id, livemode, currency
    FROM given_back WHERE currency IS NOT NULL
   ORDER BY order_id, livemode, source COLLATE "C", refund_id COLLATE "C"
), priced AS (
  SELECT k.order_id, k.livemode,
         coalesce(k.imported_currency, p.currency, g.currency) AS currency
    FROM k
    LEFT JOIN first_paid p USING (order_id, livemode)
    LEFT JOIN first_given_back g USING (order_id, livemode)
), charge_sums AS (
  SELECT order_id, livemode,
         least(coalesce(sum(p.amount_minor) FILTER (WHERE p.currency = o.currency), 0),
               9223372036854775807)::bigint AS paid_minor,
         count(*) AS charge_count,
         count(*) FILTER (WHERE p.currency IS DISTINCT FROM o.currency
                             OR p.currency IS NULL) AS unknown_parts
    FROM priced o JOIN paid p USING (order_id, livemode)
   GROUP BY order_id, livemode
), refund_sums AS (
  SELECT order_id, livemode,
         least(coalesce(sum(g.amount_minor) FILTER
                        (WHERE g.status = 'successful' AND g.currency = o.currency), 0),
               9223372036854775807)::bigint AS refunded_minor,
         least(coalesce(sum(g.amount_minor) FILTER
                        (WHERE g.status = 'pending' AND g.currency = o.currency), 0),
               9223372036854775807)::bigint AS pending_minor,
         count(*) FILTER (WHERE g.status = 'successful') AS successful_count,
         count(*) FILTER (WHERE g.status = 'pending') AS pending_count,
         count(*) FILTER (WHERE g.status = 'failed') AS failed_count,
         count(*) FILTER (WHERE g.charge_id IS NULL) AS unknown_parts
    FROM priced o JOIN given_back g USING (order_id, livemode)
   GROUP BY order_id, livemode
)
SELECT order_id, livemode, o.currency, coalesce(c.paid_minor, 0) AS paid_minor,
       coalesce(c.charge_count, 0) AS charge_count,
       coalesce(c.unknown_parts, 0) + coalesce(r.unknown_parts, 0) AS unknown_parts,
       coalesce(r.refunded_minor, 0) AS refunded_minor,
       coalesce(r.pending_minor, 0) AS pending_minor,
       coalesce(r.successful_count, 0) AS successful_count,
       coalesce(r.pending_count, 0) AS pending_count,
       coalesce(r.failed_count, 0) AS failed_count
  FROM priced o
  LEFT JOIN charge_sums c USING (order_id, livemode)
  LEFT JOIN refund_sums r USING (order_id, livemode))";

constexpr const char* k_save_orders = R"(
INSERT INTO orders AS o
       (order_id, livemode, status, total_known, currency, total_minor, refunded_minor,
        pending_minor, customer_email, customer_locale, updated_at, imported_total_minor,
        imported_currency, revision)
SELECT * FROM unnest($1::text[], $2::boolean[], $3::text[], $4::boolean[], $5::text[], $6::bigint[],
                     $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::timestamptz[],
                     $12::bigint[], $13::text[], $14::bigint[])
ON CONFLICT (order_id, livemode) DO UPDATE
   SET status = excluded.status, total_known = excluded.total_known, currency = excluded.currency,
       total_minor = excluded.total_minor, refunded_minor = excluded.refunded_minor,
       pending_minor = excluded.pending_minor, customer_email = excluded.customer_email,
       customer_locale = excluded.customer_locale, updated_at = excluded.updated_at,
       imported_total_minor = excluded.imported_total_minor,
       imported_currency = excluded.imported_currency, revision = excluded.revision
 WHERE o.revision = excluded.revision - 1)";

struct OrderRow {
  std::int64_t revision = 0;
  std::optional<domain::Money> imported_total;
  std::optional<std::string> customer_email;
  std::optional<std::string> customer_locale;
};

using OrderRows = std::map<domain::OrderKey, OrderRow>;

domain::OrderKey order_key(const pqxx::row& row) {
  return {row["order_id"].as<std::string>(), row["livemode"].as<bool>()};
}

OrderRows lock_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys) {
  OrderRows rows;
  Columns columns{2};
  for (const auto& [order_id, livemode] : keys) {
    columns.add_row(order_id, livemode);
    rows[{order_id, livemode}] = {};
  }
  for (const auto& row : transaction.run(k_lock_orders, columns)) {
    rows[order_key(row)] = {row["revision"].as<std::int64_t>(),
                            read_money(row["imported_total_minor"], row["imported_currency"]),
                            read_text(row["customer_email"]), read_text(row["customer_locale"])};
  }
  return rows;
}

// An import says the newest truth about the order; an empty field of it says nothing.
void take_imports(OrderRows& rows, const std::map<domain::OrderKey, OrderImport>& imports) {
  for (const auto& [key, import] : imports) {
    OrderRow& row = rows.at(key);
    row.imported_total = import.total;
    if (!import.customer_email.empty()) {
      row.customer_email = import.customer_email;
    }
    if (!import.customer_locale.empty()) {
      row.customer_locale = import.customer_locale;
    }
  }
}

domain::OrderFacts read_facts(const pqxx::row& row, const OrderRow& order) {
  domain::OrderFacts facts;
  const auto currency = read_text(row["currency"]);
  facts.currency = currency ? domain::Currency::parse(*currency) : std::nullopt;
  facts.refunded_minor = row["refunded_minor"].as<std::int64_t>();
  facts.pending_minor = row["pending_minor"].as<std::int64_t>();
  facts.successful_count = row["successful_count"].as<int>();
  facts.pending_count = row["pending_count"].as<int>();
  facts.failed_count = row["failed_count"].as<int>();
  if (order.imported_total) {
    facts.total_minor = order.imported_total->amount_minor;
  } else if (row["charge_count"].as<int>() > 0 && row["unknown_parts"].as<int>() == 0) {
    facts.total_minor = row["paid_minor"].as<std::int64_t>();
  }
  return facts;
}

std::optional<std::string_view> currency_code(const std::optional<domain::Currency>& currency) {
  return currency ? std::optional{currency->code()} : std::nullopt;
}

void add_order(Columns& columns, const domain::OrderKey& key, const OrderRow& order,
               const domain::OrderFacts& facts, domain::Time now) {
  const domain::OrderState state = order_state(facts);
  const auto& total = order.imported_total;
  columns.add_row(key.first, key.second, to_string(state.status), state.total_known,
                  currency_code(facts.currency), facts.total_minor, facts.refunded_minor,
                  facts.pending_minor, order.customer_email, order.customer_locale, now,
                  total ? std::optional{total->amount_minor} : std::nullopt,
                  total ? std::optional{total->currency.code()} : std::nullopt, order.revision + 1);
}

}  // namespace

void save_orders(Transaction& transaction, const std::set<domain::OrderKey>& keys,
                 const std::map<domain::OrderKey, OrderImport>& imports, domain::Time now) {
  if (keys.empty()) {
    return;
  }
  OrderRows rows = lock_orders(transaction, keys);
  take_imports(rows, imports);
  Columns wanted{3};
  for (const auto& [key, row] : rows) {
    wanted.add_row(
        key.first, key.second,
        row.imported_total ? std::optional{row.imported_total->currency.code()} : std::nullopt);
  }
  std::map<domain::OrderKey, domain::OrderFacts> facts;
  for (const auto& row : transaction.run(k_sum_orders, wanted)) {
    const domain::OrderKey key = order_key(row);
    facts[key] = read_facts(row, rows.at(key));
  }
  Columns columns{14};
  for (const auto& [key, row] : rows) {
    add_order(columns, key, row, facts.at(key), now);
  }
  transaction.run_exactly(k_save_orders, columns);
}

}  // namespace store
