// What may be paid back: each rule on both sides of its limit.
#include "domain/can_refund.hpp"

#include <gtest/gtest.h>

#include "domain/samples.hpp"

namespace domain {
namespace {

using namespace std::chrono_literals;
using samples::at;
using samples::jpy;
using samples::thb;
using std::chrono::days;

/// Paid at second 0: 1,000.00 THB by card.
Charge paid_charge(std::string method = "card") {
  auto report = samples::charge_report(0, "c");
  report.payment_method = std::move(method);
  report.charged_at = at(0);
  return learn(std::nullopt, report).next;
}

Refund refund_of(std::string id, RefundStatus status, std::int64_t amount_minor, int second = 0) {
  auto report = samples::report(status, second, "e-" + id);
  report.refund_id = std::move(id);
  report.amount = thb(amount_minor);
  return *decide(std::nullopt, report).next;
}

struct Asked {
  Money amount = thb(10'000);
  Time now = at(0) + days{1};
  RefundLimits limits{};
};

RefundAnswer ask(const Charge& charge, const std::vector<Refund>& refunds = {}, Asked asked = {}) {
  return can_refund(charge, refunds, {asked.amount, asked.now, asked.limits});
}

template <typename Kind>
std::vector<Kind> kinds(const std::vector<Finding<Kind>>& findings) {
  std::vector<Kind> kinds;
  for (const auto& finding : findings) {
    kinds.push_back(finding.kind);
  }
  return kinds;
}

using Obstacles = std::vector<RefundObstacle>;
using Warnings = std::vector<RefundWarning>;

TEST(CanRefund, NothingSpeaksAgainstAPartOfAFreshPayment) {
  const auto answer = ask(paid_charge());
  EXPECT_TRUE(answer.may_be_refunded());
  EXPECT_TRUE(answer.warnings.empty());
  EXPECT_EQ(answer.ledger.remaining_minor, 100'000);
}

TEST(CanRefund, AllThatIsLeftAndNotMore) {
  const std::vector refunds{refund_of("r1", RefundStatus::successful, 30'000),
                            refund_of("r2", RefundStatus::failed, 70'000),
                            refund_of("r3", RefundStatus::canceled, 70'000)};
  EXPECT_TRUE(ask(paid_charge(), refunds, {thb(70'000)}).may_be_refunded());
  const auto answer = ask(paid_charge(), refunds, {thb(70'001)});
  ASSERT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::amount_exceeds_refundable});
  EXPECT_EQ(answer.errors[0].amount, thb(70'000));
}

TEST(CanRefund, WhatIsPendingIsNotLeft) {
  const std::vector refunds{refund_of("r1", RefundStatus::pending, 60'000)};
  const auto answer = ask(paid_charge(), refunds, {thb(40'001)});
  EXPECT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::amount_exceeds_refundable});
  ASSERT_EQ(kinds(answer.warnings), Warnings{RefundWarning::pending_refunds});
  EXPECT_EQ(answer.warnings[0].amount, thb(60'000));
  EXPECT_EQ(answer.warnings[0].count, 1);
  EXPECT_TRUE(ask(paid_charge(), refunds, {thb(40'000)}).may_be_refunded());
}

TEST(CanRefund, NothingIsLeftOfAChargeThatIsRefundedTooMuch) {
  const std::vector refunds{refund_of("r1", RefundStatus::successful, 60'000),
                            refund_of("r2", RefundStatus::pending, 60'000)};
  const auto answer = ask(paid_charge(), refunds);
  ASSERT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::amount_exceeds_refundable});
  EXPECT_EQ(answer.errors[0].amount, thb(0));
}

TEST(CanRefund, AFullRefundIsOneMistakeNotTwo) {
  const auto answer =
      ask(paid_charge(), {refund_of("r1", RefundStatus::successful, 100'000)}, {thb(200'000)});
  EXPECT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::charge_already_refunded});
}

TEST(CanRefund, OnlyWhatWasPaid) {
  using enum ChargeStatus;
  for (const ChargeStatus status : {pending, failed, reversed, expired}) {
    auto charge = paid_charge();
    charge.status.value = status;
    const auto answer = ask(charge);
    ASSERT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::charge_not_paid});
    EXPECT_EQ(answer.errors[0].word, to_string(status));
  }
  auto charge = paid_charge();
  charge.status = {};
  EXPECT_TRUE(ask(charge).may_be_refunded()) << "what is not known does not forbid";
}

TEST(CanRefund, InTheCurrencyOfThePayment) {
  const auto answer = ask(paid_charge(), {}, {jpy(1'000'000)});
  ASSERT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::currency_mismatch});
  EXPECT_EQ(answer.errors[0].word, "THB");
}

TEST(CanRefund, NotLessThanTheProviderTakes) {
  EXPECT_TRUE(ask(paid_charge(), {}, {thb(20)}).may_be_refunded());
  for (const std::int64_t amount : {19, 1, 0, -5}) {
    const auto answer = ask(paid_charge(), {}, {thb(amount)});
    ASSERT_EQ(kinds(answer.errors), Obstacles{RefundObstacle::below_minimum}) << amount;
    EXPECT_EQ(answer.errors[0].amount, thb(20));
  }
}

TEST(CanRefund, WithoutATotalNothingIsForbiddenButEverythingUncertain) {
  auto charge = paid_charge();
  charge.amount = {};
  const std::vector refunds{refund_of("r1", RefundStatus::successful, 30'000)};
  const auto answer = ask(charge, refunds, {thb(9'000'000)});
  EXPECT_TRUE(answer.may_be_refunded());
  EXPECT_EQ(kinds(answer.warnings), Warnings{RefundWarning::unknown_total});
}

struct WindowCase {
  const char* method;
  Time now;
  Warnings warnings;
};

TEST(CanRefund, TheWindowOfEachMethod) {
  using enum RefundWarning;
  const Time paid = at(0);
  const std::vector<WindowCase> cases{
      {"card", paid + days{180}, {}},
      {"card", paid + days{180} + 1s, {old_card_payment}},
      {"card", paid + days{358} - 1s, {old_card_payment}},
      {"card", paid + days{358}, {window_near, old_card_payment}},
      {"card", paid + days{365}, {window_passed}},
      {"internet_banking_bay", paid + days{83} - 1s, {}},
      {"internet_banking_bay", paid + days{83}, {window_near}},
      {"internet_banking_bay", paid + days{90}, {window_passed}},
      {"internet_banking_bbl", paid + days{90}, {}},
      {"mobile_banking_bbl", paid + days{180}, {window_passed}},
      {"promptpay", paid + days{1}, {active_account_required}},
      {"truemoney", paid + days{90}, {window_passed, active_account_required}},
      {"alipay", paid + days{174}, {window_near, active_account_required}},
      {"something_new", paid + days{180}, {window_passed}},
      {"", paid + days{9999}, {}},
  };
  for (const auto& [method, now, warnings] : cases) {
    auto charge = paid_charge(method);
    const auto answer = ask(charge, {}, {.now = now});
    EXPECT_TRUE(answer.may_be_refunded()) << "a window only warns";
    EXPECT_EQ(kinds(answer.warnings), warnings) << method << " " << format_rfc3339(now);
  }
}

TEST(CanRefund, ACardsWindowIsTheProviders) {
  const RefundLimits payjp{std::nullopt, 180};
  const auto answer = ask(paid_charge(), {}, {.now = at(0) + days{181}, .limits = payjp});
  ASSERT_EQ(kinds(answer.warnings), Warnings{RefundWarning::window_passed});
  EXPECT_EQ(answer.warnings[0].count, 180);
  EXPECT_EQ(answer.warnings[0].until, at(0) + days{180});
}

TEST(CanRefund, PayPaysLastDayIsAWholeOneInJapan) {
  auto charge = paid_charge("paypay");
  charge.charged_at.value = *parse_rfc3339("2025-01-31T10:00:00+09:00");
  const Time last = *parse_rfc3339("2026-01-31T23:59:59+09:00");
  EXPECT_EQ(kinds(ask(charge, {}, {.now = last}).warnings), Warnings{RefundWarning::window_near});
  EXPECT_EQ(kinds(ask(charge, {}, {.now = last + 1s}).warnings),
            Warnings{RefundWarning::window_passed});
}

TEST(CanRefund, OneMoreThanTheProviderTakes) {
  const RefundLimits omise{14, 365};
  std::vector<Refund> refunds{refund_of("failed", RefundStatus::failed, 100)};
  for (int number = 1; number <= 13; ++number) {
    refunds.push_back(refund_of("r" + std::to_string(number), RefundStatus::successful, 100));
  }
  EXPECT_TRUE(ask(paid_charge(), refunds, {.limits = omise}).warnings.empty());
  refunds.push_back(refund_of("r14", RefundStatus::successful, 100));
  const auto answer = ask(paid_charge(), refunds, {.limits = omise});
  ASSERT_EQ(kinds(answer.warnings), Warnings{RefundWarning::too_many_refunds});
  EXPECT_EQ(answer.warnings[0].count, 14);
}

TEST(CanRefund, TheSameAmountWithinFiveMinutesLooksLikeADoubleClick) {
  const std::vector refunds{refund_of("r1", RefundStatus::successful, 10'000, 1000)};
  const auto warnings = [&](Time now, std::int64_t amount) {
    return kinds(ask(paid_charge(), refunds, {.amount = thb(amount), .now = now}).warnings);
  };
  const Warnings suspected{RefundWarning::suspected_duplicate};
  EXPECT_EQ(warnings(at(1300), 10'000), suspected);
  EXPECT_EQ(warnings(at(700), 10'000), suspected) << "the provider's clock may be ahead";
  EXPECT_EQ(warnings(at(1301), 10'000), Warnings{});
  EXPECT_EQ(warnings(at(1300), 10'001), Warnings{});
  const std::vector failed{refund_of("r1", RefundStatus::failed, 10'000, 1000)};
  EXPECT_TRUE(ask(paid_charge(), failed, {.now = at(1001)}).warnings.empty());
}

}  // namespace
}  // namespace domain
