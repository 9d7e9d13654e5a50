#include "store/rebuild.hpp"

#include "store/apply.hpp"
#include "store/embedded_sql.hpp"
#include "store/rebuild_tables.hpp"
#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr int k_events_per_batch = 500;
constexpr const char* k_orders_per_batch = "500";

// One snapshot for all that is copied; names without a schema mean the temporary tables from here
// on, and nothing else: no statement of the fold can reach the stored ones.
constexpr const char* k_begin = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
constexpr const char* k_use_temporary_tables =
    "SET search_path = pg_temp; SET temp_buffers = '64MB'";

// What stands in audit_id order is the order in which a refund's events really took effect: with
// several daemons the times of receipt say it only nearly. An event that came late and then again
// took effect with its last entry.
constexpr const char* k_make_evidence = R"(
CREATE TABLE stored_evidence AS
SELECT 0::bigint AS ordinal, source, event_id, event_type, refund_id, charge_id, verdict, evidence,
       occurred_at, received_at, body_sha256, NULL::text AS fate
  FROM refundd.webhook_events WITH NO DATA;
ALTER TABLE stored_evidence ADD PRIMARY KEY (ordinal))";
constexpr const char* k_copy_evidence = R"(
INSERT INTO stored_evidence
SELECT row_number() OVER (ORDER BY a.audit_id NULLS FIRST, e.received_at, e.source, e.event_id),
       e.source, e.event_id, e.event_type, e.refund_id, e.charge_id, e.verdict, e.evidence,
       e.occurred_at, e.received_at, e.body_sha256
  FROM refundd.webhook_events e
  LEFT JOIN (SELECT source, refund_id, event_id, max(audit_id) AS audit_id
               FROM refundd.refund_audit GROUP BY source, refund_id, event_id) a
    ON a.source = e.source AND a.refund_id = e.refund_id AND a.event_id = e.event_id
 WHERE e.verdict IN ('applied', 'unchanged', 'stale', 'unsupported')
   AND ($1::text = '' OR e.source = $1::text))";

constexpr const char* k_make_orders = R"(
CREATE TABLE stored_orders AS
SELECT order_id, livemode, status, total_known, currency, total_minor, refunded_minor,
       pending_minor, imported_total_minor, imported_currency
  FROM refundd.orders)";

// A conflicting duplicate has its own time of receipt; the bytes that count are those of the
// digest. Bytes are rightly gone where a pruning covered their time or an erasure named them.
constexpr const char* k_next = R"(
SELECT e.ordinal, e.source, e.event_id, e.event_type, e.charge_id, e.verdict, e.evidence,
       e.occurred_at, e.received_at, p.headers, p.body, p.is_whole,
       p.body IS NULL
       AND (EXISTS (SELECT FROM refundd.retention_log l
                     WHERE l.action = 'prune'
                       AND e.received_at >= (l.details ->> 'since')::timestamptz
                       AND e.received_at < (l.details ->> 'until')::timestamptz)
            OR EXISTS (SELECT FROM refundd.erased_payloads x
                        WHERE x.event_id = e.event_id AND x.source = e.source)) AS is_forgotten
  FROM stored_evidence e
  LEFT JOIN LATERAL (
       SELECT headers, body, sha256(body) = e.body_sha256 AS is_whole
         FROM (SELECT headers, body
                 FROM refundd.webhook_payloads
                WHERE event_id = e.event_id AND source = e.source AND received_at = e.received_at
                UNION ALL
               SELECT headers, body
                 FROM refundd.held_payloads
                WHERE event_id = e.event_id AND source = e.source AND received_at = e.received_at) b
        ORDER BY is_whole DESC
        LIMIT 1) p ON true
 WHERE e.ordinal > $1::bigint AND e.ordinal <= $1::bigint + $2::bigint
 ORDER BY e.ordinal)";

constexpr const char* k_set_fate =
    "UPDATE stored_evidence SET fate = $2::text WHERE ordinal = $1::bigint";

constexpr const char* k_next_imports = R"(
SELECT order_id, livemode, imported_total_minor, imported_currency
  FROM stored_orders
 WHERE imported_total_minor IS NOT NULL AND (order_id, livemode) > ($1::text, $2::boolean)
 ORDER BY order_id, livemode
 LIMIT $3::bigint)";

void make_tables_of_migrations(Transaction& transaction) {
  for (const auto& [name, text] : embedded_sql()) {
    if (name.starts_with("migrations/")) {
      transaction.run(std::string{text});
    }
  }
}

void copy_table(Transaction& transaction, const RebuiltTable& table, const std::string& source) {
  const std::string columns = list_of(table.key) + ", " + list_of(table.columns);
  const std::string from = " FROM refundd." + std::string{table.name};
  const std::string copy = "stored_" + std::string{table.name};
  transaction.run("CREATE TABLE " + copy + " AS SELECT " + columns + from + " WITH NO DATA");
  const std::string insert = "INSERT INTO " + copy + " SELECT " + columns + from +
                             " WHERE $1::text = '' OR source = $1::text";
  transaction.run(insert.c_str(), {source});
}

StoredEvidence read_evidence(const pqxx::row& row) {
  StoredEvidence evidence;
  evidence.ordinal = row["ordinal"].as<std::int64_t>();
  evidence.source = row["source"].as<std::string>();
  evidence.event_id = row["event_id"].as<std::string>();
  evidence.event_type = row["event_type"].as<std::string>();
  evidence.charge_id = read_text_or_empty(row["charge_id"]);
  evidence.verdict =
      require(domain::parse_verdict(row["verdict"].as<std::string>()), "webhook_events.verdict");
  evidence.evidence =
      require(domain::parse_evidence(row["evidence"].as<std::string>()), "webhook_events.evidence");
  evidence.occurred_at = require(read_time(row["occurred_at"]), "webhook_events.occurred_at");
  evidence.received_at = require(read_time(row["received_at"]), "webhook_events.received_at");
  evidence.headers_json = row["headers"].as<std::string>();
  evidence.body = pqxx::binarystring{row["body"]}.str();
  return evidence;
}

void set_fate(Transaction& transaction, std::int64_t ordinal, const char* fate) {
  transaction.run(k_set_fate, {std::to_string(ordinal), fate});
}

}  // namespace

Rebuild::Rebuild(Connection& connection, const std::string& source, domain::Time now)
    : connection_{connection}, with_orders_{source.empty()}, now_{now} {
  in_transaction(connection_, [&](Transaction& transaction) {
    transaction.run(k_begin);
    transaction.run(k_use_temporary_tables);
    transaction.run(k_plan_whole_tables);
    make_tables_of_migrations(transaction);
    copy_table(transaction, k_rebuilt_refunds, source);
    copy_table(transaction, k_rebuilt_charges, source);
    transaction.run(k_make_orders);
    transaction.run(k_make_evidence);
    transaction.run(k_copy_evidence, {source});
    transaction.commit();
  });
  take_imported_totals();
}

// An import is no event: the total that it named stands in the order alone. Whom to write to is of
// no concern here and stays where it is.
void Rebuild::take_imported_totals() {
  std::string order_id;
  std::string livemode = "false";
  for (;;) {
    const auto rows = in_transaction(connection_, [&](Transaction& transaction) {
      return transaction.run(k_next_imports, {order_id, livemode, k_orders_per_batch});
    });
    if (rows.empty()) {
      return;
    }
    std::map<domain::OrderKey, OrderImport> imports;
    for (const auto& row : rows) {
      order_id = row["order_id"].as<std::string>();
      livemode = row["livemode"].as<std::string>();
      const auto total = read_money(row["imported_total_minor"], row["imported_currency"]);
      imports.emplace(domain::OrderKey{order_id, row["livemode"].as<bool>()},
                      OrderImport{*total, "", ""});
    }
    apply_import(connection_, {}, imports, now_);
  }
}

std::vector<StoredEvidence> Rebuild::next() {
  return in_transaction(connection_, [this](Transaction& transaction) {
    std::vector<StoredEvidence> batch;
    for (bool at_end = false; batch.empty() && !at_end;) {
      const auto rows = transaction.run(
          k_next, {std::to_string(last_ordinal_), std::to_string(k_events_per_batch)});
      at_end = rows.empty();
      for (const auto& row : rows) {
        last_ordinal_ = row["ordinal"].as<std::int64_t>();
        if (row["body"].is_null()) {
          set_fate(transaction, last_ordinal_, row["is_forgotten"].as<bool>() ? "gone" : "deleted");
        } else if (!row["is_whole"].as<bool>()) {
          set_fate(transaction, last_ordinal_, "altered");
        } else {
          batch.push_back(read_evidence(row));
        }
      }
    }
    transaction.commit();
    return batch;
  });
}

void Rebuild::fold(std::span<const Delivery> deliveries) {
  if (!deliveries.empty()) {
    apply_batch(connection_, deliveries, now_);
    event_count_ += static_cast<std::int64_t>(deliveries.size());
  }
}

void Rebuild::set_aside(const StoredEvidence& evidence) {
  in_transaction(connection_, [&](Transaction& transaction) {
    set_fate(transaction, evidence.ordinal, "unreadable");
    transaction.commit();
  });
}

}  // namespace store
