// What Omise's bodies say about charges.
#include <gtest/gtest.h>

#include "providers/decoding.hpp"

namespace providers {
namespace {

using domain::ChargeStatus;
using domain::Disposition;

TEST(OmiseCharge, LearnsTheChargeFromAnExpandedOne) {
  const auto event = omise_event(fixture("omise_expanded_charge"));
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->charge_id, "chrg_5expanded0expanded003");
  EXPECT_EQ(event.refund->amount, money(40000, "THB"));
  EXPECT_EQ(event.refund->order_id, std::nullopt);
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->charge_id, "chrg_5expanded0expanded003");
  EXPECT_EQ(event.charge->status, ChargeStatus::successful);
  EXPECT_EQ(event.charge->amount, money(100000, "THB"));
  EXPECT_EQ(event.charge->order_id, "ORD-EXPANDED");
  EXPECT_EQ(event.charge->payment_method, "promptpay");
  EXPECT_EQ(event.charge->charged_at, at("2026-01-30T08:00:00Z"));
  EXPECT_EQ(event.charge->event_id, event.event_id);
  EXPECT_EQ(event.charge->occurred_at, event.occurred_at);
}

TEST(OmiseCharge, KeepsTheRefundWhereTheExpandedChargeHasNoReadableAmount) {
  const auto event = omise_event(omise_body(R"({"data": {"charge": {"id": "chrg_9",
      "amount": "1000", "currency": "XXQ", "status": 7, "metadata": {"order_id": "ORD-9"}}}})"));
  EXPECT_EQ(event.disposition, Disposition::apply);
  ASSERT_TRUE(event.refund);
  EXPECT_EQ(event.refund->charge_id, "chrg_9");
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->amount, std::nullopt);
  EXPECT_EQ(event.charge->status, std::nullopt);
  EXPECT_EQ(event.charge->order_id, "ORD-9");
}

TEST(OmiseCharge, ReadsAChargeEvent) {
  const auto event = omise_event(fixture("omise_charge_complete"));
  EXPECT_EQ(event.disposition, Disposition::apply);
  EXPECT_EQ(event.refund_id, "");
  EXPECT_EQ(event.charge_id, "chrg_5charge0charge0char2");
  EXPECT_FALSE(event.refund);
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->status, ChargeStatus::successful);
  EXPECT_EQ(event.charge->amount, money(100000, "THB"));
  EXPECT_EQ(event.charge->order_id, "ORD-2002");
  EXPECT_EQ(event.charge->payment_method, "mobile_banking_scb");
  EXPECT_EQ(event.charge->charged_at, at("2026-01-31T09:00:05Z"));
}

TEST(OmiseCharge, ReadsAnOlderChargeWhoseRefundedIsANumber) {
  const auto event = omise_event(fixture("omise_charge_older"));
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->status, ChargeStatus::reversed);
  EXPECT_EQ(event.charge->amount, money(100000, "THB"));
  EXPECT_EQ(event.charge->payment_method, "card");
  EXPECT_EQ(event.charge->charged_at, at("2017-11-02T09:00:00Z"));
}

TEST(OmiseCharge, MapsEveryChargeStatus) {
  using Case = std::pair<const char*, std::optional<ChargeStatus>>;
  for (const auto& [word, status] :
       {Case{"pending", ChargeStatus::pending}, Case{"successful", ChargeStatus::successful},
        Case{"failed", ChargeStatus::failed}, Case{"reversed", ChargeStatus::reversed},
        Case{"expired", ChargeStatus::expired}, Case{"new_word", std::nullopt}}) {
    const auto event =
        omise_event(with(fixture("omise_charge_complete"), R"("status": "successful")",
                         R"("status": ")" + std::string{word} + '"'));
    ASSERT_TRUE(event.charge) << word;
    EXPECT_EQ(event.charge->status, status) << word;
  }
}

}  // namespace
}  // namespace providers
