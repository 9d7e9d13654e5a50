#include "store/claim_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/database.hpp"
#include "store/finish_messages.hpp"
#include "store/release_messages.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

using domain::Verdict;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
using enum domain::RefundStatus;

const domain::Time k_now = samples::at(100);

ClaimRequest request(domain::Time now = k_now, int count = 10) {
  ClaimRequest request;
  request.now = now;
  request.counts = {{"", count}, {"mail", count}};
  request.lease = 60s;
  return request;
}

ClaimDecision send_all(const DueMessage&) {
  return {ClaimKind::send, "mail", "", false};
}

ClaimDecision leave_all(const DueMessage& message) {
  return {ClaimKind::route, message.sink, "", false};
}

void tell(Connection& connection, const std::string& refund_id,
          domain::RefundStatus status = successful, const std::string& event_id = "e1") {
  auto report = samples::report(status, status == pending ? 0 : 10, event_id + refund_id);
  report.refund_id = refund_id;
  report.charge_id = "c" + refund_id;
  report.order_id = "o" + refund_id;
  store::apply(connection, {delivery_of(report)});
}

class ClaimMessagesTest : public testing::Test {
 protected:
  std::string message_state() const {
    return database_.value(
        "SELECT state, attempts, sink, leased_until IS NULL FROM outbox_messages");
  }

  Database database_;
  Connection connection_ = database_.connect();
};

TEST_F(ClaimMessagesTest, AClaimedMessageIsCountedAndLeasedBeforeAnybodySendsIt) {
  tell(connection_, "r1");
  const auto result = claim_messages(connection_, request(), send_all);
  ASSERT_THAT(result.to_send, SizeIs(1));
  const DueMessage& message = result.to_send.front().message;
  EXPECT_EQ(message.template_name, "refund_complete");
  EXPECT_EQ(message.refund_id, "r1");
  EXPECT_EQ(message.attempts, 1);
  EXPECT_EQ(message.now.refund->status, successful);
  EXPECT_EQ(message_state(), "pending|1|mail|f");
  EXPECT_THAT(claim_messages(connection_, request(), send_all).to_send, IsEmpty())
      << "it is leased";
}

TEST_F(ClaimMessagesTest, TwoClaimsAtOnceTakeDifferentMessages) {
  for (const char* id : {"r1", "r2", "r3", "r4"}) {
    tell(connection_, id);
  }
  auto other = database_.connect();
  std::vector<ClaimedMessage> theirs;
  const auto ours = claim_messages(connection_, request(k_now, 2), [&](const DueMessage& message) {
    if (theirs.empty()) {  // in the middle of our claim
      theirs = claim_messages(other, request(k_now, 10), send_all).to_send;
    }
    return send_all(message);
  });
  EXPECT_THAT(ours.to_send, SizeIs(2));
  ASSERT_THAT(theirs, SizeIs(2));
  EXPECT_EQ(database_.value("SELECT count(*), sum(attempts) FROM outbox_messages"), "4|4");
}

TEST_F(ClaimMessagesTest, ALeaseThatEndedMakesTheMessageDueAgainAndItsOldHolderPowerless) {
  tell(connection_, "r1");
  const auto first = claim_messages(connection_, request(), send_all).to_send.front();
  EXPECT_THAT(claim_messages(connection_, request(k_now + 59s), send_all).to_send, IsEmpty());
  const auto second = claim_messages(connection_, request(k_now + 60s), send_all).to_send.front();
  EXPECT_EQ(second.message.message_id, first.message.message_id);
  EXPECT_EQ(second.message.attempts, 2);

  Finish finish{first.message.message_id, first.lease_token, FinishKind::dead, "slow", {}, ""};
  EXPECT_EQ(finish_messages(connection_, {finish}, k_now), 0);
  EXPECT_EQ(message_state(), "pending|2|mail|f");
  finish.lease_token = second.lease_token;
  finish.kind = FinishKind::sent;
  finish.error = "";
  finish.external_reference = "ticket-7";
  EXPECT_EQ(finish_messages(connection_, {finish}, k_now), 1);
  EXPECT_EQ(message_state(), "sent|2|mail|t");
  EXPECT_EQ(database_.value("SELECT external_reference, sent_at IS NULL FROM outbox_messages"),
            "ticket-7|f");
}

TEST_F(ClaimMessagesTest, ARetryIsDueAtItsTimeAndNotBefore) {
  tell(connection_, "r1");
  const auto claimed = claim_messages(connection_, request(), send_all).to_send.front();
  finish_messages(connection_,
                  {{claimed.message.message_id, claimed.lease_token, FinishKind::retry, "busy",
                    k_now + 30s, ""}},
                  k_now);
  EXPECT_EQ(database_.value("SELECT state, last_error FROM outbox_messages"), "pending|busy");
  EXPECT_THAT(claim_messages(connection_, request(k_now + 29s), send_all).to_send, IsEmpty());
  EXPECT_THAT(claim_messages(connection_, request(k_now + 30s), send_all).to_send, SizeIs(1));
}

TEST_F(ClaimMessagesTest, AMessageWhoseRefundIsBeingChangedWaitsForWhatItBecomes) {
  tell(connection_, "r1");
  auto other = database_.connect();
  Transaction changing{other};
  changing.run("SELECT FROM refunds FOR NO KEY UPDATE");
  const auto result = claim_messages(connection_, request(), send_all);
  EXPECT_THAT(result.to_send, IsEmpty());
  EXPECT_EQ(result.decided, 0);
  changing.commit();
  EXPECT_THAT(claim_messages(connection_, request(), send_all).to_send, SizeIs(1));
}

// The good news was claimed before the reversal looked whether it had been told: one of the two
// must see the other, whichever is faster.
TEST_F(ClaimMessagesTest, AReversalDuringAClaimWaitsForItAndCorrectsTheGoodNews) {
  tell(connection_, "r1");
  auto other = database_.connect();
  std::thread reversal;
  claim_messages(connection_, request(), [&](const DueMessage& message) {
    reversal = std::thread{[&] {
      auto report = samples::report(failed, 20, "e2");
      report.refund_id = "r1";
      report.charge_id = "cr1";
      store::apply(other, {delivery_of(report)});
    }};
    database_.wait_for_blocked_session();
    return send_all(message);
  });
  reversal.join();
  EXPECT_EQ(
      database_.value("SELECT count(*) FROM outbox_messages WHERE template = 'refund_correction'"),
      "1");
}

TEST_F(ClaimMessagesTest, ABusySinksMessagesMoveIntoItsQueueAndOutOfTheWay) {
  tell(connection_, "r1");
  const auto to_tickets = [](const DueMessage&) {
    return ClaimDecision{ClaimKind::route, "tickets", "", false};
  };
  EXPECT_EQ(claim_messages(connection_, request(), to_tickets).decided, 1);
  EXPECT_EQ(message_state(), "pending|0|tickets|t");
  EXPECT_EQ(claim_messages(connection_, request(), send_all).decided, 0) << "another queue";
  EXPECT_EQ(release_unknown_sinks(connection_, {"mail"}), 1);
  EXPECT_THAT(claim_messages(connection_, request(), send_all).to_send, SizeIs(1));
}

TEST_F(ClaimMessagesTest, WhatIsSettledWithoutSendingKeepsItsReason) {
  tell(connection_, "r1");
  const auto result = claim_messages(connection_, request(), [](const DueMessage&) {
    return ClaimDecision{ClaimKind::superseded, "", "no longer so", false};
  });
  EXPECT_THAT(result.settled, SizeIs(1));
  EXPECT_EQ(database_.value("SELECT state, attempts, last_error FROM outbox_messages"),
            "superseded|0|no longer so");
}

TEST_F(ClaimMessagesTest, SupportHearsOnceThatACustomerCannotBeReached) {
  tell(connection_, "r1", pending);
  tell(connection_, "r1", successful, "e2");
  const auto unreachable = [](const DueMessage& message) {
    return message.audience == domain::Audience::customer
               ? ClaimDecision{ClaimKind::suppressed, "", "no address is known", true}
               : leave_all(message);
  };
  claim_messages(connection_, request(), unreachable);
  EXPECT_EQ(
      database_.rows("SELECT audience, template, state FROM outbox_messages ORDER BY template"),
      (std::vector<std::string>{"support|customer_unreachable|pending",
                                "customer|refund_complete|suppressed",
                                "customer|refund_initiated|suppressed"}));
}

TEST_F(ClaimMessagesTest, AMessageComesWithWhatIsKnownAroundIt) {
  auto charge = samples::charge_report(0, "ce");
  charge.charge_id = "cr1";
  charge.payment_method = "promptpay";
  charge.charged_at = samples::at(1);
  store::apply(connection_, {delivery_of(charge)});
  tell(connection_, "r1", failed);
  database_.run("UPDATE orders SET customer_email = 'a@example.com', customer_locale = 'ja-JP'");
  const auto first = claim_messages(connection_, request(), send_all).to_send.front();
  EXPECT_EQ(first.message.template_name, "refund_failed");
  EXPECT_EQ(first.message.order_id, "or1");
  EXPECT_EQ(first.message.customer_email, "a@example.com");
  EXPECT_EQ(first.message.customer_locale, "ja-JP");
  EXPECT_EQ(first.message.payment_method, "promptpay");
  EXPECT_EQ(first.message.charged_at, samples::at(1));
  finish_messages(connection_,
                  {{first.message.message_id, first.lease_token, FinishKind::sent, "", {}, "T-9"}},
                  k_now);

  auto report = samples::report(successful, 20, "e2");
  report.refund_id = "r1";
  report.charge_id = "cr1";
  store::apply(connection_, {delivery_of(report)});
  for (const auto& claimed : claim_messages(connection_, request(), send_all).to_send) {
    const bool recovers = claimed.message.template_name == "refund_recovered";
    EXPECT_EQ(claimed.message.opened_by_message_id, recovers ? first.message.message_id : "");
    EXPECT_EQ(claimed.message.external_reference, recovers ? "T-9" : "");
  }
}

TEST_F(ClaimMessagesTest, ATicketThatIsTriedAgainByHandStillCountsAsOpened) {
  tell(connection_, "r1", failed);
  const auto first = claim_messages(connection_, request(), send_all).to_send.front();
  finish_messages(
      connection_,
      {{first.message.message_id, first.lease_token, FinishKind::dead, "hangs", {}, ""}}, k_now);
  // As refundctl outbox retry leaves it, for later.
  database_.run(
      "UPDATE outbox_messages SET state = 'pending', attempts = 0,"
      " next_attempt_at = '2100-01-01'");
  auto report = samples::report(successful, 20, "e2");
  report.refund_id = "r1";
  report.charge_id = "cr1";
  store::apply(connection_, {delivery_of(report)});
  int recovered = 0;
  for (const auto& claimed : claim_messages(connection_, request(), send_all).to_send) {
    if (claimed.message.template_name == "refund_recovered") {
      ++recovered;
      EXPECT_EQ(claimed.message.opened_by_message_id, first.message.message_id);
    }
  }
  EXPECT_EQ(recovered, 1);
}

TEST_F(ClaimMessagesTest, AnAnomalyComesWithWhetherItIsResolved) {
  auto report = samples::report(successful, 0, "e1");
  report.order_id.reset();
  store::apply(connection_, {delivery_of(report)});
  const auto resolved_ones = [&] {
    int count = 0;
    claim_messages(connection_, request(), [&](const DueMessage& message) {
      count += message.now.anomaly_resolved ? 1 : 0;
      return leave_all(message);
    });
    return count;
  };
  EXPECT_EQ(resolved_ones(), 0);
  database_.run("UPDATE anomalies SET resolved_at = now(), resolved_by = 'me'");
  EXPECT_EQ(resolved_ones(), 1);
}

}  // namespace
}  // namespace store
