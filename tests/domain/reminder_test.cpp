#include "domain/reminder.hpp"

#include <gtest/gtest.h>

namespace domain {
namespace {

using namespace std::chrono_literals;

TEST(Reminder, ComesOnceTheMethodsLimitIsReached) {
  struct Case {
    const char* method;
    bool action_required;
    std::chrono::seconds limit;
  };
  for (const Case& refund :
       {Case{"card", false, 1h}, Case{"credit_card", false, 1h}, Case{"promptpay", false, 24h},
        Case{"", false, 24h}, Case{"card", true, 24h}}) {
    Waiting waiting{refund.method, refund.action_required, refund.limit - 1s, 0, 0s};
    EXPECT_FALSE(is_reminder_due(waiting, {})) << refund.method;
    waiting.waited = refund.limit;
    EXPECT_TRUE(is_reminder_due(waiting, {})) << refund.method;
  }
}

TEST(Reminder, ComesAgainAtGrowingIntervalsUpToAWeek) {
  const std::chrono::seconds intervals[] = {1h, 2h, 4h, 8h, 16h, 32h, 64h, 128h, 168h, 168h};
  int told_count = 0;
  for (const auto interval : intervals) {
    ++told_count;
    Waiting waiting{"card", false, 2400h, told_count, interval - 1s};
    EXPECT_FALSE(is_reminder_due(waiting, {})) << told_count;
    waiting.since_last_told = interval;
    EXPECT_TRUE(is_reminder_due(waiting, {})) << told_count;
  }
  EXPECT_TRUE(is_reminder_due({"card", false, 2400h, 1'000'000, 168h}, {}));
}

TEST(Reminder, TakesItsLimitsFromTheConfiguration) {
  const PendingLimits limits{10s, 20s, 30s};
  EXPECT_TRUE(is_reminder_due({"card", false, 10s, 0, 0s}, limits));
  EXPECT_FALSE(is_reminder_due({"alipay", false, 19s, 0, 0s}, limits));
  EXPECT_FALSE(is_reminder_due({"card", true, 29s, 0, 0s}, limits));
}

}  // namespace
}  // namespace domain
