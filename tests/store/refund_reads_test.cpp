#include "store/refund_reads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/claim_messages.hpp"
#include "store/database.hpp"
#include "store/read_notes.hpp"

namespace store {
namespace {

using namespace std::chrono_literals;
using enum domain::RefundStatus;
using testing::IsEmpty;
using testing::SizeIs;
using Rows = std::vector<std::string>;

const std::string k_source = "omise-th";
const FirstRead k_first{5min, {{"promptpay", 10s}}};

class RefundReadsTest : public testing::Test {
 protected:
  void report(domain::RefundStatus status, int second) {
    store::apply(connection_,
                 {delivery_of(samples::report(status, second, "e" + std::to_string(second)))});
  }

  std::vector<DueRead> claim(domain::Time now) {
    return claim_due_reads(connection_, k_source, 10, 60s, now);
  }

  // As the dispatcher does with a message that waits for the API.
  void hold_messages(domain::Time now) {
    ClaimRequest request;
    request.now = now;
    request.counts = {{"", 100}, {"mail", 100}};
    claim_messages(connection_, request, [this](const DueMessage& message) {
      is_confirmed_ = message.is_confirmed;
      return message.audience == domain::Audience::customer
                 ? ClaimDecision{ClaimKind::hold, "mail", "", false}
                 : ClaimDecision{ClaimKind::suppressed, "", "", false};
    });
  }

  std::string message_state() const {
    return database_.value(
        "SELECT state, attempts, last_error IS NULL, held_since IS NOT NULL, "
        "extract(epoch FROM next_attempt_at)::bigint - 1700000000 FROM outbox_messages "
        "WHERE audience = 'customer' ORDER BY created_at DESC LIMIT 1");
  }

  // The next one is an hour later, unless it settles.
  static ReadNote answer(std::optional<domain::RefundStatus> status, domain::Time asked_at) {
    ReadNote note;
    note.refund_id = "rfnd_1";
    note.status = status;
    note.asked_at = asked_at;
    note.next_read_at = asked_at + 1h;
    note.settles = status && is_terminal(*status);
    return note;
  }

  void note(std::optional<domain::RefundStatus> status, domain::Time now) {
    note_read(connection_, k_source, answer(status, now), now);
  }

  Database database_;
  Connection connection_ = database_.connect();
  bool is_confirmed_ = false;
};

TEST_F(RefundReadsTest, APendingRefundIsDueSomeTimeAfterItWasRequested) {
  report(pending, 0);
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(1)), 1);
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(2)), 0) << "once";
  EXPECT_THAT(claim(samples::at(299)), IsEmpty());
  const auto due = claim(samples::at(300));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].refund_id, "rfnd_1");
  EXPECT_EQ(due[0].charge_id, "chrg_1");
  EXPECT_EQ(due[0].held->status, pending);
  EXPECT_FALSE(due[0].held->charge_is_known);
}

TEST_F(RefundReadsTest, ItsPaymentMethodHasAScheduleOfItsOwn) {
  auto charge = samples::charge_report(0, "c");
  charge.payment_method = "promptpay";
  store::apply(connection_, {delivery_of(charge)});
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  EXPECT_THAT(claim(samples::at(9)), IsEmpty());
  const auto due = claim(samples::at(10));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].payment_method, "promptpay");
  EXPECT_TRUE(due[0].held->charge_is_known);
}

TEST_F(RefundReadsTest, AnOutcomeThatNobodyWaitsForIsNotAskedFor) {
  report(successful, 0);
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(1)), 0);
}

TEST_F(RefundReadsTest, WhatOneClaimedNobodyElseGetsBeforeTheLeaseEnds) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  EXPECT_THAT(claim(samples::at(300)), SizeIs(1));
  EXPECT_THAT(claim(samples::at(359)), IsEmpty());
  EXPECT_THAT(claim(samples::at(360)), SizeIs(1)) << "whoever had it is gone";
  give_back_reads(connection_, k_source, {"rfnd_1"}, samples::at(361));
  EXPECT_THAT(claim(samples::at(361)), SizeIs(1));
}

TEST_F(RefundReadsTest, AHeldMessageIsAskedForAtOnceAndGoesWhenTheApiAgrees) {
  report(successful, 0);
  hold_messages(samples::at(10));
  EXPECT_FALSE(is_confirmed_);
  EXPECT_EQ(message_state(), "pending|0|t|t|70")
      << "looked at again a minute later, not an attempt";
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(11)), 1);
  EXPECT_THAT(claim(samples::at(11)), SizeIs(1));
  note(successful, samples::at(12));
  EXPECT_EQ(message_state(), "pending|0|t|t|12");
  hold_messages(samples::at(12));
  EXPECT_TRUE(is_confirmed_);
}

TEST_F(RefundReadsTest, AnAnswerThatSaysOtherwiseConfirmsNothing) {
  report(successful, 0);
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  claim(samples::at(11));
  note(pending, samples::at(12));
  hold_messages(samples::at(100));
  EXPECT_FALSE(is_confirmed_);
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(101)), 0)
      << "it was read after the message was held: its schedule goes on";
}

TEST_F(RefundReadsTest, AMessageThatIsHeldAfterTheQuestionAsksAgain) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  claim(samples::at(300));
  report(successful, 301);  // while the API is asked
  hold_messages(samples::at(302));
  note_read(connection_, k_source, answer(pending, samples::at(300)), samples::at(303));
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(304)), 1);
  EXPECT_THAT(claim(samples::at(304)), SizeIs(1));
}

TEST_F(RefundReadsTest, AnOutcomeSettlesOnlyWhereItIsHeldHereToo) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  claim(samples::at(300));
  note(successful, samples::at(300));
  EXPECT_THAT(claim(samples::at(300) + 1h), SizeIs(1)) << "for some reason it was not applied";
  report(successful, 4000);
  note(successful, samples::at(4001));
  EXPECT_THAT(claim(samples::at(1'000'000)), IsEmpty());
}

TEST_F(RefundReadsTest, AnAnswerToAnOlderQuestionCountsForNothing) {
  report(successful, 0);
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  note(successful, samples::at(20));
  note_read(connection_, k_source, answer(pending, samples::at(15)), samples::at(25));
  hold_messages(samples::at(1000));
  EXPECT_TRUE(is_confirmed_);
}

TEST_F(RefundReadsTest, WhereNobodyAnswersTheScheduleStays) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  claim(samples::at(300));
  auto silence = answer(std::nullopt, samples::at(300));
  silence.is_answer = false;
  note_read(connection_, k_source, silence, samples::at(300));
  const auto due = claim(samples::at(300) + 1h);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].reads, 0);
}

TEST_F(RefundReadsTest, WhatWasPendingForLongIsNotGivenUpAtTheFirstSight) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(0) + 720h);
  const auto due = claim(samples::at(0) + 720h);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].first_due_at, samples::at(0) + 720h);
}

TEST_F(RefundReadsTest, WhoeverWaitsComesFirst) {
  for (int number = 2; number < 20; ++number) {
    auto report = samples::report(pending, 0, "p" + std::to_string(number));
    report.refund_id = "rfnd_" + std::to_string(number);
    report.charge_id = "chrg_" + std::to_string(number);
    store::apply(connection_, {delivery_of(report)});
  }
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  report(successful, 10);
  hold_messages(samples::at(20'000));
  schedule_reads(connection_, k_source, k_first, samples::at(20'000));
  const auto due = claim_due_reads(connection_, k_source, 1, 60s, samples::at(20'000));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].refund_id, "rfnd_1");
}

TEST_F(RefundReadsTest, AnAnswerOfAListCountsToo) {
  report(successful, 0);
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  note_listed(connection_, k_source, {answer(successful, samples::at(12))}, samples::at(12));
  EXPECT_THAT(claim(samples::at(1000)), IsEmpty()) << "settled";
  hold_messages(samples::at(12));
  EXPECT_TRUE(is_confirmed_);
}

TEST_F(RefundReadsTest, ALateEventIsAskedForEvenWhereItsRefundIsNotKnown) {
  domain::Event event = samples::event_of(samples::report(successful, 0, "e1"));
  event.disposition = domain::Disposition::late;
  event.anomaly = domain::AnomalyKind::late_signature;
  store::apply(connection_, {delivery_of(event)});
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(1)), 1);
  const auto due = claim(samples::at(1));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_FALSE(due[0].held);
  EXPECT_EQ(due[0].charge_id, "chrg_1") << "as the event names it";
}

TEST_F(RefundReadsTest, AgreementResolvesWhatTheApiHadRaised) {
  report(successful, 0);
  database_.run(
      "INSERT INTO refundd.anomalies (detected_at, kind, source, refund_id, subject, details) "
      "VALUES (now(), 'provider_disagrees', 'omise-th', 'rfnd_1', 'read:1', '{}'), "
      "(now(), 'over_refund', 'omise-th', 'rfnd_1', 'chrg_1', '{}')");
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  note(pending, samples::at(12));
  const auto open = [this] {
    return database_.rows(
        "SELECT kind FROM anomalies WHERE resolved_at IS NULL AND kind IN "
        "('provider_disagrees', 'over_refund') ORDER BY kind");
  };
  EXPECT_EQ(open(), (Rows{"over_refund", "provider_disagrees"}));
  note(successful, samples::at(13));
  EXPECT_EQ(open(), Rows{"over_refund"});
}

TEST_F(RefundReadsTest, AnAnswerWithoutAStatusResolvesNothing) {
  report(pending, 0);
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  note(pending, samples::at(2));
  database_.run(
      "INSERT INTO refundd.anomalies (detected_at, kind, source, refund_id, subject, details) "
      "VALUES (now(), 'unknown_to_provider', 'omise-th', 'rfnd_1', 'read:1', '{}'), "
      "(now(), 'late_signature', 'omise-th', 'rfnd_1', 'evnt_2', '{}')");
  const auto open = [this] {
    return database_.value("SELECT count(*) FROM anomalies WHERE resolved_at IS NULL");
  };
  note(std::nullopt, samples::at(3));  // the API no longer knows it
  EXPECT_EQ(open(), "2");
  note(pending, samples::at(4));
  EXPECT_EQ(open(), "0");
}

TEST_F(RefundReadsTest, WhoWaitsForAFailingReadWaitsAWhile) {
  report(successful, 0);
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  claim(samples::at(11));
  auto silence = answer(std::nullopt, samples::at(11));
  silence.is_answer = false;
  silence.error = "the provider answers 500";
  silence.next_read_at = samples::at(11) + k_failed_wait_max;
  note_read(connection_, k_source, silence, samples::at(12));
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(13)), 0);
  EXPECT_THAT(claim(samples::at(13)), IsEmpty());
  EXPECT_THAT(claim(samples::at(11) + k_failed_wait_max), SizeIs(1));
  silence.asked_at = samples::at(400);
  silence.next_read_at = samples::at(400) + 1h;
  note_read(connection_, k_source, silence, samples::at(401));
  EXPECT_EQ(schedule_reads(connection_, k_source, k_first, samples::at(402)), 1)
      << "nobody waits for hours";
}

TEST_F(RefundReadsTest, WhatHasEndedIsAskedForAgainWhereSomethingIsMissing) {
  report(successful, 0);
  hold_messages(samples::at(10));
  schedule_reads(connection_, k_source, k_first, samples::at(11));
  note(successful, samples::at(12));
  EXPECT_THAT(claim(samples::at(1'000'000)), IsEmpty());
  ask_soon(connection_, k_source, {"rfnd_1", "rfnd_2"}, samples::at(13));
  EXPECT_THAT(claim(samples::at(13)), SizeIs(2));
}

TEST_F(RefundReadsTest, AnAssumedStatusIsNotConfirmedByTheListThatLeftItOut) {
  auto event = samples::event_of(samples::report(successful, 0, "e0"));
  event.evidence = event.refund->evidence = domain::Evidence::api_read;
  event.refund->provider_status.clear();
  store::apply(connection_, {delivery_of(event)});
  hold_messages(samples::at(10));
  EXPECT_FALSE(is_confirmed_);
  event.event_id = event.refund->event_id = "e1";
  event.refund->occurred_at = event.occurred_at = samples::at(11);
  event.refund->provider_status = "closed";
  store::apply(connection_, {delivery_of(event)});
  hold_messages(samples::at(1000));
  EXPECT_TRUE(is_confirmed_);
}

// The API holds it for pending as we do: that is why it was given up.
TEST_F(RefundReadsTest, OnlyAnOutcomeResolvesThatARefundWasGivenUp) {
  report(pending, 0);
  database_.run(
      "INSERT INTO refundd.anomalies (detected_at, kind, source, refund_id, subject, details) "
      "VALUES (now(), 'unconfirmed', 'omise-th', 'rfnd_1', 'read:1', '{}')");
  schedule_reads(connection_, k_source, k_first, samples::at(1));
  const auto open = [this] {
    return database_.value("SELECT resolved_at IS NULL FROM anomalies WHERE kind = 'unconfirmed'");
  };
  note(pending, samples::at(2));
  EXPECT_EQ(open(), "t");
  report(successful, 3);
  note(successful, samples::at(4));
  EXPECT_EQ(open(), "f");
}

}  // namespace
}  // namespace store
