#include "outbox/send_outcome.hpp"

#include <gtest/gtest.h>

namespace outbox {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const domain::Time k_now{minutes{1000}};

store::ClaimedMessage claimed(int attempts) {
  store::ClaimedMessage claimed;
  claimed.message.message_id = "m-1";
  claimed.message.attempts = attempts;
  claimed.lease_token = "token";
  return claimed;
}

SendResult retry(std::optional<seconds> retry_after = std::nullopt) {
  return {SendStatus::retry, "busy", retry_after, ""};
}

store::Finish outcome(int attempts, const SendResult& result) {
  return outcome_of(claimed(attempts), result, {k_now, 12, 0.5});
}

TEST(SendOutcome, BelongsToTheLeaseAndKeepsTheTicket) {
  const auto finish = outcome(1, {SendStatus::sent, "", std::nullopt, "T-9"});
  EXPECT_EQ(finish.message_id, "m-1");
  EXPECT_EQ(finish.lease_token, "token");
  EXPECT_EQ(finish.kind, store::FinishKind::sent);
  EXPECT_EQ(finish.external_reference, "T-9");
}

TEST(SendOutcome, ARetryComesAfterItsBackoff) {
  const auto finish = outcome(1, retry());
  EXPECT_EQ(finish.kind, store::FinishKind::retry);
  EXPECT_EQ(finish.error, "busy");
  EXPECT_EQ(finish.next_attempt_at, k_now + seconds{5});
}

TEST(SendOutcome, ARetryComesAsMuchLaterAsTheReceiverAsks) {
  EXPECT_EQ(outcome(1, retry(minutes{10})).next_attempt_at, k_now + minutes{10});
  EXPECT_EQ(outcome(1, retry(seconds{1})).next_attempt_at, k_now + seconds{5})
      << "never sooner than the backoff";
}

TEST(SendOutcome, TheLastAttemptIsTheLast) {
  EXPECT_EQ(outcome(11, retry()).kind, store::FinishKind::retry);
  EXPECT_EQ(outcome(12, retry()).kind, store::FinishKind::dead);
  EXPECT_EQ(outcome(13, retry()).kind, store::FinishKind::dead);
}

TEST(SendOutcome, WhatWasRefusedForGoodIsDeadAtOnce) {
  EXPECT_EQ(outcome(1, {SendStatus::dead, "no such user", std::nullopt, ""}).kind,
            store::FinishKind::dead);
}

}  // namespace
}  // namespace outbox
