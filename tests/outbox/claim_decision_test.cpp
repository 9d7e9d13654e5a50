#include "outbox/claim_decision.hpp"

#include <gtest/gtest.h>

namespace outbox {
namespace {

using domain::Audience;
using store::ClaimKind;
using store::DueMessage;
using enum domain::RefundStatus;

DueMessage due(Audience audience, const std::string& template_name, domain::RefundStatus status) {
  DueMessage message;
  message.audience = audience;
  message.template_name = template_name;
  message.source = "omise-th";
  message.refund_id = "rfnd_1";
  message.episode = "1";
  message.customer_email = "somchai@example.com";
  message.now.refund = {status, false, 1};
  return message;
}

DueMessage good_news() {
  return due(Audience::customer, "refund_complete", successful);
}

Delivery delivery() {
  Delivery delivery;
  delivery.routes = {
      {Audience::customer, "refund_initiated", "", "", ""},
      {Audience::support, "refund_canceled", "payjp-jp", "", ""},
      {Audience::customer, "", "", "mail", ""},
      {Audience::support, "anomaly_*", "", "mail", "desk@shop.example"},
      {Audience::support, "", "", "tickets", ""},
  };
  delivery.sources["omise-th"] = {};
  return delivery;
}

class ClaimDecisionTest : public testing::Test {
 protected:
  store::ClaimDecision decide(const DueMessage& message) {
    return decide_claim(message, delivery_, slots_);
  }

  Delivery delivery_ = delivery();
  std::map<std::string, int> slots_{{"mail", 1}, {"tickets", 1}};
};

TEST_F(ClaimDecisionTest, ACustomersMessageWaitsForTheApiWhereItsSourceSaysSo) {
  auto message = good_news();
  message.is_confirmed = false;
  EXPECT_EQ(decide(message).kind, ClaimKind::send) << "nobody asks this source";
  slots_["mail"] = 10;
  delivery_.sources["omise-th"] = {"", /*is_asked=*/true, /*confirms_customer_messages=*/true};
  EXPECT_EQ(decide(message).kind, ClaimKind::hold);
  message.is_confirmed = true;
  EXPECT_EQ(decide(message).kind, ClaimKind::send);
  auto ticket = due(Audience::support, "refund_failed", failed);
  ticket.is_confirmed = false;
  EXPECT_EQ(decide(ticket).kind, ClaimKind::send) << "support is always told at once";
}

TEST_F(ClaimDecisionTest, AnOutcomeThatTheProviderLeftOutIsConfirmedInAnyCase) {
  auto message = good_news();
  message.is_confirmed = false;
  message.is_status_stated = false;
  delivery_.sources["omise-th"] = {"", /*is_asked=*/true, /*confirms_customer_messages=*/false};
  EXPECT_EQ(decide(message).kind, ClaimKind::hold);
  message.is_status_stated = true;
  EXPECT_EQ(decide(message).kind, ClaimKind::send);
}

TEST_F(ClaimDecisionTest, WhatHoldsGoesToTheSinkOfItsRouteWhileThatIsFree) {
  auto decision = decide(good_news());
  EXPECT_EQ(decision.kind, ClaimKind::send);
  EXPECT_EQ(decision.sink, "mail");
  decision = decide(good_news());
  EXPECT_EQ(decision.kind, ClaimKind::route) << "the only slot is taken";
  EXPECT_EQ(decision.sink, "mail");
  EXPECT_EQ(decide(due(Audience::support, "refund_failed", failed)).sink, "tickets");
}

TEST_F(ClaimDecisionTest, TheFirstRouteThatFitsWins) {
  auto anomaly = due(Audience::support, "anomaly_over_refund", successful);
  EXPECT_EQ(decide(anomaly).sink, "mail");
  EXPECT_EQ(recipient_of(anomaly, delivery_), "desk@shop.example");
}

TEST_F(ClaimDecisionTest, WhatNoLongerHoldsIsSupersededAndTakesNoSlot) {
  const auto decision = decide(due(Audience::customer, "refund_complete", failed));
  EXPECT_EQ(decision.kind, ClaimKind::superseded);
  EXPECT_EQ(decision.note, "no longer so: the refund is failed");
  EXPECT_EQ(slots_["mail"], 1);
}

TEST_F(ClaimDecisionTest, ASwitchedOffTemplateIsSuppressedAndSaysWhy) {
  const auto decision = decide(due(Audience::customer, "refund_initiated", pending));
  EXPECT_EQ(decision.kind, ClaimKind::suppressed);
  EXPECT_EQ(decision.note, "switched off by the configuration");
}

TEST_F(ClaimDecisionTest, ATemplateMayBeSwitchedOffForOneSourceOnly) {
  auto message = due(Audience::support, "refund_canceled", canceled);
  EXPECT_EQ(decide(message).kind, ClaimKind::send);
  message.source = "payjp-jp";
  EXPECT_EQ(decide(message).kind, ClaimKind::suppressed);
}

TEST_F(ClaimDecisionTest, ACustomerWithoutAnAddressBecomesSupportsBusiness) {
  auto message = good_news();
  message.customer_email.clear();
  const auto decision = decide(message);
  EXPECT_EQ(decision.kind, ClaimKind::suppressed);
  EXPECT_TRUE(decision.tell_support_unreachable);
  EXPECT_EQ(slots_["mail"], 1);
}

TEST_F(ClaimDecisionTest, TestModeTellsItsTestRecipientAndNobodyElse) {
  auto message = good_news();
  message.livemode = false;
  EXPECT_EQ(decide(message).kind, ClaimKind::suppressed);
  delivery_.sources["omise-th"].test_recipient = "test@shop.example";
  EXPECT_EQ(decide(message).kind, ClaimKind::send);
  EXPECT_EQ(recipient_of(message, delivery_), "test@shop.example");
  auto ticket = due(Audience::support, "anomaly_over_refund", successful);
  ticket.livemode = false;
  EXPECT_EQ(recipient_of(ticket, delivery_), "test@shop.example");
}

// Attempts are counted before each send: so many without an end mean a crash each time.
TEST_F(ClaimDecisionTest, AMessageThatCrashesItsSenderEndsUpDead) {
  auto message = good_news();
  message.attempts = delivery_.attempts_max;
  EXPECT_EQ(decide(message).kind, ClaimKind::dead);
  message.attempts = delivery_.attempts_max - 1;
  EXPECT_EQ(decide(message).kind, ClaimKind::send);
}

}  // namespace
}  // namespace outbox
