// Statements that share a round trip: what one does to the others, and to the transaction.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using testing::ElementsAre;

constexpr Prepared k_insert{"insert", "INSERT INTO numbers SELECT unnest($1::text[])::int"};
constexpr Prepared k_list{"list", "SELECT n, n > 1 AS large FROM numbers ORDER BY n"};
constexpr Prepared k_wait{"wait", "SELECT FROM numbers WHERE n = 1 FOR UPDATE"};
constexpr Prepared k_unknown{"unknown", "SELECT FROM nowhere"};

Call insert(const std::vector<std::string>& numbers) {
  Call call{k_insert, {}};
  append(call.parameters, numbers);
  return call;
}

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { database_.run("CREATE TABLE refundd.numbers (n int PRIMARY KEY)"); }

  std::vector<std::string> numbers() { return database_.rows("SELECT n FROM refundd.numbers"); }

  // The failure of statements that begin a transaction together.
  Failure failure_of(const std::vector<Call>& calls) {
    try {
      in_transaction(connection_,
                     [&](Transaction& transaction) { transaction.run_together(calls); });
    } catch (const Failure& failure) {
      return failure;
    }
    throw std::logic_error{"nothing failed"};
  }

  // The one that k_wait waits for.
  void lock_a_row(Transaction& locking) {
    database_.run("INSERT INTO refundd.numbers VALUES (1)");
    locking.run("SELECT FROM numbers WHERE n = 1 FOR UPDATE");
  }

  Database database_;
  Connection connection_{database_.connect()};
  Connection other_{database_.connect()};
};

TEST_F(PipelineTest, AnswersComeInTheOrderOfTheStatements) {
  Transaction transaction{connection_};
  const auto answers = transaction.run_together({insert({"2", "1"}), {k_list, {}}});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].size(), 0);
  std::vector<int> listed;
  for (const auto& row : answers[1]) {
    listed.push_back(row["n"].number<int>());
    EXPECT_EQ(row["large"].is_true(), listed.back() > 1);
    EXPECT_THROW(row["none"], std::logic_error);
  }
  EXPECT_THAT(listed, ElementsAre(1, 2));
  EXPECT_EQ(transaction.statement_count(), 2);
}

TEST_F(PipelineTest, TheyAreOneTransactionWithWhatFollows) {
  {
    Transaction transaction{connection_};
    transaction.run_together({insert({"1"})});
    transaction.run("INSERT INTO numbers VALUES (2)");
    transaction.run_together({insert({"3"})});
    EXPECT_THAT(numbers(), ElementsAre());
    transaction.commit();
    EXPECT_THAT(numbers(), ElementsAre("1", "2", "3"));
  }
  {
    Transaction transaction{connection_};
    transaction.run_together({insert({"4"})});
  }
  EXPECT_THAT(numbers(), ElementsAre("1", "2", "3"));
}

TEST_F(PipelineTest, WhereOneFailsNoneTakesEffectAndTheSessionGoesOn) {
  const Failure exists = failure_of({insert({"1"}), insert({"1"}), insert({"2"})});
  EXPECT_EQ(exists.kind(), FailureKind::exists) << exists.what();
  EXPECT_FALSE(exists.connection_lost());
  EXPECT_NE(std::string{exists.what()}.find("(SQLSTATE 23505)"), std::string::npos);
  EXPECT_THAT(numbers(), ElementsAre());

  const Failure rejected = failure_of({insert({"no number"}), {k_list, {}}});
  EXPECT_EQ(rejected.kind(), FailureKind::rejected) << rejected.what();

  Transaction transaction{connection_};
  EXPECT_EQ(transaction.run_together({insert({"1"}), {k_list, {}}})[1].size(), 1);
}

TEST_F(PipelineTest, AStatementThatCannotBePreparedFailsEachTimeForTheSameReason) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Failure failure = failure_of({{k_list, {}}, {k_unknown, {}}});
    EXPECT_NE(std::string{failure.what()}.find("nowhere"), std::string::npos) << failure.what();
    EXPECT_FALSE(failure.connection_lost());
  }
}

TEST_F(PipelineTest, EachSeesWhatWasCommittedWhileTheOneBeforeItWaited) {
  Transaction locking{other_};
  lock_a_row(locking);
  locking.run("INSERT INTO numbers VALUES (2)");
  const std::jthread committer{[&] {
    database_.wait_for_blocked_session();
    locking.commit();
  }};
  Transaction transaction{connection_};
  EXPECT_EQ(transaction.run_together({{k_wait, {}}, {k_list, {}}})[1].size(), 2);
}

TEST_F(PipelineTest, ASessionThatIsCutMeanwhileIsLost) {
  Transaction locking{other_};
  lock_a_row(locking);
  const auto interrupter = connection_.interrupter();
  const std::jthread cutter{[&] {
    database_.wait_for_blocked_session();
    interrupter->interrupt();
  }};
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Failure failure = failure_of({{k_wait, {}}, {k_list, {}}});
    EXPECT_EQ(failure.kind(), FailureKind::unavailable) << failure.what();
    EXPECT_TRUE(failure.connection_lost());
  }
}

TEST_F(PipelineTest, ASessionThatTheServerEndsIsLost) {
  Transaction locking{other_};
  lock_a_row(locking);
  const std::jthread terminator{[&] {
    database_.wait_for_blocked_session();
    database_.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'");
  }};
  const Failure failure = failure_of({{k_wait, {}}, {k_list, {}}});
  EXPECT_EQ(failure.kind(), FailureKind::unavailable) << failure.what();
  EXPECT_TRUE(failure.connection_lost());
}

TEST_F(PipelineTest, ACommitWithoutAnswerIsInDoubtAndOneThatIsNotSentIsNot) {
  // A deferred constraint makes the commit wait for the other's row.
  database_.run("CREATE TABLE refundd.late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  Transaction holding{other_};
  holding.run("INSERT INTO late VALUES (1)");
  const auto interrupter = connection_.interrupter();
  Transaction transaction{connection_};
  transaction.run("INSERT INTO late VALUES (1)");
  const std::jthread cutter{[&] {
    database_.wait_for_blocked_session();
    interrupter->interrupt();
  }};
  try {
    transaction.commit();
    ADD_FAILURE() << "the commit was not cut";
  } catch (const std::exception& error) {
    EXPECT_EQ(classify(error).kind(), FailureKind::in_doubt) << error.what();
  }
  try {
    transaction.commit();
    ADD_FAILURE() << "a lost session has committed";
  } catch (const std::exception& error) {
    EXPECT_EQ(classify(error).kind(), FailureKind::unavailable) << error.what();
  }
}

}  // namespace
}  // namespace store
