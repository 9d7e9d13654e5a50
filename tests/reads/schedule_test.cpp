#include "reads/schedule.hpp"

#include <gtest/gtest.h>

namespace reads {
namespace {

using namespace std::chrono_literals;

ReadPolicy policy() {
  ReadPolicy policy;
  policy.poll = {300s, 1800s, 86400s};
  policy.poll_by_method = {{"promptpay", {10s}}};
  return policy;
}

TEST(Schedule, GoesThroughTheStepsAndRepeatsTheLast) {
  EXPECT_EQ(delay_after(policy(), "", 0), 300s);
  EXPECT_EQ(delay_after(policy(), "", 1), 1800s);
  EXPECT_EQ(delay_after(policy(), "", 2), 86400s);
  EXPECT_EQ(delay_after(policy(), "", 1000), 86400s);
}

TEST(Schedule, APaymentMethodMayHaveStepsOfItsOwn) {
  EXPECT_EQ(delay_after(policy(), "promptpay", 0), 10s);
  EXPECT_EQ(delay_after(policy(), "promptpay", 5), 10s);
  EXPECT_EQ(delay_after(policy(), "card", 0), 300s);
}

TEST(Schedule, AProviderThatFailsIsAskedLessAndLessOften) {
  ReadPolicy policy;
  policy.catch_up_interval = 60s;
  EXPECT_EQ(backoff_after(policy, 0, 0s), 30s);
  EXPECT_EQ(backoff_after(policy, 1, 0s), 60s);
  EXPECT_EQ(backoff_after(policy, 4, 0s), 480s);
  EXPECT_EQ(backoff_after(policy, 5, 0s), 15min);
  EXPECT_EQ(backoff_after(policy, 1'000'000, 0s), 15min);
}

TEST(Schedule, AProviderThatAsksForMorePatienceGetsIt) {
  ReadPolicy policy;
  policy.catch_up_interval = 1s;
  EXPECT_EQ(backoff_after(policy, 0, 3600s), 3600s);
  EXPECT_EQ(backoff_after(policy, 5, 10s), 32s);
}

TEST(Schedule, WhereEverythingIsAskedForMoreOftenSoIsAProviderThatFailed) {
  ReadPolicy policy;
  policy.catch_up_interval = 86400s;
  policy.poll = {2s, 60s};
  EXPECT_EQ(backoff_after(policy, 0, 0s), 2s);
  EXPECT_EQ(backoff_after(policy, 3, 0s), 16s);
}

TEST(Schedule, WhatIsYoungIsLeftToItsWebhookForAMinuteAtMost) {
  ReadPolicy policy;
  policy.catch_up_interval = 300s;
  EXPECT_EQ(grace_of(policy), 60s);
  policy.catch_up_interval = 10s;
  EXPECT_EQ(grace_of(policy), 2s);
}

}  // namespace
}  // namespace reads
