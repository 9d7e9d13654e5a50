#include "monitor/database_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <string>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;
using enum domain::RefundStatus;

class DatabaseWatchTest : public testing::Test {
 protected:
  DatabaseWatchTest() {
    auto connection = database_.connect();
    store::apply(connection, {store::delivery_of(samples::report(pending, 1, "e1"))});
  }

  // Until the watch hands over what it has read.
  void wait_for_figures(const DatabaseWatch& watch) {
    const auto open = boost::asio::make_work_guard(loop_);
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (watch.snapshot().refunds.empty() && loop_.run_one_until(end) > 0) {
    }
  }

  [[nodiscard]] std::string url_with(const std::string& setting) const {
    const bool has_settings = database_.url().find('?') != std::string::npos;
    return database_.url() + (has_settings ? "&" : "?") + setting;
  }

  store::Database database_;
  boost::asio::io_context loop_;
};

TEST_F(DatabaseWatchTest, ReadsEverythingAtOnce) {
  database_.run("UPDATE refundd.webhook_events SET received_at = now() - '29 days'::interval");
  DatabaseWatch watch{loop_, database_.url()};
  const auto begin = std::chrono::steady_clock::now();
  watch.start();
  wait_for_figures(watch);
  const Snapshot& snapshot = watch.snapshot();
  EXPECT_GE(snapshot.read_at, begin);
  ASSERT_EQ(snapshot.refunds.size(), 1U);
  EXPECT_EQ(snapshot.refunds.front().status, "pending");
  EXPECT_EQ(snapshot.figures.pending_refunds.size(), 1U);
  EXPECT_FALSE(snapshot.figures.sinks.empty());
  EXPECT_EQ(snapshot.last_events.size(), 1U);
}

// Neither the last events nor the count of refunds withholds what waits and what is dead.
TEST_F(DatabaseWatchTest, HandsOverTheFiguresWhateverBecomesOfTheRest) {
  auto blocker = database_.connect();
  store::Transaction blocking{blocker};
  blocking.run("LOCK TABLE webhook_events");
  DatabaseWatch watch{loop_, database_.url()};
  watch.start();
  database_.wait_for_blocked_session();
  loop_.poll();
  EXPECT_FALSE(watch.snapshot().figures.sinks.empty());
}

// A count of millions takes a core while everybody who waited for the daemon sends.
TEST_F(DatabaseWatchTest, DoesNotCountManyRefundsAtOnce) {
  database_.run("UPDATE refundd.webhook_events SET received_at = now()");
  database_.run("UPDATE pg_class SET reltuples = 2e6 WHERE oid = 'refundd.refunds'::regclass");
  DatabaseWatch watch{loop_, database_.url()};
  watch.start();
  const auto open = boost::asio::make_work_guard(loop_);
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (watch.snapshot().last_events.empty() && loop_.run_one_until(end) > 0) {
  }
  EXPECT_EQ(watch.snapshot().last_events.size(), 1U) << "handed over after the count's turn";
  EXPECT_TRUE(watch.snapshot().refunds.empty());
}

// What hangs is cut, or a stop would wait for it.
TEST_F(DatabaseWatchTest, EndsWhileItReads) {
  auto blocker = database_.connect();
  store::Transaction blocking{blocker};
  blocking.run("SET LOCAL idle_in_transaction_session_timeout = 0");
  blocking.run("LOCK TABLE outbox_messages");
  const auto begin = std::chrono::steady_clock::now();
  {
    DatabaseWatch watch{loop_, url_with("options=-c%20lock_timeout%3D60s")};
    watch.start();
    database_.wait_for_blocked_session();
    loop_.poll();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s) << "the lock would be waited for 60 s";
}

TEST(DatabaseWatchWithoutADatabase, Ends) {
  boost::asio::io_context loop;
  DatabaseWatch watch{loop, "postgresql:///refundd?host=/nonexistent"};
  watch.start();
  EXPECT_TRUE(watch.snapshot().refunds.empty());
}

}  // namespace
}  // namespace monitor
