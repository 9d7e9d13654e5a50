#include "ingest/commit.hpp"

#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/failure.hpp"

namespace ingest {
namespace {

using domain::Verdict;
using store::Database;
using enum domain::RefundStatus;

const Clock k_clock = [] { return samples::at(0); };

store::Delivery delivery(const std::string& refund_id) {
  auto report = samples::report(pending, 5, "e-" + refund_id);
  report.refund_id = refund_id;
  report.charge_id = "chrg-" + refund_id;
  return store::delivery_of(report);
}

std::vector<std::string> words(const CommitResult& result) {
  std::vector<std::string> words;
  for (const Outcome& outcome : result.outcomes) {
    const auto* verdict = std::get_if<Verdict>(&outcome);
    words.emplace_back(verdict ? to_string(*verdict) : "unavailable");
  }
  return words;
}

TEST(CommitTest, ThePoisonEventIsQuarantinedAndAllOthersApplied) {
  const Database database;
  database.run("ALTER TABLE refunds ADD CONSTRAINT poison CHECK (refund_id <> 'poison')");
  auto connection = database.connect();
  std::vector<store::Delivery> batch;
  for (int number = 0; number < 9; ++number) {
    batch.push_back(delivery(number == 6 ? "poison" : "r" + std::to_string(number)));
  }
  const auto result = commit(connection, batch, k_clock);
  EXPECT_EQ(result.connection_problem, "");
  const auto verdicts = words(result);
  ASSERT_EQ(verdicts.size(), batch.size());
  for (std::size_t at = 0; at < verdicts.size(); ++at) {
    EXPECT_EQ(verdicts[at], at == 6 ? "quarantined" : "applied") << at;
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"), "8");
  EXPECT_EQ(database.value("SELECT refund_id FROM webhook_events WHERE verdict = 'quarantined' "
                           "AND verdict_reason LIKE 'the database refused%poison%'"),
            "poison");
  EXPECT_EQ(database.value("SELECT count(*) FROM webhook_payloads"), "9");
  EXPECT_EQ(database.value("SELECT template FROM outbox_messages WHERE audience = 'support'"),
            "anomaly_undecodable_event");
}

TEST(CommitTest, AnEventWhoseRefundCannotBeTouchedIsQuarantinedWithoutIt) {
  const Database database;
  auto connection = database.connect();
  commit(connection, std::vector{delivery("poison")}, k_clock);
  database.run("ALTER TABLE refunds ADD CONSTRAINT poison CHECK (audit_length < 2)");
  auto report = samples::report(successful, 6, "e2");
  report.refund_id = "poison";
  EXPECT_EQ(words(commit(connection, std::vector{store::delivery_of(report)}, k_clock)),
            std::vector<std::string>{"quarantined"});
  EXPECT_EQ(database.value("SELECT verdict, refund_id FROM webhook_events WHERE event_id = 'e2'"),
            "quarantined|NULL");
}

// A chain with an entry too many meets itself with every new entry: no race, though it looks like
// one.
TEST(CommitTest, AnEventThatAlwaysFindsItsPlaceTakenIsQuarantined) {
  const Database database;
  auto connection = database.connect();
  commit(connection, std::vector{delivery("r1")}, k_clock);
  database.run("UPDATE refunds SET audit_length = 0");
  auto report = samples::report(successful, 6, "e2");
  report.refund_id = "r1";
  const std::vector batch{delivery("r2"), store::delivery_of(report)};
  EXPECT_EQ(words(commit(connection, batch, k_clock)),
            (std::vector<std::string>{"applied", "quarantined"}));
}

TEST(CommitTest, AnEventThatCannotEvenBeQuarantinedFailsAlone) {
  const Database database;
  database.run("ALTER TABLE webhook_events ADD CONSTRAINT poison CHECK (event_id <> 'e-r2')");
  auto connection = database.connect();
  const std::vector batch{delivery("r1"), delivery("r2"), delivery("r3")};
  const auto result = commit(connection, batch, k_clock);
  EXPECT_EQ(words(result), (std::vector<std::string>{"applied", "unavailable", "applied"}));
  EXPECT_EQ(result.connection_problem, "");
}

TEST(CommitTest, ALostConnectionClaimsNothing) {
  const Database database;
  auto connection = database.connect();
  connection.interrupter()->interrupt();
  const auto result = commit(connection, std::vector{delivery("r1"), delivery("r2")}, k_clock);
  EXPECT_EQ(words(result), (std::vector<std::string>{"unavailable", "unavailable"}));
  EXPECT_NE(result.connection_problem, "");
  EXPECT_EQ(database.value("SELECT count(*) FROM webhook_events"), "0");
}

TEST(CommitTest, AMissingTableIsTheOperatorsBusinessAndLosesNothing) {
  const Database database;
  database.run("ALTER TABLE webhook_payloads RENAME TO elsewhere");
  auto connection = database.connect();
  const auto result = commit(connection, std::vector{delivery("r1")}, k_clock);
  EXPECT_EQ(words(result), std::vector<std::string>{"unavailable"});
  EXPECT_NE(result.connection_problem, "");
}

}  // namespace
}  // namespace ingest
