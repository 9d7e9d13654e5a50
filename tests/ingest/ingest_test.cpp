#include "ingest/ingest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <thread>

#include "store/database.hpp"
#include "store/schema.hpp"
#include "store/transaction.hpp"

namespace ingest {
namespace {

using domain::Verdict;
using store::Database;
using enum domain::RefundStatus;

constexpr std::chrono::seconds k_patience{30};

store::Delivery delivery(int number) {
  const std::string id = std::to_string(number);
  auto report = samples::report(successful, 5, "e" + id);
  report.refund_id = "r" + id;
  report.charge_id = "c" + id;
  return store::delivery_of(report);
}

// A loop and an ingest on it; runs the loop until something holds.
class Bench {
 public:
  explicit Bench(Options options) : ingest_{loop_, std::move(options)} {}
  ~Bench() { ingest_.stop(); }

  void submit(store::Delivery delivery) {
    const std::size_t place = outcomes_.size();
    outcomes_.emplace_back();
    auto done = [this, place](std::exception_ptr error, Outcome outcome) {
      ASSERT_FALSE(error);
      outcomes_[place] = std::move(outcome);
      ++answered_;
    };
    boost::asio::co_spawn(loop_, ingest_.submit(std::move(delivery)), std::move(done));
  }

  bool run_until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + k_patience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
      loop_.run_one_for(std::chrono::milliseconds{50});
    }
    return true;
  }

  bool run_until_ready() {
    return run_until([this] { return ingest_.readiness().ready; });
  }
  // Until a database thread has in hand what was submitted.
  bool run_until_handed_out() {
    bool begun = false;
    boost::asio::post(loop_, [&begun] { begun = true; });
    return run_until([&] { return begun && ingest_.queue_size() == 0; });
  }
  bool run_until_answered() {
    return run_until([this] { return all_answered(); });
  }

  [[nodiscard]] bool all_answered() const { return answered_ == outcomes_.size(); }

  [[nodiscard]] int count(Verdict verdict) const {
    int count = 0;
    for (const auto& outcome : outcomes_) {
      const auto* found = outcome ? std::get_if<Verdict>(&*outcome) : nullptr;
      count += found != nullptr && *found == verdict ? 1 : 0;
    }
    return count;
  }

  [[nodiscard]] std::vector<std::string> refusals() const {
    std::vector<std::string> reasons;
    for (const auto& outcome : outcomes_) {
      if (const auto* refusal = outcome ? std::get_if<Unavailable>(&*outcome) : nullptr) {
        reasons.push_back(refusal->reason);
      }
    }
    return reasons;
  }

  Ingest& ingest() { return ingest_; }

 private:
  boost::asio::io_context loop_{1};
  Ingest ingest_;
  std::vector<std::optional<Outcome>> outcomes_;
  std::size_t answered_ = 0;
};

Options options_for(const Database& database) {
  Options options;
  options.database_url = database.url();
  return options;
}

TEST(IngestTest, ManyDeliveriesShareFewCommits) {
  const Database database;
  Bench bench{options_for(database)};
  ASSERT_TRUE(bench.run_until_ready());
  constexpr int k_count = 300;
  for (int number = 0; number < k_count; ++number) {
    bench.submit(delivery(number));
  }
  ASSERT_TRUE(bench.run_until_answered());
  EXPECT_EQ(bench.count(Verdict::applied), k_count);
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"), std::to_string(k_count));
  // Every row of one transaction has the same xmin: that counts the commits.
  EXPECT_LT(std::stoi(database.value("SELECT count(DISTINCT xmin::text) FROM webhook_events")), 20);
}

TEST(IngestTest, NothingIsPromisedWhileTheDatabaseIsAway) {
  Options options;
  options.database_url = "postgresql:///x?host=/nonexistent";
  Bench bench{options};
  bench.submit(delivery(1));
  ASSERT_TRUE(bench.run_until_answered());
  ASSERT_EQ(bench.refusals().size(), 1);
  EXPECT_EQ(bench.refusals().front().rfind("database away", 0), 0);
  EXPECT_FALSE(bench.ingest().readiness().ready);
}

TEST(IngestTest, AnUnmigratedDatabaseBecomesUsableWithoutARestart) {
  const Database database{/*migrated=*/false};
  Bench bench{options_for(database)};
  ASSERT_TRUE(bench.run_until([&] {
    return bench.ingest().readiness().reason.find("run refundctl migrate") != std::string::npos;
  }));
  {
    auto connection = database.connect();
    store::migrate(connection);
  }
  EXPECT_TRUE(bench.run_until_ready());
}

TEST(IngestTest, AFullQueueRefusesAndKeepsWhatItHas) {
  const Database database;
  auto options = options_for(database);
  options.queue_max = 3;
  options.connections = 1;
  options.batch_max = 1;
  Bench bench{options};
  ASSERT_TRUE(bench.run_until_ready());
  for (int number = 0; number < 10; ++number) {
    bench.submit(delivery(number));
  }
  ASSERT_TRUE(bench.run_until_answered());
  const auto refusals = bench.refusals();
  EXPECT_GE(refusals.size(), 5);
  EXPECT_EQ(refusals.front(), "queue full");
  EXPECT_EQ(bench.count(Verdict::applied), 10 - static_cast<int>(refusals.size()));
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"),
            std::to_string(bench.count(Verdict::applied)));
}

TEST(IngestTest, ALostSessionIsOpenedAgain) {
  const Database database;
  Bench bench{options_for(database)};
  ASSERT_TRUE(bench.run_until_ready());
  database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  int number = 0;
  ASSERT_TRUE(bench.run_until([&] {
    if (bench.all_answered() && bench.count(Verdict::applied) == 0) {
      bench.submit(delivery(number++));
    }
    return bench.count(Verdict::applied) > 0;
  }));
  ASSERT_TRUE(bench.run_until_answered());
  EXPECT_EQ(database.value("SELECT count(*) FROM refunds"),
            std::to_string(bench.count(Verdict::applied)));
}

TEST(IngestTest, AStuckCommitIsAnsweredInTimeAndItsSessionCut) {
  const Database database;
  auto options = options_for(database);
  options.answer_timeout = std::chrono::milliseconds{200};
  Bench bench{options};
  ASSERT_TRUE(bench.run_until_ready());
  auto blocker = database.connect();
  store::Transaction blocking{blocker};
  blocking.run("LOCK TABLE webhook_events");
  bench.submit(delivery(1));
  ASSERT_TRUE(bench.run_until_answered());
  EXPECT_EQ(bench.refusals(), std::vector<std::string>{"the commit did not come in time"});
}

// A small batch waits for the one under way, but not for one that is held up.
TEST(IngestTest, AHeldUpBatchDoesNotHoldUpTheOtherThread) {
  const Database database;
  Bench bench{options_for(database)};
  ASSERT_TRUE(bench.run_until_ready());
  bench.submit(delivery(1));
  ASSERT_TRUE(bench.run_until_answered());
  auto blocker = database.connect();
  store::Transaction blocking{blocker};
  blocking.run("SELECT FROM refunds FOR UPDATE");
  bench.submit(store::delivery_of([] {
    auto report = samples::report(failed, 9, "later");
    report.refund_id = "r1";
    report.charge_id = "c1";
    return report;
  }()));
  // The threads may just be asking whether the database is there: the two would be one batch.
  ASSERT_TRUE(bench.run_until_handed_out());
  bench.submit(delivery(2));
  EXPECT_TRUE(bench.run_until([&] { return bench.count(Verdict::applied) == 2; }));
  EXPECT_FALSE(bench.all_answered());
  EXPECT_THAT(bench.refusals(), testing::IsEmpty());
  blocking.commit();
  EXPECT_TRUE(bench.run_until_answered());
}

TEST(IngestTest, AStoppingIngestRefuses) {
  const Database database;
  Bench bench{options_for(database)};
  ASSERT_TRUE(bench.run_until_ready());
  bench.ingest().refuse_new();
  bench.submit(delivery(1));
  ASSERT_TRUE(bench.run_until_answered());
  EXPECT_EQ(bench.refusals(), std::vector<std::string>{"stopping"});
  EXPECT_EQ(bench.ingest().readiness().reason, "stopping");
}

}  // namespace
}  // namespace ingest
