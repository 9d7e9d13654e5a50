#include "store/schema.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/partitions.hpp"

namespace store {
namespace {

std::string refusal(const Database& database) {
  auto connection = database.connect();
  try {
    migrate(connection);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST(MigrateTest, BringsAnEmptyDatabaseUpAndThenDoesNothing) {
  const Database database{/*migrated=*/false};
  auto connection = database.connect();
  EXPECT_EQ(check_schema(connection).reason, "the schema is missing: run refundctl migrate");
  const auto first = migrate(connection);
  EXPECT_EQ(first.applied.front(), "0001_initial.sql");
  EXPECT_TRUE(migrate(connection).applied.empty());
  const auto state = check_schema(connection);
  EXPECT_TRUE(state.usable);
  EXPECT_TRUE(state.durable);
  EXPECT_EQ(state.reason, "");
}

TEST(MigrateTest, SeveralAtOnceAreOneAfterTheOther) {
  const Database database{/*migrated=*/false};
  std::vector<std::thread> runners;
  for (int runner = 0; runner < 4; ++runner) {
    runners.emplace_back([&] { EXPECT_EQ(refusal(database), ""); });
  }
  for (std::thread& runner : runners) {
    runner.join();
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM schema_migrations WHERE version = 1"), "1");
}

TEST(MigrateTest, RefusesANewerSchema) {
  const Database database;
  database.run("INSERT INTO schema_migrations VALUES (9999, 'future.sql', 'x', now())");
  EXPECT_NE(refusal(database).find("newer than this build"), std::string::npos);
  auto connection = database.connect();
  EXPECT_FALSE(check_schema(connection).usable);
}

TEST(MigrateTest, RefusesAMigrationWithAnotherText) {
  const Database database;
  database.run("UPDATE schema_migrations SET checksum = sha256('x') WHERE version = 1");
  EXPECT_NE(refusal(database).find("another text"), std::string::npos);
}

TEST(SchemaTest, AServerThatMayLoseCommitsIsNotDurable) {
  const Database database;
  database.run("ALTER DATABASE " + database.value("SELECT current_database()") +
               " SET synchronous_commit = off");
  auto connection = database.connect();
  const auto state = check_schema(connection);
  EXPECT_TRUE(state.usable);
  EXPECT_FALSE(state.durable);
  EXPECT_NE(state.reason.find("synchronous_commit is off"), std::string::npos);
}

TEST(PartitionsTest, ThisMonthAndTheNextTwoAreMadeOnce) {
  const Database database;
  auto connection = database.connect();
  const auto december = *domain::parse_rfc3339("2030-12-31T23:59:59Z");
  const std::vector<std::string> expected{"webhook_payloads_2030_12", "webhook_payloads_2031_01",
                                          "webhook_payloads_2031_02"};
  EXPECT_EQ(make_payload_partitions(connection, december), expected);
  EXPECT_TRUE(make_payload_partitions(connection, december).empty());
}

TEST(PartitionsTest, APayloadGoesToItsMonthAndNeverGetsLostWithoutOne) {
  const Database database;
  auto connection = database.connect();
  make_payload_partitions(connection, *domain::parse_rfc3339("2030-12-31T23:59:59Z"));
  auto in_month = delivery_of(samples::report(domain::RefundStatus::pending, 0, "e1"));
  in_month.received_at = *domain::parse_rfc3339("2031-01-01T00:00:00Z");
  auto without_month = delivery_of(samples::report(domain::RefundStatus::pending, 0, "e2"));
  without_month.received_at = *domain::parse_rfc3339("2035-01-01T00:00:00Z");
  apply(connection, {in_month, without_month});
  EXPECT_EQ(database.value("SELECT event_id FROM webhook_payloads_2031_01"), "e1");
  EXPECT_EQ(database.value("SELECT event_id FROM webhook_payloads_default"), "e2");
}

TEST(PartitionsTest, SeveralDaemonsMayMakeThemAtOnce) {
  const Database database;
  std::vector<std::thread> daemons;
  for (int daemon = 0; daemon < 4; ++daemon) {
    daemons.emplace_back([&] {
      auto connection = database.connect();
      EXPECT_NO_THROW(
          make_payload_partitions(connection, *domain::parse_rfc3339("2040-05-01T00:00:00Z")));
    });
  }
  for (std::thread& daemon : daemons) {
    daemon.join();
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_class WHERE relname LIKE "
                           "'webhook_payloads_2040%' AND relkind = 'r'"),
            "3");
}

}  // namespace
}  // namespace store
