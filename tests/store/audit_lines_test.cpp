#include "store/audit_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <pqxx/pqxx>
#include <random>
#include <thread>

#include "store/database.hpp"
#include "store/failure.hpp"

namespace store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::string insert_of(const std::string& refund_id, const std::string& notes = "NULL") {
  return "INSERT INTO refundd.refund_audit (recorded_at, occurred_at, source, refund_id, event_id,"
         " evidence, verdict, status_after, notes, chain_index, previous_hash, entry_hash)"
         " VALUES (now(), now(), 's', '" +
         refund_id + "', 'e', 'operator', 'applied', 'pending', " + notes +
         ", 1, sha256(''), sha256(''))";
}

/// A transaction of another session. Rolls back when it is not committed.
class Writer {
 public:
  explicit Writer(const Database& database) : connection_{database.url()}, work_{connection_} {}

  void run(const std::string& sql) { work_.exec(sql); }
  void add(const std::string& refund_id) { run(insert_of(refund_id)); }
  void commit() { work_.commit(); }
  void roll_back() { work_.abort(); }

 private:
  pqxx::connection connection_;
  pqxx::work work_;
};

void add_entry(const Database& database, const std::string& refund_id) {
  database.run(insert_of(refund_id));
}

std::vector<std::int64_t> ids_of(const std::vector<AuditEntryRow>& rows) {
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) {
    ids.push_back(row.audit_id);
  }
  return ids;
}

class AuditTailTest : public testing::Test {
 protected:
  std::vector<std::int64_t> read(std::int64_t after = 0, std::size_t limit = 100) {
    return ids_of(tail.read(connection, after, limit));
  }

  Database database;
  Connection connection = database.connect();
  AuditTail tail;
};

TEST_F(AuditTailTest, ReadsWhatFollowsAndNoMoreThanIsAskedFor) {
  EXPECT_THAT(read(), IsEmpty());
  for (const char* refund_id : {"a", "b", "c"}) {
    add_entry(database, refund_id);
  }
  EXPECT_THAT(read(), ElementsAre(1, 2, 3));
  EXPECT_THAT(read(0, 2), ElementsAre(1, 2));
  EXPECT_THAT(read(2), ElementsAre(3));
  EXPECT_THAT(read(3), IsEmpty());
}

TEST_F(AuditTailTest, AnEntryThatIsCommittedAfterALaterOneIsNotLost) {
  Writer slow{database};
  slow.add("slow");
  Writer fast{database};
  fast.add("fast");
  fast.commit();
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(read(), IsEmpty());
  slow.commit();
  EXPECT_THAT(read(), ElementsAre(1, 2));
}

// No transaction id is given to who has only drawn a number from a sequence: no snapshot tells
// that such a transaction is there.
TEST_F(AuditTailTest, AnIdDrawnByATransactionThatHasNoTransactionIdYetIsWaitedFor) {
  // A sequence writes to the log every 32 numbers and after each checkpoint, and who does that gets
  // a transaction id.
  database.run("ALTER SEQUENCE refund_audit_audit_id_seq SET UNLOGGED");
  add_entry(database, "first");
  Writer gate{database};
  gate.run("SELECT pg_advisory_xact_lock(7)");
  std::thread slow{[this] {
    Writer writer{database};
    writer.run(insert_of("slow", "(SELECT count(*) FROM pg_advisory_xact_lock(7))::text"));
    writer.commit();
  }};
  database.wait_for_blocked_session();
  add_entry(database, "fast");
  EXPECT_EQ(database.value("SELECT count(backend_xid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND wait_event_type = 'Lock'"),
            "0");
  EXPECT_THAT(read(), ElementsAre(1));
  EXPECT_THAT(read(1), IsEmpty());
  gate.commit();
  slow.join();
  EXPECT_THAT(read(1), ElementsAre(2, 3));
}

TEST_F(AuditTailTest, AnIdThatWasRolledBackIsPassedOver) {
  Writer failed{database};
  failed.add("never");
  failed.roll_back();
  add_entry(database, "b");
  EXPECT_THAT(read(), ElementsAre(2));
}

TEST_F(AuditTailTest, WhatStandsBeforeTheGapIsReady) {
  add_entry(database, "a");
  Writer slow{database};
  slow.add("slow");
  add_entry(database, "c");
  EXPECT_THAT(read(), ElementsAre(1));
}

// Else a busy table would never let a gap go.
TEST_F(AuditTailTest, OnlyTransactionsThatWereThereBeforeTheGapWasSeenCount) {
  Writer failed{database};
  failed.add("never");
  add_entry(database, "b");
  EXPECT_THAT(read(), IsEmpty());
  Writer later{database};
  later.add("later");
  failed.roll_back();
  EXPECT_THAT(read(), ElementsAre(2));
  add_entry(database, "d");
  EXPECT_THAT(read(2), IsEmpty());
  later.commit();
  EXPECT_THAT(read(2), ElementsAre(3, 4));
}

TEST_F(AuditTailTest, ATransactionThatWritesNoEntriesHoldsNothingUp) {
  Writer elsewhere{database};
  elsewhere.run(
      "INSERT INTO refundd.charges (source, charge_id, livemode, updated_at, report_keys,"
      " revision) VALUES ('s', 'c', true, now(), '', 1)");
  elsewhere.run("SELECT * FROM refundd.refund_audit");
  Writer failed{database};
  failed.add("never");
  failed.roll_back();
  add_entry(database, "b");
  EXPECT_THAT(read(), ElementsAre(2));
}

TEST_F(AuditTailTest, ADatabaseThatHasLostWhatTheFileHoldsIsRefused) {
  add_entry(database, "a");
  EXPECT_THAT(read(1), IsEmpty());
  try {
    read(2);
    ADD_FAILURE();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.kind(), FailureKind::unavailable);
    EXPECT_THAT(failure.what(), HasSubstr("up to 2, but the newest in the database is 1"));
  }
}

// The proof needs ids in the order in which they are drawn; CACHE would deal them out ahead.
TEST_F(AuditTailTest, IdsAreDrawnOneAtATime) {
  EXPECT_EQ(database.value("SELECT seqcache || ' ' || seqincrement || ' ' || seqcycle "
                           "FROM pg_sequence WHERE seqrelid = "
                           "pg_get_serial_sequence('refund_audit', 'audit_id')::regclass"),
            "1 1 false");
}

TEST_F(AuditTailTest, EveryFieldIsReadAsItStands) {
  auto report = samples::report(domain::RefundStatus::successful, 5, "e1");
  report.reason = "duplicate";
  auto event = samples::event_of(report);
  event.user_id = "user_1";
  apply(connection, {delivery_of(event)});
  const auto rows = tail.read(connection, 0, 10);
  ASSERT_EQ(rows.size(), 1);
  const auto& row = rows.front();
  EXPECT_EQ(row.recorded_at, samples::at(0));
  EXPECT_EQ(row.occurred_at, samples::at(5));
  EXPECT_EQ(row.source + " " + row.refund_id + " " + row.event_id, "omise-th rfnd_1 e1");
  EXPECT_EQ(row.charge_id, "chrg_1");
  EXPECT_EQ(row.order_id, "order-1");
  EXPECT_EQ(row.evidence + " " + row.verdict, "signed_webhook applied");
  EXPECT_EQ(row.status_before, std::nullopt);
  EXPECT_EQ(row.status_after, "successful");
  EXPECT_EQ(row.amount_minor, 100'000);
  EXPECT_EQ(row.currency, "THB");
  EXPECT_EQ(row.reason, "duplicate");
  EXPECT_EQ(row.user_id, "user_1");
  EXPECT_EQ(row.ip_address, "192.0.2.7");
  EXPECT_EQ(row.user_agent, "test-sender/1");
  EXPECT_EQ(row.previous_hash, domain::Sha256{});
  EXPECT_NE(row.entry_hash, domain::Sha256{});
}

TEST_F(AuditTailTest, ATimeThatOnlyAHandCanHaveWrittenStopsNothing) {
  add_entry(database, "a");
  database.run("UPDATE refund_audit SET recorded_at = 'infinity'");
  const auto rows = tail.read(connection, 0, 10);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.front().recorded_at, std::nullopt);
  EXPECT_NE(rows.front().occurred_at, std::nullopt);
}

// Four sessions commit and roll back at random while one reads: it has every line, in order.
TEST_F(AuditTailTest, NothingIsLostAmongManyWriters) {
  constexpr int k_sessions = 4;
  constexpr int k_transactions = 150;
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::atomic<int> ended{0};
  std::vector<std::thread> sessions;
  for (unsigned session = 0; session < k_sessions; ++session) {
    sessions.emplace_back([&, session] {
      std::mt19937 random{seed + session};
      pqxx::connection own{database.url()};
      for (int number = 0; number < k_transactions; ++number) {
        pqxx::work work{own};
        for (unsigned entry = 0; entry <= random() % 3; ++entry) {
          work.exec(insert_of(std::to_string(session) + "." + std::to_string(number) + "." +
                              std::to_string(entry)));
        }
        if (random() % 4 != 0) {
          work.commit();
        }
      }
      ++ended;
    });
  }
  std::vector<std::string> seen;
  for (std::int64_t after = 0;;) {
    const bool is_last_look = ended == k_sessions;
    const auto rows = tail.read(connection, after, 50);
    for (const auto& row : rows) {
      seen.push_back(std::to_string(row.audit_id));
      after = row.audit_id;
    }
    if (is_last_look && rows.empty()) {
      break;
    }
  }
  for (auto& session : sessions) {
    session.join();
  }
  EXPECT_EQ(seen, database.rows("SELECT audit_id FROM refund_audit ORDER BY audit_id"));
  EXPECT_NE(database.value("SELECT max(audit_id) - count(*) FROM refund_audit"), "0");
}

TEST(AuditWritersTest, AreWaitedForAsLongAsThePatienceLasts) {
  const Database database;
  auto connection = database.connect();
  EXPECT_EQ(wait_for_audit_writers(connection, 0ms), 0);
  Writer slow{database};
  slow.add("slow");
  add_entry(database, "fast");
  EXPECT_EQ(wait_for_audit_writers(connection, 0ms), std::nullopt);
  slow.commit();
  EXPECT_EQ(wait_for_audit_writers(connection, 0ms), 2);
}

TEST(AuditSnapshotTest, ShowsOneMoment) {
  const Database database;
  add_entry(database, "a");
  database.run("UPDATE refund_audit SET recorded_at = '2026-01-31T10:00:00Z'");
  add_entry(database, "b");
  auto connection = database.connect();
  AuditSnapshot snapshot{connection};
  EXPECT_THAT(ids_of(snapshot.read(0, 1)), ElementsAre(1));
  add_entry(database, "c");
  EXPECT_THAT(ids_of(snapshot.read(1, 10)), ElementsAre(2));
  EXPECT_EQ(snapshot.first_id_since(*domain::parse_rfc3339("2026-01-31T10:00:00Z")), 1);
  EXPECT_EQ(snapshot.first_id_since(*domain::parse_rfc3339("2026-01-31T10:00:01Z")), 2);
  EXPECT_EQ(snapshot.first_id_since(*domain::parse_rfc3339("2999-01-01T00:00:00Z")), std::nullopt);
}

}  // namespace
}  // namespace store
