#include "store/rebuild.hpp"
#include "store/rebuild_tables.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// Nobody analyzes a temporary table by itself.
constexpr const char* k_analyze = R"(
ANALYZE stored_evidence; ANALYZE stored_refunds; ANALYZE stored_charges; ANALYZE stored_orders;
ANALYZE refunds; ANALYZE charges; ANALYZE orders)";

// An event's refund and charge are not verifiable without it, and neither is any order that one of
// these counts for or names, here or there.
constexpr const char* k_find_lost = R"(
CREATE TABLE lost_refunds AS
SELECT DISTINCT source, refund_id
  FROM stored_evidence WHERE fate IS NOT NULL AND refund_id IS NOT NULL;
CREATE TABLE lost_charges AS
SELECT DISTINCT source, charge_id
  FROM stored_evidence WHERE fate IS NOT NULL AND charge_id IS NOT NULL;
CREATE TABLE lost_orders AS
SELECT r.order_id, r.livemode FROM stored_refunds r NATURAL JOIN lost_refunds
 UNION
SELECT r.reported_order_id, r.livemode FROM stored_refunds r NATURAL JOIN lost_refunds
 UNION
SELECT r.order_id, r.livemode FROM refunds r NATURAL JOIN lost_refunds
 UNION
SELECT r.order_id, r.livemode FROM stored_refunds r NATURAL JOIN lost_charges
 UNION
SELECT r.order_id, r.livemode FROM refunds r NATURAL JOIN lost_charges
 UNION
SELECT c.order_id, c.livemode FROM stored_charges c NATURAL JOIN lost_charges
 UNION
SELECT c.order_id, c.livemode FROM charges c NATURAL JOIN lost_charges;
DELETE FROM lost_orders WHERE order_id IS NULL)";

// An order that only a lost event named: nothing counts for it.
constexpr const char* k_find_lost_names = R"(
INSERT INTO lost_orders
SELECT s.order_id, s.livemode
  FROM stored_orders s
 WHERE s.status = 'paid' AND s.refunded_minor = 0 AND s.pending_minor = 0
   AND EXISTS (SELECT FROM stored_evidence WHERE fate IS NOT NULL)
   AND NOT EXISTS (SELECT FROM orders o
                    WHERE o.order_id = s.order_id AND o.livemode = s.livemode)
   AND NOT EXISTS (SELECT FROM lost_orders l
                    WHERE l.order_id = s.order_id AND l.livemode = s.livemode))";

// A refund that names no order has its charge's, and what is lost may have said which.
constexpr const char* k_forgive_orders_of_lost_charges = R"(
UPDATE refunds f
   SET order_id = s.order_id
  FROM stored_refunds s
 WHERE s.source = f.source AND s.refund_id = f.refund_id AND f.reported_order_id IS NULL
   AND EXISTS (SELECT FROM lost_charges c
                WHERE c.source = s.source AND c.charge_id IN (s.charge_id, f.charge_id)))";

constexpr const char* k_find_altered = R"(
SELECT 'webhook_payloads' AS table_name, source, event_id AS key,
       CASE fate WHEN 'altered' THEN 'body' ELSE '(row)' END AS column_name,
       CASE fate WHEN 'altered' THEN 'other bytes than were received' ELSE 'missing' END AS stored,
       CASE fate WHEN 'altered' THEN 'SHA-256 ' || encode(body_sha256, 'hex') ELSE 'there' END
       AS folded
  FROM stored_evidence
 WHERE fate IN ('altered', 'deleted')
 ORDER BY source, event_id)";

constexpr const char* k_count_fates = R"(
SELECT count(*) FILTER (WHERE fate = 'gone'), count(*) FILTER (WHERE fate = 'unreadable')
  FROM stored_evidence)";

std::string equal(std::span<const char* const> columns, const std::string& left,
                  const std::string& right) {
  std::string condition;
  for (const char* column : columns) {
    condition +=
        (condition.empty() ? "" : " AND ") + left + "." + column + " = " + right + "." + column;
  }
  return condition;
}

// Whole rows first, so that only those that differ are taken apart.
std::string differences_sql(const RebuiltTable& table) {
  std::string cells;
  for (const char* column : table.columns) {
    const std::string name = column;
    cells += ", ('" + name + "', s." + name + "::text, f." + name + "::text)";
  }
  const std::string name = table.name;
  const std::string first_key = table.key.front();
  const std::string has_stored = "s." + first_key + " IS NOT NULL";
  const std::string has_folded = "f." + first_key + " IS NOT NULL";
  return "SELECT '" + name + "' AS table_name, " + table.printed_source + " AS source, " +
         table.printed_key + " AS key, d.column_name, d.stored, d.folded FROM stored_" + name +
         " s FULL JOIN " + name + " f ON " + equal(table.key, "s", "f") +
         " CROSS JOIN LATERAL (SELECT coalesce(s." + table.key[0] + ", f." + table.key[0] +
         ") AS " + table.key[0] + ", coalesce(s." + table.key[1] + ", f." + table.key[1] + ") AS " +
         table.key[1] + ") k CROSS JOIN LATERAL (VALUES ('(row)', CASE WHEN " + has_stored +
         " THEN 'there' ELSE 'missing' END, CASE WHEN " + has_folded +
         " THEN 'there' ELSE 'missing' END)" + cells + ") d(column_name, stored, folded) WHERE (" +
         list_of(table.columns, "s") + ") IS DISTINCT FROM (" + list_of(table.columns, "f") +
         ") AND NOT EXISTS (SELECT FROM lost_" + name + " l WHERE " + equal(table.key, "l", "k") +
         ") AND d.stored IS DISTINCT FROM d.folded AND (d.column_name = '(row)' OR (" + has_stored +
         " AND " + has_folded + ")) ORDER BY 2, 3, 4";
}

// Of either side, once each: how many rows there are, and how many of them are lost.
std::string count_sql(const RebuiltTable& table) {
  const std::string name = table.name;
  const std::string key = list_of(table.key);
  return "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM lost_" + name + " l WHERE " +
         equal(table.key, "l", "k") + ")) FROM (SELECT " + key + " FROM stored_" + name +
         " UNION SELECT " + key + " FROM " + name + ") k";
}

void add_differences(Transaction& transaction, const std::string& sql, RebuildReport& report) {
  for (const auto& row : transaction.run(sql)) {
    report.differences.push_back({row["table_name"].as<std::string>(),
                                  row["source"].as<std::string>(), row["key"].as<std::string>(),
                                  row["column_name"].as<std::string>(), read_text(row["stored"]),
                                  read_text(row["folded"])});
  }
}

struct Counted {
  std::int64_t& compared;
  std::int64_t& not_verifiable;
};

void compare_table(Transaction& transaction, const RebuiltTable& table, RebuildReport& report,
                   Counted counted) {
  const auto counts = transaction.run(count_sql(table));
  counted.not_verifiable = counts[0][1].as<std::int64_t>();
  counted.compared = counts[0][0].as<std::int64_t>() - counted.not_verifiable;
  add_differences(transaction, differences_sql(table), report);
}

}  // namespace

RebuildReport Rebuild::compare() {
  return in_transaction(connection_, [this](Transaction& transaction) {
    RebuildReport report;
    report.event_count = event_count_;
    transaction.run(k_plan_whole_tables);
    transaction.run(k_analyze);
    transaction.run(k_find_lost);
    transaction.run(k_find_lost_names);
    transaction.run(k_forgive_orders_of_lost_charges);
    const auto fates = transaction.run(k_count_fates);
    report.gone_count = fates[0][0].as<std::int64_t>();
    report.unreadable_count = fates[0][1].as<std::int64_t>();
    add_differences(transaction, k_find_altered, report);
    compare_table(transaction, k_rebuilt_refunds, report,
                  {report.compared.refunds, report.not_verifiable.refunds});
    compare_table(transaction, k_rebuilt_charges, report,
                  {report.compared.charges, report.not_verifiable.charges});
    if (with_orders_) {
      compare_table(transaction, k_rebuilt_orders, report,
                    {report.compared.orders, report.not_verifiable.orders});
    }
    return report;
  });
}

}  // namespace store
