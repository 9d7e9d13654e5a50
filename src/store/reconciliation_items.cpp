#include "store/reconciliation_items.hpp"

#include <algorithm>

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_list = R"(
SELECT item_id, source, basis, refund_id, kind, expected, found, amount_minor, currency, refund_at,
       state, first_run_id, last_run_id, detected_at, resolved_at, resolved_by, resolution
  FROM reconciliation_items
 WHERE ($1::text = '' OR source = $1::text)
   AND ($2::bigint = 0 OR last_run_id = $2::bigint)
   AND (NOT $3::boolean OR state = 'open')
 ORDER BY item_id
 LIMIT $4::bigint)";

constexpr const char* k_accept = R"(
UPDATE reconciliation_items
   SET state = 'accepted', resolved_at = $2::timestamptz, resolved_by = $3::text,
       resolution = $4::text
 WHERE item_id = $1::bigint AND state = 'open')";

constexpr const char* k_find = R"(
SELECT item_id, source, basis, refund_id, kind, expected, found, amount_minor, currency, refund_at,
       state, first_run_id, last_run_id, detected_at, resolved_at, resolved_by, resolution
  FROM reconciliation_items
 WHERE item_id = $1::bigint)";

ReconciliationItem read_item(const pqxx::row& row) {
  ReconciliationItem item;
  item.item_id = row["item_id"].as<std::int64_t>();
  item.source = row["source"].as<std::string>();
  item.basis = row["basis"].as<std::string>();
  item.refund_id = row["refund_id"].as<std::string>();
  item.kind = row["kind"].as<std::string>();
  item.expected = row["expected"].as<std::string>();
  item.found = row["found"].as<std::string>();
  item.amount = read_money(row["amount_minor"], row["currency"]);
  item.refund_at = require(read_time(row["refund_at"]), "reconciliation_items.refund_at");
  item.state = row["state"].as<std::string>();
  item.first_run_id = row["first_run_id"].as<std::int64_t>();
  item.last_run_id = row["last_run_id"].as<std::int64_t>();
  item.detected_at = require(read_time(row["detected_at"]), "reconciliation_items.detected_at");
  item.resolved_at = read_time(row["resolved_at"]);
  item.resolved_by = read_text_or_empty(row["resolved_by"]);
  item.resolution = read_text_or_empty(row["resolution"]);
  return item;
}

}  // namespace

std::vector<ReconciliationItem> list_items(Connection& connection, const ItemFilter& filter) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::vector<ReconciliationItem> items;
    for (const auto& row :
         transaction.run(k_list, {filter.source, std::to_string(filter.run_id),
                                  filter.only_open ? "true" : "false",
                                  std::to_string(std::clamp(filter.limit, 1, k_item_list_max))})) {
      items.push_back(read_item(row));
    }
    return items;
  });
}

std::optional<ReconciliationItem> accept_item(Connection& connection, std::int64_t item_id,
                                              const Resolution& resolution) {
  return in_transaction(connection,
                        [&](Transaction& transaction) -> std::optional<ReconciliationItem> {
                          const std::string id = std::to_string(item_id);
                          transaction.run(k_accept, {id, domain::format_rfc3339(resolution.now),
                                                     resolution.user, resolution.reason});
                          const auto rows = transaction.run(k_find, {id});
                          transaction.commit();
                          return rows.empty() ? std::nullopt : std::optional{read_item(rows[0])};
                        });
}

}  // namespace store
