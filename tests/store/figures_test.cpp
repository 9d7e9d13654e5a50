#include "store/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using namespace std::chrono_literals;
using enum domain::RefundStatus;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class FiguresTest : public testing::Test {
 protected:
  void add_refund(const std::string& id, domain::RefundStatus status, int second) {
    auto report = samples::report(status, second, "e-" + id);
    report.refund_id = id;
    report.charge_id = "chrg-" + id;
    apply(connection_, {delivery_of(report)});
  }

  Database database_;
  Connection connection_ = database_.connect();
};

TEST_F(FiguresTest, AreNothingInAnEmptyDatabase) {
  const Figures figures = read_figures(connection_);
  EXPECT_THAT(figures.sinks, IsEmpty());
  EXPECT_THAT(figures.pending_refunds, IsEmpty());
  EXPECT_THAT(figures.open_anomalies, IsEmpty());
  EXPECT_THAT(count_refunds(connection_), IsEmpty());
  EXPECT_THAT(last_events(connection_, domain::Time{}), IsEmpty());
}

TEST_F(FiguresTest, CountWhatIsPendingDeadAndOpen) {
  add_refund("r1", pending, 5);
  add_refund("r2", pending, 3);
  add_refund("r3", failed, 4);
  database_.run("UPDATE outbox_messages SET state = 'dead', sink = 'desk' WHERE refund_id = 'r3'");
  database_.run("UPDATE outbox_messages SET state = 'sent' WHERE refund_id = 'r2'");
  database_.run("UPDATE outbox_messages SET created_at = '2026-01-01Z' WHERE refund_id = 'r1'");
  const Figures figures = read_figures(connection_);

  ASSERT_EQ(figures.sinks.size(), 2U);
  const SinkFigures& unrouted = figures.sinks[0];
  EXPECT_EQ(unrouted.sink, "");
  EXPECT_EQ(std::to_string(unrouted.pending),
            database_.value("SELECT count(*) FROM outbox_messages WHERE refund_id = 'r1'"));
  EXPECT_EQ(unrouted.dead, 0);
  EXPECT_EQ(unrouted.oldest_pending, domain::parse_rfc3339("2026-01-01T00:00:00Z"));
  EXPECT_EQ(figures.sinks[1].sink, "desk");
  EXPECT_GT(figures.sinks[1].dead, 0);
  EXPECT_EQ(figures.sinks[1].oldest_pending, std::nullopt);

  ASSERT_EQ(figures.pending_refunds.size(), 1U);
  EXPECT_EQ(figures.pending_refunds[0].count, 2);
  EXPECT_EQ(figures.pending_refunds[0].oldest, samples::at(3));

  const auto counts = count_refunds(connection_);
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].status, "failed");
  EXPECT_EQ(counts[0].count, 1);
  EXPECT_EQ(counts[1].count, 2);
}

TEST_F(FiguresTest, AResolvedAnomalyIsNotOpen) {
  database_.run(
      "INSERT INTO anomalies (detected_at, kind, source, subject, details, resolved_at, "
      "resolved_by) VALUES "
      "(now(), 'over_refund', 's', 'a', '{}', NULL, NULL), "
      "(now(), 'over_refund', 's', 'b', '{}', now(), 'ops'), "
      "(now(), 'past_window', 's', 'a', '{}', now(), 'ops')");
  EXPECT_THAT(read_figures(connection_).open_anomalies, ElementsAre(Pair("over_refund", 1)));
}

TEST_F(FiguresTest, ASourcesLastEventIsItsNewest) {
  add_refund("r1", pending, 5);
  add_refund("r2", pending, 3);
  database_.run("UPDATE webhook_events SET received_at = '2026-01-02Z' WHERE refund_id = 'r1'");
  database_.run("UPDATE webhook_events SET received_at = '2026-01-01Z' WHERE refund_id = 'r2'");
  const auto second = *domain::parse_rfc3339("2026-01-02T00:00:00Z");
  const std::string source = database_.value("SELECT source FROM refunds LIMIT 1");
  EXPECT_THAT(last_events(connection_, second - 72h), ElementsAre(Pair(source, second)));
  EXPECT_THAT(last_events(connection_, second + 1us), IsEmpty());
}

// Of millions of rows only what is pending, dead, open or new is read.
TEST_F(FiguresTest, ReadWhatIsOpenByIndex) {
  const auto plan_of = [&](const std::string& query) {
    std::string plan;
    for (const std::string& line : database_.rows("EXPLAIN (COSTS OFF) " + query)) {
      plan += line + "\n";
    }
    return plan;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"SELECT count(*) FROM outbox_messages WHERE state = 'pending' GROUP BY coalesce(sink, '')",
       "outbox_messages_due"},
      {"SELECT count(*) FROM outbox_messages WHERE state = 'dead' GROUP BY coalesce(sink, '')",
       "outbox_messages_dead"},
      {"SELECT min(requested_at) FROM refunds WHERE status = 'pending' GROUP BY source",
       "refunds_pending"},
      {"SELECT count(*) FROM anomalies WHERE resolved_at IS NULL GROUP BY kind", "anomalies_open"},
      {"SELECT max(received_at) FROM webhook_events WHERE received_at >= now() GROUP BY source",
       "webhook_events_received"},
  };
  database_.run("ALTER ROLE CURRENT_USER IN DATABASE " +
                database_.value("SELECT current_database()") + " SET enable_seqscan = off");
  for (const auto& [query, index] : cases) {
    EXPECT_THAT(plan_of(query), HasSubstr(index)) << query;
  }
}

}  // namespace
}  // namespace store
