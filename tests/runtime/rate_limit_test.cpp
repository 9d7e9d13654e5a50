#include "runtime/rate_limit.hpp"

#include <gtest/gtest.h>

namespace runtime {
namespace {

using std::chrono::milliseconds;

const RateLimit::Time k_start = RateLimit::Time{} + std::chrono::hours{1};

int take_all(RateLimit& rate, RateLimit::Time now) {
  const int allowed = rate.allow(1000, now);
  for (int taken = 0; taken < allowed; ++taken) {
    rate.take();
  }
  return allowed;
}

TEST(RateLimitTest, ZeroMeansNoLimit) {
  RateLimit rate{0};
  EXPECT_EQ(take_all(rate, k_start), 1000);
  EXPECT_EQ(take_all(rate, k_start), 1000);
}

TEST(RateLimitTest, ASecondsWorthAtOnceAndThenAsTimePasses) {
  RateLimit rate{10};
  EXPECT_EQ(take_all(rate, k_start), 10);
  EXPECT_EQ(take_all(rate, k_start), 0);
  EXPECT_EQ(take_all(rate, k_start + milliseconds{350}), 3);
  EXPECT_EQ(take_all(rate, k_start + milliseconds{400}), 1);
  EXPECT_EQ(take_all(rate, k_start + milliseconds{60'000}), 10) << "idle time is not saved up";
}

TEST(RateLimitTest, LessThanOneASecondStillLetsOneThrough) {
  RateLimit rate{0.5};
  EXPECT_EQ(take_all(rate, k_start), 1);
  EXPECT_EQ(take_all(rate, k_start + milliseconds{1900}), 0);
  EXPECT_EQ(take_all(rate, k_start + milliseconds{2000}), 1);
}

}  // namespace
}  // namespace runtime
