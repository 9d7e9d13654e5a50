// A database that was filled at an older version is brought up to this build's, and work goes on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "store/audit_verify.hpp"
#include "store/embedded_sql.hpp"
#include "store/failure.hpp"
#include "store/order_model.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using domain::Verdict;
using enum domain::RefundStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using Verdicts = std::vector<Verdict>;

constexpr const char* k_tables[] = {"webhook_events",  "webhook_payloads", "charges",
                                    "refunds",         "orders",           "refund_audit",
                                    "outbox_messages", "anomalies"};

std::string sql_file(std::string_view wanted) {
  for (const auto& [name, text] : embedded_sql()) {
    if (name == wanted) {
      return std::string{text};
    }
  }
  throw std::runtime_error{"no such SQL file"};
}

// As `refundctl migrate` of the first version left a database. The roles are those of the cluster.
void migrate_to_version_1(Connection& connection) {
  in_transaction(connection, [](Transaction& transaction) {
    transaction.run(std::string{R"(
CREATE SCHEMA refundd;
CREATE TABLE refundd.schema_migrations (
    version     integer     NOT NULL,
    name        text        NOT NULL,
    checksum    bytea       NOT NULL,
    applied_at  timestamptz NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
))"});
    const std::string initial = sql_file("migrations/0001_initial.sql");
    transaction.run(initial);
    transaction.run(
        "INSERT INTO schema_migrations "
        "VALUES (1, '0001_initial.sql', sha256(convert_to($1, 'UTF8')), now())",
        {initial});
    // What later migrations meet of its views: they name columns whose types change.
    transaction.run(std::string{R"(
CREATE VIEW refund_timeline AS SELECT source, refund_id, event_id, verdict FROM refund_audit;
CREATE VIEW charge_summary AS SELECT source, charge_id, amount_minor, currency FROM charges)"});
    transaction.commit();
  });
}

// Columns that came later are left out: rows are read by the names of the older table.
void copy_rows(const Database& from, const Database& to) {
  for (const std::string table : k_tables) {
    to.run("INSERT INTO " + table +
           " OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::" + table +
           ", $rows$" + from.value("SELECT json_agg(t) FROM " + table + " t") + "$rows$)");
  }
  to.run("SELECT setval('refund_audit_audit_id_seq', max(audit_id)) FROM refund_audit");
  to.run("SELECT setval('anomalies_anomaly_id_seq', max(anomaly_id)) FROM anomalies");
}

// Every table's rows as text, without the columns that came later.
std::vector<std::string> all_rows(const Database& database) {
  std::vector<std::string> all;
  for (const std::string table : k_tables) {
    for (std::string& row : database.rows("SELECT (to_jsonb(t) - "
                                          "'{refund_count,charge_count,sink,lease_token,request_id,"
                                          "resolution,held_since}'::text[])"
                                          "::text FROM " +
                                          table + " t ORDER BY 1")) {
      all.push_back(table + " " + std::move(row));
    }
  }
  return all;
}

Delivery refund(const char* id, std::optional<std::string> charge_id, domain::RefundStatus status,
                int second) {
  auto report =
      samples::report(status, second, std::string{"e-"} + id + "-" + std::to_string(second));
  report.refund_id = id;
  report.charge_id = std::move(charge_id);
  report.amount = samples::thb(30'000);
  report.reason = "requested_by_customer";
  report.metadata_json = R"({"order_id": "order-1"})";
  return delivery_of(report);
}

std::vector<Delivery> before_the_migration() {
  auto unknown = samples::report(pending, 3, "e-unknown");
  unknown.refund_id = "r-unknown";
  unknown.charge_id.reset();
  unknown.order_id.reset();
  return {delivery_of(samples::charge_report(1, "c1")), refund("r1", "chrg_1", pending, 2),
          refund("r2", "chrg_1", successful, 2), delivery_of(unknown)};
}

std::vector<std::vector<Delivery>> after_the_migration() {
  auto late_charge = samples::charge_report(9, "c2");
  late_charge.charge_id = "chrg_2";
  return {{refund("r1", "chrg_1", pending, 2), refund("r1", "chrg_1", successful, 5)},
          {refund("r3", "chrg_2", successful, 6)},
          {refund("r2", std::nullopt, failed, 7)},
          {delivery_of(late_charge)}};
}

class FasterKeysTest : public testing::Test {
 protected:
  FasterKeysTest() {
    auto newest = newest_.connect();  // its migration also made the roles
    store::apply(newest, before_the_migration());
    apply_import(newest, {}, {{{"order-9", true}, {samples::thb(1'000), "a@example.com", "ja"}}},
                 samples::at(0));
    auto old = old_.connect();
    migrate_to_version_1(old);
    copy_rows(newest_, old_);
  }

  Database newest_;
  Database old_{/*migrated=*/false};
};

TEST_F(FasterKeysTest, EveryTableHasRowsThatTheMigrationKeeps) {
  const auto before = all_rows(old_);
  for (const std::string table : k_tables) {
    EXPECT_NE(old_.value("SELECT count(*) FROM " + table), "0") << table;
  }
  auto connection = old_.connect();
  EXPECT_THAT(migrate(connection).applied,
              ElementsAre("0002_faster_keys.sql", "0003_outbox.sql", "0004_operations.sql",
                          "0005_reads.sql", "0006_reconciliation.sql", "0007_retention.sql",
                          "0008_views.sql"));
  EXPECT_TRUE(check_schema(connection).usable);
  EXPECT_EQ(all_rows(old_), before);
  EXPECT_EQ(old_.value("SELECT count(*) FROM orders WHERE refund_count IS NULL "
                       "AND charge_count IS NULL"),
            "2");
  EXPECT_EQ(old_.value("SELECT count(*) FROM refund_timeline"),
            newest_.value("SELECT count(*) FROM refund_timeline"));
  EXPECT_EQ(old_.rows("SELECT * FROM charge_summary"),
            newest_.rows("SELECT * FROM charge_summary"));
}

TEST_F(FasterKeysTest, EventsGoOnAsIfTheSchemaHadAlwaysBeenThis) {
  auto connection = old_.connect();
  migrate(connection);
  auto newest = newest_.connect();
  for (const auto& batch : after_the_migration()) {
    const auto verdicts = store::apply(connection, batch);
    EXPECT_EQ(verdicts, store::apply(newest, batch));
    EXPECT_THAT(wrong_orders(old_), IsEmpty());
  }
  // What came before is remembered: a duplicate is one.
  EXPECT_EQ(store::apply(connection, before_the_migration()), Verdicts(4, Verdict::duplicate));
  EXPECT_EQ(order_rows(old_), order_rows(newest_));
  EXPECT_EQ(old_.value("SELECT status, refunded_minor, total_minor FROM orders "
                       "WHERE order_id = 'order-1'"),
            "partially_refunded|60000|200000");
  EXPECT_EQ(old_.rows("SELECT kind, subject FROM anomalies ORDER BY 1, 2"),
            newest_.rows("SELECT kind, subject FROM anomalies ORDER BY 1, 2"));
  EXPECT_EQ(old_.rows("SELECT audience, template, refund_id, episode FROM outbox_messages "
                      "ORDER BY 1, 2, 3, 4"),
            newest_.rows("SELECT audience, template, refund_id, episode FROM outbox_messages "
                         "ORDER BY 1, 2, 3, 4"));
  EXPECT_TRUE(verify_audit(connection).faults.empty());
}

// What the constraints of version 1 refused, the types of version 2 refuse.
TEST_F(FasterKeysTest, TheRulesOfTheOldTablesStillHold) {
  auto connection = old_.connect();
  migrate(connection);
  const char* forbidden[] = {
      "UPDATE refunds SET status = 'lost'",
      "UPDATE refunds SET amount_minor = 0",
      "UPDATE refunds SET currency = 'thb'",
      "UPDATE refunds SET currency = NULL",
      "UPDATE refunds SET evidence = 'rumour'",
      "UPDATE refunds SET action_required = true, status = 'failed'",
      "UPDATE charges SET status = 'lost'",
      "UPDATE charges SET amount_minor = -1",
      "UPDATE charges SET currency = 'THBX'",
      "UPDATE orders SET status = 'lost'",
      "UPDATE orders SET refunded_minor = -1",
      "UPDATE orders SET pending_minor = -1",
      "UPDATE orders SET total_minor = 0, total_known = true",
      "UPDATE orders SET imported_total_minor = 0, imported_currency = 'THB'",
      "UPDATE orders SET total_known = NOT total_known",
      "UPDATE webhook_events SET verdict = 'duplicate'",
      "UPDATE webhook_events SET evidence = 'rumour'",
      "UPDATE webhook_events SET body_sha256 = 'x'",
      "UPDATE webhook_events SET content_sha256 = 'x'",
      "UPDATE refund_audit SET previous_hash = 'x'",
      "UPDATE refund_audit SET entry_hash = 'x'",
      "UPDATE outbox_messages SET audience = 'everybody'",
      "UPDATE outbox_messages SET priority = 'low'",
      "UPDATE outbox_messages SET state = 'lost'",
      "UPDATE outbox_messages SET refund_id = NULL, audience = 'support', template = 'x', "
      "episode = '1', source = 'omise-th'",
      "UPDATE anomalies SET kind = 'rumour'",
  };
  for (const char* statement : forbidden) {
    try {
      old_.run(statement);
      ADD_FAILURE() << "allowed: " << statement;
    } catch (const std::exception& error) {
      EXPECT_EQ(classify(error).kind() == FailureKind::rejected ||
                    classify(error).kind() == FailureKind::exists,
                true)
          << statement << ": " << error.what();
    }
  }
}

}  // namespace
}  // namespace store
