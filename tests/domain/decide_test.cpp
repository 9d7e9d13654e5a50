#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "domain/refund.hpp"
#include "domain/samples.hpp"

namespace domain {
namespace {

using enum RefundStatus;

// Every way in which a report can describe a refund.
struct Shape {
  RefundStatus status;
  bool action_required;
  bool voided;
};

constexpr std::array k_shapes{Shape{pending, false, false},    Shape{pending, true, false},
                              Shape{successful, false, false}, Shape{successful, false, true},
                              Shape{failed, false, false},     Shape{canceled, false, false}};

RefundReport report_of(const Shape& shape, int second, const std::string& event_id) {
  auto report = samples::report(shape.status, second, event_id);
  report.action_required = shape.action_required;
  report.voided = shape.voided;
  return report;
}

bool says_the_same(const Shape& left, const Shape& right) {
  return left.status == right.status && left.action_required == right.action_required &&
         left.voided == right.voided;
}

std::vector<std::string> templates_of(const Decision& decision) {
  std::vector<std::string> names;
  for (const Message& message : decision.messages) {
    names.push_back(std::string{to_string(message.audience)} + ":" + message.template_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool has_anomaly(const Decision& decision, AnomalyKind kind) {
  return std::any_of(decision.anomalies.begin(), decision.anomalies.end(),
                     [kind](const Anomaly& anomaly) { return anomaly.kind == kind; });
}

using Names = std::vector<std::string>;

TEST(DecideTest, FirstSightIsCreatedWhateverItsState) {
  for (const Shape& shape : k_shapes) {
    const auto decision = decide(std::nullopt, report_of(shape, 0, "e1"));
    EXPECT_EQ(decision.verdict, Verdict::applied);
    ASSERT_TRUE(decision.next);
    EXPECT_EQ(decision.next->status, shape.status);
    EXPECT_EQ(decision.next->action_required, shape.action_required);
    EXPECT_EQ(decision.next->voided, shape.voided);
    EXPECT_EQ(decision.next->amount.value, samples::thb(100'000));
    EXPECT_EQ(decision.next->order_id, "order-1");
    EXPECT_TRUE(decision.anomalies.empty());
  }
}

// Every known state × every report × older, at the same time, newer: 6 × 6 × 3.
TEST(DecideTest, EveryReportMeetsEveryState) {
  for (const Shape& known : k_shapes) {
    for (const Shape& reported : k_shapes) {
      for (const int second : {-10, 0, 10}) {
        SCOPED_TRACE(std::string{to_string(known.status)} + " meets " +
                     std::string{to_string(reported.status)} + " at " + std::to_string(second));
        const auto first = report_of(known, 0, "e1");
        const auto report = report_of(reported, second, "e2");
        const auto current = *decide(std::nullopt, first).next;
        const auto decision = decide(current, report);
        ASSERT_TRUE(decision.next);

        const bool greater = key_of(report) > key_of(first);
        const Shape& winner = greater ? reported : known;
        EXPECT_EQ(decision.next->status, winner.status);
        EXPECT_EQ(decision.next->action_required, winner.action_required);
        EXPECT_EQ(decision.next->voided, winner.voided);
        EXPECT_EQ(decision.next->key, std::max(key_of(first), key_of(report)));
        const auto expected = greater                          ? Verdict::applied
                              : says_the_same(known, reported) ? Verdict::unchanged
                                                               : Verdict::stale;
        EXPECT_EQ(decision.verdict, expected);

        const bool contradicts = is_terminal(known.status) && is_terminal(reported.status) &&
                                 known.status != reported.status;
        EXPECT_EQ(has_anomaly(decision, AnomalyKind::contradicting_outcome), contradicts);
        if (is_terminal(known.status)) {
          EXPECT_TRUE(is_terminal(decision.next->status)) << "a terminal state was reopened";
        }
        if (!greater) {
          EXPECT_TRUE(decision.messages.empty());
        }
        EXPECT_EQ(decision.next->episode, contradicts && greater ? 2 : 1);
      }
    }
  }
}

TEST(DecideTest, TheSameReportAgainChangesNothing) {
  for (const Shape& shape : k_shapes) {
    const auto report = report_of(shape, 0, "e1");
    const auto current = decide(std::nullopt, report).next;
    const auto decision = decide(current, report);
    EXPECT_EQ(decision.verdict, Verdict::unchanged);
    EXPECT_EQ(decision.next, current);
    EXPECT_TRUE(decision.messages.empty());
    EXPECT_TRUE(decision.anomalies.empty());
  }
}

TEST(DecideTest, TellsWhatEachFirstSightMeans) {
  const auto told = [](const Shape& shape) {
    return templates_of(decide(std::nullopt, report_of(shape, 0, "e1")));
  };
  EXPECT_EQ(told({pending, false, false}), Names{"customer:refund_initiated"});
  EXPECT_EQ(told({pending, true, false}),
            (Names{"customer:refund_initiated", "support:refund_requires_action"}));
  EXPECT_EQ(told({successful, false, false}), Names{"customer:refund_complete"});
  EXPECT_EQ(told({successful, false, true}), Names{"customer:refund_complete"});
  EXPECT_EQ(told({failed, false, false}), Names{"support:refund_failed"});
  EXPECT_EQ(told({canceled, false, false}), Names{"support:refund_canceled"});
}

TEST(DecideTest, TellsWhatEachTransitionMeans) {
  struct Case {
    Shape from;
    Shape to;
    Names told;
  };
  const Names reversal{"customer:refund_correction", "finance:refund_reversed",
                       "support:refund_reversed"};
  const std::vector<Case> cases{
      {{pending, false, false}, {pending, false, false}, {}},
      {{pending, false, false}, {pending, true, false}, {"support:refund_requires_action"}},
      {{pending, true, false}, {pending, true, false}, {}},
      {{pending, true, false}, {successful, false, false}, {"customer:refund_complete"}},
      {{pending, false, false}, {failed, false, false}, {"support:refund_failed"}},
      {{pending, false, false}, {canceled, false, false}, {"support:refund_canceled"}},
      {{failed, false, false},
       {successful, false, false},
       {"customer:refund_complete", "support:refund_recovered"}},
      {{canceled, false, false}, {successful, false, false}, {"customer:refund_complete"}},
      {{successful, false, false}, {successful, false, true}, {}},
      {{successful, false, false}, {failed, false, false}, reversal},
      {{successful, false, true}, {canceled, false, false}, reversal},
      {{canceled, false, false}, {failed, false, false}, {"support:refund_failed"}},
  };
  for (const Case& transition : cases) {
    SCOPED_TRACE(std::string{to_string(transition.from.status)} + " -> " +
                 std::string{to_string(transition.to.status)});
    const auto current = decide(std::nullopt, report_of(transition.from, 0, "e1")).next;
    const auto decision = decide(current, report_of(transition.to, 10, "e2"));
    EXPECT_EQ(templates_of(decision), transition.told);
  }
}

TEST(DecideTest, ACorrectionIsOnlyWorthTellingAfterTheGoodNews) {
  const auto current = decide(std::nullopt, samples::report(successful, 0, "e1")).next;
  const auto decision = decide(current, samples::report(failed, 10, "e2"));
  for (const Message& message : decision.messages) {
    EXPECT_EQ(message.only_after,
              message.template_name == "refund_correction" ? "refund_complete" : "");
    EXPECT_EQ(message.priority,
              message.template_name == "refund_reversed" ? Priority::high : Priority::normal);
    EXPECT_EQ(message.episode, "2");
  }
}

TEST(DecideTest, FinanceHearsOfAnEmptyBalance) {
  auto report = samples::report(failed, 0, "e1");
  report.failure_code = "insufficient_balance";
  EXPECT_EQ(templates_of(decide(std::nullopt, report)),
            (Names{"finance:insufficient_balance", "support:refund_failed"}));
  report.failure_code.reset();
  report.failure_message = "Insufficient balance";
  EXPECT_EQ(templates_of(decide(std::nullopt, report)),
            (Names{"finance:insufficient_balance", "support:refund_failed"}));
}

TEST(DecideTest, AFailureTicketSaysWhatToDoNext) {
  auto report = samples::report(failed, 0, "e1");
  report.failure_code = "charge_not_paid";
  report.failure_message = "the charge was not paid";
  const auto decision = decide(std::nullopt, report);
  const Message& ticket = decision.messages.front();
  EXPECT_EQ(ticket.failure_code, "charge_not_paid");
  EXPECT_EQ(ticket.failure_message, "the charge was not paid");
  EXPECT_EQ(ticket.next_step, next_step_after_failure("charge_not_paid"));
  EXPECT_EQ(ticket.refund_id, "rfnd_1");
  EXPECT_EQ(ticket.charge_id, "chrg_1");
  EXPECT_EQ(ticket.order_id, "order-1");
  EXPECT_EQ(ticket.amount, samples::thb(100'000));
}

TEST(DecideTest, AnUnknownStatusIsKeptAndChangesNothing) {
  auto report = samples::report(pending, 10, "e2");
  report.status.reset();
  report.provider_status = "resting";
  for (const auto& current :
       {std::optional<Refund>{}, decide(std::nullopt, samples::report(pending, 0, "e1")).next}) {
    const auto decision = decide(current, report);
    EXPECT_EQ(decision.verdict, Verdict::unsupported);
    EXPECT_EQ(decision.next, current);
    EXPECT_TRUE(decision.messages.empty());
    EXPECT_TRUE(has_anomaly(decision, AnomalyKind::unsupported_status));
    EXPECT_NE(decision.reason.find("resting"), std::string::npos);
  }
}

TEST(DecideTest, AFactOutlivesTheReportThatCarriesIt) {
  const auto first = samples::report(pending, 0, "e1");
  auto bare = samples::report(successful, 10, "e2");
  bare.charge_id.reset();
  bare.order_id.reset();
  bare.amount.reset();
  const auto refund = *decide(decide(std::nullopt, first).next, bare).next;
  EXPECT_EQ(refund.status, successful);
  EXPECT_EQ(refund.charge_id.value, "chrg_1");
  EXPECT_EQ(refund.order_id, "order-1");
  EXPECT_EQ(refund.amount.value, samples::thb(100'000));
  EXPECT_EQ(refund, *decide(decide(std::nullopt, bare).next, first).next);
}

TEST(DecideTest, AnotherAmountIsAnAnomalyAndTheGreaterKeyWins) {
  auto other = samples::report(successful, 10, "e2");
  other.amount = samples::thb(50'000);
  const auto current = decide(std::nullopt, samples::report(pending, 0, "e1")).next;
  const auto decision = decide(current, other);
  EXPECT_TRUE(has_anomaly(decision, AnomalyKind::amount_changed));
  EXPECT_EQ(decision.next->amount.value, samples::thb(50'000));

  other.amount = samples::jpy(100'000);
  EXPECT_TRUE(has_anomaly(decide(current, other), AnomalyKind::currency_mismatch));
}

TEST(DecideTest, AnotherChargeOrOrderIsAnAnomaly) {
  auto other = samples::report(successful, 10, "e2");
  other.charge_id = "chrg_2";
  other.order_id = "order-2";
  const auto current = decide(std::nullopt, samples::report(pending, 0, "e1")).next;
  const auto decision = decide(current, other);
  EXPECT_TRUE(has_anomaly(decision, AnomalyKind::charge_changed));
  EXPECT_TRUE(has_anomaly(decision, AnomalyKind::order_changed));
}

TEST(DecideTest, WarnsBelowTheSmallestRefund) {
  auto report = samples::report(pending, 0, "e1");
  report.amount = samples::thb(19);
  EXPECT_TRUE(has_anomaly(decide(std::nullopt, report), AnomalyKind::below_minimum));
  report.amount = samples::thb(20);
  EXPECT_FALSE(has_anomaly(decide(std::nullopt, report), AnomalyKind::below_minimum));
}

TEST(DecideTest, TheChargesOrderServesWhereTheRefundNamesNone) {
  auto report = samples::report(pending, 0, "e1");
  EXPECT_EQ(decide(std::nullopt, report, "order-of-charge").next->order_id, "order-1");
  report.order_id.reset();
  EXPECT_EQ(decide(std::nullopt, report, "order-of-charge").next->order_id, "order-of-charge");
  EXPECT_TRUE(missing_order(*decide(std::nullopt, report).next));
  EXPECT_FALSE(missing_order(*decide(std::nullopt, report, "order-of-charge").next));
}

TEST(VerdictTest, EveryVerdictIsReadAsItIsWritten) {
  for (int value = 0; value <= static_cast<int>(Verdict::duplicate); ++value) {
    const auto verdict = static_cast<Verdict>(value);
    EXPECT_EQ(parse_verdict(to_string(verdict)), verdict);
  }
  EXPECT_FALSE(parse_verdict("pending"));
}

}  // namespace
}  // namespace domain
