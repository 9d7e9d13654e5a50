#include "store/connection.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "store/database.hpp"
#include "store/failure.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

std::string setting(Connection& connection, const std::string& name) {
  return in_transaction(connection, [&](Transaction& transaction) {
    return transaction.run("SHOW " + name)[0][0].as<std::string>();
  });
}

TEST(ConnectionTest, EverySessionHasItsLimits) {
  const Database database{/*migrated=*/false};
  ConnectionOptions options;
  options.url = database.url();
  Connection connection{options};
  EXPECT_EQ(setting(connection, "statement_timeout"), "5s");
  EXPECT_EQ(setting(connection, "lock_timeout"), "3s");
  EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "10s");
  EXPECT_EQ(setting(connection, "TimeZone"), "UTC");
  EXPECT_EQ(setting(connection, "search_path"), "refundd");
  EXPECT_EQ(setting(connection, "transaction_isolation"), "read committed");
}

TEST(ConnectionTest, TheNetworkLimitsStandInTheConnectionString) {
  ConnectionOptions options;
  options.url = "postgresql://db.example/refundd?connect_timeout=7";
  const std::string text = connection_string(options);
  EXPECT_NE(text.find("tcp_user_timeout='5000'"), std::string::npos) << text;
  EXPECT_NE(text.find("keepalives_idle='10'"), std::string::npos) << text;
  EXPECT_NE(text.find("connect_timeout='7'"), std::string::npos) << text;
}

TEST(ConnectionTest, AnUnreadableUrlIsSaidSo) {
  ConnectionOptions options;
  options.url = "postgresql://[broken";
  EXPECT_THROW(Connection{options}, Failure);
}

TEST(ConnectionTest, ANobodyAtTheAddressIsUnavailable) {
  ConnectionOptions options;
  options.url = "postgresql:///x?host=/nonexistent";
  try {
    Connection connection{options};
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::unavailable);
    EXPECT_TRUE(failure.connection_lost());
  }
}

TEST(ConnectionTest, AnInterruptedCallFailsAtOnceAndTheConnectionIsLost) {
  const Database database{/*migrated=*/false};
  auto connection = database.connect();
  const auto interrupter = connection.interrupter();
  // The session itself says when it waits: it holds this lock, and then asks for the other one.
  auto holder = database.connect();
  Transaction holding{holder};
  holding.run("SELECT pg_advisory_xact_lock(1)");
  std::thread cutter{[&] {
    database.wait_for_blocked_session();
    interrupter->interrupt();
  }};
  try {
    in_transaction(connection, [](Transaction& transaction) {
      return transaction.run("SELECT pg_advisory_xact_lock(1)").size();
    });
    ADD_FAILURE() << "the call was not interrupted";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::unavailable);
    EXPECT_TRUE(failure.connection_lost());
  }
  cutter.join();
}

TEST(ConnectionTest, ALostSessionDoesNotComeBackByItself) {
  const Database database{/*migrated=*/false};
  auto connection = database.connect();
  database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      setting(connection, "TimeZone");
      ADD_FAILURE() << "attempt " << attempt << " found a session";
    } catch (const Failure& failure) {
      EXPECT_TRUE(failure.connection_lost()) << failure.what();
    }
  }
}

}  // namespace
}  // namespace store
