#include "store/sweep_pending.hpp"

#include <gtest/gtest.h>

#include "store/claim_messages.hpp"
#include "store/database.hpp"
#include "store/finish_messages.hpp"

namespace store {
namespace {

using namespace std::chrono_literals;
using enum domain::RefundStatus;

class SweepPendingTest : public testing::Test {
 protected:
  void report(domain::RefundStatus status, int second, bool action_required = false) {
    auto report = samples::report(status, second, "e" + std::to_string(second));
    report.action_required = action_required;
    store::apply(connection_, {delivery_of(report)});
  }

  int sweep(std::chrono::seconds after) {
    return sweep_pending(connection_, domain::PendingLimits{}, samples::at(0) + after);
  }

  std::vector<std::string> reminders() const {
    return database_.rows(
        "SELECT template, episode, state, payload ->> 'pendingSeconds' FROM outbox_messages "
        "WHERE template IN ('stuck_pending', 'action_required_too_long') ORDER BY episode");
  }

  // As a dispatcher does.
  void send_all(std::chrono::seconds after) {
    ClaimRequest request;
    request.now = samples::at(0) + after;
    request.counts = {{"", 100}};
    const auto claim = claim_messages(connection_, request, [this](const DueMessage& message) {
      opened_by_ = message.opened_by_message_id;
      return ClaimDecision{ClaimKind::send, "desk", "", false};
    });
    for (const auto& claimed : claim.to_send) {
      finish_messages(
          connection_,
          {{claimed.message.message_id, claimed.lease_token, FinishKind::sent, "", {}, ""}},
          request.now);
    }
  }

  Database database_;
  Connection connection_ = database_.connect();
  std::string opened_by_;  // of the message that was claimed last
};

using Rows = std::vector<std::string>;

TEST_F(SweepPendingTest, SupportHearsOnceThatARefundDoesNotMove) {
  report(pending, 0);
  EXPECT_EQ(sweep(24h - 1s), 0);
  EXPECT_EQ(sweep(24h), 1);
  EXPECT_EQ(sweep(24h), 0) << "what waits to be sent is not followed by another";
  EXPECT_EQ(sweep(240h), 0);
  EXPECT_EQ(reminders(), Rows{"stuck_pending|1|pending|86400"});
  EXPECT_EQ(database_.value("SELECT kind, resolved_at IS NULL FROM anomalies "
                            "WHERE kind = 'stuck_pending'"),
            "stuck_pending|t");
}

TEST_F(SweepPendingTest, ACardsRefundIsExpectedWithinAnHour) {
  store::apply(connection_, {delivery_of(samples::charge_report(0, "c"))});
  report(pending, 0);
  EXPECT_EQ(sweep(1h - 1s), 0);
  EXPECT_EQ(sweep(1h), 1);
}

TEST_F(SweepPendingTest, SupportIsRemindedAtGrowingIntervalsUnderTheSameTicket) {
  report(pending, 0);
  EXPECT_EQ(sweep(24h), 1);
  send_all(24h);
  EXPECT_EQ(sweep(48h - 1s), 0);
  EXPECT_EQ(sweep(48h), 1);
  send_all(48h);
  const std::string first = database_.value(
      "SELECT message_id FROM outbox_messages WHERE template = 'stuck_pending' AND episode = '1'");
  EXPECT_EQ(opened_by_, first);
  EXPECT_EQ(sweep(95h), 0);
  EXPECT_EQ(sweep(96h), 1);
  send_all(96h);
  EXPECT_EQ(opened_by_, first);
}

TEST_F(SweepPendingTest, ARefundThatWaitsForSomebodyIsTheOtherReminder) {
  report(pending, 0, /*action_required=*/true);
  EXPECT_EQ(sweep(24h), 1);
  EXPECT_EQ(reminders(), Rows{"action_required_too_long|1|pending|86400"});
}

TEST_F(SweepPendingTest, ARefundThatMovedIsLeftAloneAndItsAnomaliesResolved) {
  report(pending, 0);
  database_.run(
      "INSERT INTO refundd.anomalies (detected_at, kind, source, refund_id, subject, details) "
      "VALUES ('epoch', 'unconfirmed', 'omise-th', 'rfnd_1', 'read:1', '{}'), "
      "(now(), 'over_refund', 'omise-th', 'rfnd_1', 'chrg_1', '{}')");
  sweep(24h);
  const auto open = [this] {
    return database_.rows("SELECT kind FROM anomalies WHERE resolved_at IS NULL ORDER BY kind");
  };
  EXPECT_EQ(open(), (Rows{"over_refund", "stuck_pending", "unconfirmed"}));
  report(successful, 10);
  EXPECT_EQ(sweep(480h), 0);
  EXPECT_EQ(open(), Rows{"over_refund"});
  EXPECT_EQ(database_.value("SELECT resolved_by FROM anomalies WHERE kind = 'stuck_pending'"),
            "refundd");
}

TEST_F(SweepPendingTest, AnOutcomeThatWasDisputedWhenItWasGivenUpHasToMoveFirst) {
  report(successful, 10);
  database_.run(
      "INSERT INTO refundd.anomalies (detected_at, kind, source, refund_id, subject, details) "
      "VALUES (now(), 'unconfirmed', 'omise-th', 'rfnd_1', 'read:1', '{}')");
  sweep(24h);
  EXPECT_EQ(database_.value("SELECT resolved_at IS NULL FROM anomalies "
                            "WHERE kind = 'unconfirmed'"),
            "t");
}

TEST_F(SweepPendingTest, TwoInstancesWriteOneReminder) {
  report(pending, 0);
  auto other = database_.connect();
  EXPECT_EQ(sweep(24h) + sweep_pending(other, domain::PendingLimits{}, samples::at(0) + 24h), 1);
}

}  // namespace
}  // namespace store
