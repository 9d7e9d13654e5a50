#include "domain/message.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

Anomaly anomaly(AnomalyKind kind) {
  Anomaly anomaly;
  anomaly.kind = kind;
  anomaly.source = "omise-th";
  anomaly.charge_id = "chrg_1";
  anomaly.subject = "chrg_1";
  anomaly.expected = "at most 1.00 THB";
  anomaly.found = "2.00 THB";
  return anomaly;
}

TEST(EscalateTest, EveryAnomalyIsToldToSupport) {
  for (int value = 0; value <= static_cast<int>(AnomalyKind::unconfirmed); ++value) {
    const auto kind = static_cast<AnomalyKind>(value);
    const auto messages = escalate(anomaly(kind), /*livemode=*/true);
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.front().audience, Audience::support);
    EXPECT_EQ(messages.front().template_name, "anomaly_" + std::string{to_string(kind)});
    EXPECT_EQ(messages.size(), concerns_finance(kind) ? 2 : 1);
  }
}

TEST(EscalateTest, MoneyAnomaliesAreToldToFinanceToo) {
  const auto messages = escalate(anomaly(AnomalyKind::over_refund), /*livemode=*/false);
  ASSERT_EQ(messages.size(), 2);
  EXPECT_EQ(messages.back().audience, Audience::finance);
  EXPECT_EQ(messages.back().found, "2.00 THB");
  EXPECT_EQ(messages.back().episode, "chrg_1");
  EXPECT_FALSE(messages.back().livemode);
}

}  // namespace
}  // namespace domain
