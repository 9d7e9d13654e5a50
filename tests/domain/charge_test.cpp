#include "domain/charge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "domain/samples.hpp"

namespace domain {
namespace {

using enum RefundStatus;

Refund refund(const std::string& id, RefundStatus status, std::optional<Money> amount,
              int second = 0) {
  auto report = samples::report(status, second, "e-" + id);
  report.refund_id = id;
  report.amount = amount;
  return *decide(std::nullopt, report).next;
}

Charge charge(std::optional<Money> amount) {
  auto report = samples::charge_report(0, "c1");
  report.amount = amount;
  return learn(std::nullopt, report).next;
}

std::vector<AnomalyKind> kinds(const std::vector<Anomaly>& anomalies) {
  std::vector<AnomalyKind> kinds;
  for (const Anomaly& anomaly : anomalies) {
    kinds.push_back(anomaly.kind);
  }
  return kinds;
}

std::vector<AnomalyKind> examined(const Charge& charge, const std::vector<Refund>& refunds,
                                  RefundLimits limits = {}) {
  return kinds(examine(charge, refunds, limits));
}

using Kinds = std::vector<AnomalyKind>;

TEST(LedgerTest, ThreePartialRefundsLeaveTheRest) {
  const std::vector refunds{
      refund("r1", successful, samples::thb(10'000)),
      refund("r2", successful, samples::thb(30'000)), refund("r3", pending, samples::thb(25'000)),
      refund("r4", failed, samples::thb(99'000)), refund("r5", canceled, samples::thb(99'000))};
  const auto ledger = ledger_of(charge(samples::thb(100'000)), refunds);
  EXPECT_EQ(ledger.original_minor, 100'000);
  EXPECT_EQ(ledger.refunded_minor, 40'000);
  EXPECT_EQ(ledger.pending_minor, 25'000);
  EXPECT_EQ(ledger.remaining_minor, 35'000);
  EXPECT_EQ(ledger.refund_count, 5);
  EXPECT_DOUBLE_EQ(*ledger.refunded_percentage, 40.0);
  EXPECT_FALSE(ledger.fully_refunded);
}

TEST(LedgerTest, AnUnknownOriginalIsNeverFullyRefunded) {
  const std::vector refunds{refund("r1", successful, samples::thb(10'000))};
  const auto ledger = ledger_of(charge(std::nullopt), refunds);
  EXPECT_EQ(ledger.refunded_minor, 10'000);
  EXPECT_FALSE(ledger.remaining_minor);
  EXPECT_FALSE(ledger.fully_refunded);
}

TEST(LedgerTest, ForeignAndUnknownAmountsAreCountedButNotSummed) {
  const std::vector refunds{refund("r1", successful, samples::jpy(10'000)),
                            refund("r2", successful, std::nullopt)};
  const auto ledger = ledger_of(charge(samples::thb(100'000)), refunds);
  EXPECT_EQ(ledger.refunded_minor, 0);
  EXPECT_EQ(ledger.refund_count, 2);
}

TEST(LedgerTest, ASumThatDoesNotFitIsSaidSo) {
  constexpr auto k_max = std::numeric_limits<std::int64_t>::max();
  const std::vector refunds{refund("r1", successful, samples::thb(k_max)),
                            refund("r2", successful, samples::thb(k_max), 1000)};
  const Charge huge = charge(samples::thb(k_max));
  EXPECT_TRUE(ledger_of(huge, refunds).overflowed);
  EXPECT_EQ(examined(huge, refunds), Kinds{AnomalyKind::over_refund});
}

TEST(ExamineTest, FindsNothingOddInPlainRefunds) {
  EXPECT_EQ(examined(charge(samples::thb(100'000)), {refund("r1", successful, samples::thb(60'000)),
                                                     refund("r2", pending, samples::thb(40'000))}),
            Kinds{});
}

TEST(ExamineTest, MoreThanTheChargeIsOverRefunded) {
  EXPECT_EQ(examined(charge(samples::thb(100'000)), {refund("r1", successful, samples::thb(60'000)),
                                                     refund("r2", pending, samples::thb(40'001))}),
            Kinds{AnomalyKind::over_refund});
  EXPECT_EQ(examined(charge(samples::thb(100'000)), {refund("r1", successful, samples::thb(60'000)),
                                                     refund("r2", failed, samples::thb(40'001))}),
            Kinds{});
}

TEST(ExamineTest, TheSameAmountTwiceWithinFiveMinutesIsSuspected) {
  const Charge paid = charge(samples::thb(100'000));
  const auto first = refund("r1", successful, samples::thb(1'000), 0);
  EXPECT_EQ(examined(paid, {first, refund("r2", pending, samples::thb(1'000), 300)}),
            Kinds{AnomalyKind::suspected_duplicate_refund});
  EXPECT_EQ(examined(paid, {first, refund("r2", pending, samples::thb(1'000), 301)}), Kinds{});
  EXPECT_EQ(examined(paid, {first, refund("r2", pending, samples::thb(1'001), 300)}), Kinds{});
  EXPECT_EQ(examined(paid, {first, refund("r2", failed, samples::thb(1'000), 300)}), Kinds{});
}

TEST(ExamineTest, AnotherCurrencyThanTheChargesIsAMismatch) {
  EXPECT_EQ(examined(charge(samples::thb(100'000)), {refund("r1", pending, samples::jpy(1'000))}),
            Kinds{AnomalyKind::currency_mismatch});
}

TEST(ExamineTest, ARefundOfAChargeThatWasNeverPaidIsOdd) {
  auto report = samples::charge_report(0, "c1");
  report.status = ChargeStatus::failed;
  const Charge unpaid = learn(std::nullopt, report).next;
  EXPECT_EQ(examined(unpaid, {refund("r1", pending, samples::thb(1'000))}),
            Kinds{AnomalyKind::charge_not_successful});
}

TEST(ExamineTest, MoreRefundsThanTheProviderAllowsAreTooMany) {
  std::vector<Refund> refunds;
  for (int number = 0; number < 15; ++number) {
    refunds.push_back(refund("r" + std::to_string(number), successful, samples::thb(100 + number)));
  }
  const Charge paid = charge(samples::thb(100'000));
  EXPECT_EQ(examined(paid, refunds, {.refunds_per_charge_max = 14, .card_window_days = 365}),
            Kinds{AnomalyKind::too_many_refunds});
  EXPECT_EQ(examined(paid, refunds), Kinds{});
}

TEST(ExamineTest, ARefundAfterItsMethodsWindowIsPastIt) {
  const Charge paid = charge(samples::thb(100'000));  // by card, at second -1000
  const int last = 365 * 24 * 3600 - 1000;
  EXPECT_EQ(examined(paid, {refund("r1", pending, samples::thb(1'000), last)}), Kinds{});
  EXPECT_EQ(examined(paid, {refund("r1", pending, samples::thb(1'000), last + 1)}),
            Kinds{AnomalyKind::past_window});
}

TEST(WindowTest, EveryMethodHasItsDays) {
  const RefundLimits limits;
  EXPECT_EQ(refund_window_days("internet_banking_bay", limits), 90);
  EXPECT_EQ(refund_window_days("internet_banking_bbl", limits), 180);
  EXPECT_EQ(refund_window_days("mobile_banking_scb", limits), 90);
  EXPECT_EQ(refund_window_days("promptpay", limits), 180);
  EXPECT_EQ(refund_window_days("truemoney", limits), 90);
  EXPECT_EQ(refund_window_days("alipay", limits), 180);
  EXPECT_EQ(refund_window_days("paypay", limits), 365);
  EXPECT_EQ(refund_window_days("something_else", limits), 180);
  EXPECT_EQ(refund_window_days("card", {.refunds_per_charge_max = {}, .card_window_days = 180}),
            180);
  EXPECT_FALSE(refund_window_days("", limits));
}

TEST(LearnTest, FactsComeFromTheGreatestReportThatCarriesThem) {
  auto older = samples::charge_report(0, "c1");
  auto newer = samples::charge_report(10, "c2");
  newer.order_id.reset();
  newer.amount = samples::thb(90'000);
  const auto forward = learn(learn(std::nullopt, older).next, newer);
  const auto backward = learn(learn(std::nullopt, newer).next, older);
  EXPECT_EQ(forward.next, backward.next);
  EXPECT_EQ(forward.next.order_id.value, "order-1");
  EXPECT_EQ(forward.next.amount.value, samples::thb(90'000));
  EXPECT_EQ(kinds(forward.anomalies), Kinds{AnomalyKind::amount_changed});
  EXPECT_EQ(forward.verdict, Verdict::applied);
}

TEST(LearnTest, AnOlderReportIsStaleOrUnchanged) {
  const auto current = learn(std::nullopt, samples::charge_report(10, "c2")).next;
  EXPECT_EQ(learn(current, samples::charge_report(0, "c1")).verdict, Verdict::unchanged);
  auto other = samples::charge_report(0, "c1");
  other.status = ChargeStatus::pending;
  EXPECT_EQ(learn(current, other).verdict, Verdict::stale);
}

}  // namespace
}  // namespace domain
