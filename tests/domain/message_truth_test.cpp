#include "domain/message_truth.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace domain {
namespace {

using enum RefundStatus;

TruthNow refund_is(RefundStatus status, bool action_required = false, int episode = 1) {
  TruthNow now;
  now.refund = {status, action_required, episode};
  now.opener_told = true;
  return now;
}

// Every template that is about a refund's state, in every state.
TEST(MessageTruth, AMessageHoldsOnlyInTheStateThatItTells) {
  struct Case {
    std::string template_name;
    std::vector<RefundStatus> holds_in;
  };
  const std::vector<Case> cases{
      {"refund_initiated", {pending}},
      {"refund_complete", {successful}},
      {"refund_correction", {failed, canceled}},
      {"refund_failed", {failed}},
      {"insufficient_balance", {failed}},
      {"refund_canceled", {canceled}},
      {"refund_reversed", {failed, canceled}},
      {"refund_recovered", {successful}},
      {"stuck_pending", {pending}},
  };
  for (const Case& message : cases) {
    for (const RefundStatus status : {pending, successful, failed, canceled}) {
      const bool expected = std::ranges::find(message.holds_in, status) != message.holds_in.end();
      EXPECT_EQ(still_holds(message.template_name, "1", refund_is(status)), expected)
          << message.template_name << " while " << to_string(status);
    }
    EXPECT_FALSE(still_holds(message.template_name, "1", {})) << "no such refund";
  }
}

TEST(MessageTruth, AnActionIsAskedForOnlyWhileItIsRequired) {
  for (const char* name : {"refund_requires_action", "action_required_too_long"}) {
    EXPECT_TRUE(still_holds(name, "1", refund_is(pending, /*action_required=*/true)));
    EXPECT_FALSE(still_holds(name, "1", refund_is(pending, /*action_required=*/false)));
    EXPECT_FALSE(still_holds(name, "1", refund_is(successful, /*action_required=*/true)));
  }
}

// Failed, successful, failed again: the first failure is history.
TEST(MessageTruth, AnOutcomeThatWasReplacedIsNotToldThoughItCameBack) {
  for (const auto& [name, status] :
       {std::pair{"refund_complete", successful}, std::pair{"refund_failed", failed},
        std::pair{"refund_canceled", canceled}}) {
    EXPECT_FALSE(still_holds(name, "1", refund_is(status, false, /*episode=*/3))) << name;
    EXPECT_TRUE(still_holds(name, "3", refund_is(status, false, /*episode=*/3))) << name;
  }
}

TEST(MessageTruth, ARecoveryIsOnlyToldToWhomTheFailureWasTold) {
  auto now = refund_is(successful);
  now.opener_told = false;
  EXPECT_FALSE(still_holds("refund_recovered", "2", now));
}

TEST(MessageTruth, AReminderNeedsNobodyWhoWasToldBefore) {
  auto now = refund_is(pending);
  now.opener_told = false;
  EXPECT_TRUE(still_holds("stuck_pending", "1", now));
  EXPECT_EQ(openers_of("stuck_pending").front(), "stuck_pending");
  EXPECT_FALSE(ends_ticket("stuck_pending"));
}

TEST(MessageTruth, AnAnomalyHoldsUntilItIsResolved) {
  TruthNow now;
  EXPECT_TRUE(still_holds("anomaly_unknown_order", "rfnd_1", now));
  now.anomaly_resolved = true;
  EXPECT_FALSE(still_holds("anomaly_unknown_order", "rfnd_1", now));
}

TEST(MessageTruth, WhatIsNotAboutAStateAlwaysHolds) {
  EXPECT_TRUE(still_holds("customer_unreachable", "", {}));
}

}  // namespace
}  // namespace domain
