#include "outbox/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace outbox {
namespace {

using std::chrono::seconds;

const CircuitBreaker::Time k_start = CircuitBreaker::Time{} + std::chrono::hours{1};

CircuitBreaker opened(CircuitBreaker::Time now) {
  CircuitBreaker breaker;
  for (int failure = 0; failure < CircuitBreaker::k_failures_to_open; ++failure) {
    breaker.fail(now);
  }
  return breaker;
}

TEST(CircuitBreakerTest, AFewFailuresInARowChangeNothing) {
  CircuitBreaker breaker;
  for (int failure = 1; failure < CircuitBreaker::k_failures_to_open; ++failure) {
    breaker.fail(k_start);
  }
  EXPECT_EQ(breaker.allow(8, k_start), 8);
  breaker.succeed();
  breaker.fail(k_start);
  EXPECT_EQ(breaker.allow(8, k_start), 8) << "the count began anew with the success";
}

TEST(CircuitBreakerTest, FiveFailuresInARowCloseTheWayForHalfAMinute) {
  const auto breaker = opened(k_start);
  EXPECT_EQ(breaker.allow(8, k_start + seconds{29}), 0);
  EXPECT_EQ(breaker.allow(8, k_start + seconds{30}), 1);
  EXPECT_EQ(breaker.allow(0, k_start + seconds{30}), 0);
}

TEST(CircuitBreakerTest, OneTriesAndTheOthersWaitForIt) {
  auto breaker = opened(k_start);
  const auto later = k_start + seconds{30};
  breaker.begin(later);
  EXPECT_EQ(breaker.allow(8, later), 0);
  breaker.succeed();
  EXPECT_EQ(breaker.allow(8, later), 8);
}

TEST(CircuitBreakerTest, EachTryThatFailsDoublesThePauseUpToTenMinutes) {
  auto breaker = opened(k_start);
  auto now = k_start + seconds{30};
  for (const int pause : {60, 120, 240, 480, 600, 600}) {
    breaker.begin(now);
    breaker.fail(now);
    EXPECT_EQ(breaker.allow(8, now + seconds{pause - 1}), 0) << pause;
    now += seconds{pause};
    EXPECT_EQ(breaker.allow(8, now), 1) << pause;
  }
}

TEST(CircuitBreakerTest, WhatWasUnderWayWhenItOpenedDoesNotCountAgain) {
  auto breaker = opened(k_start);
  for (int straggler = 0; straggler < 10; ++straggler) {
    breaker.fail(k_start + seconds{1});
  }
  EXPECT_EQ(breaker.allow(8, k_start + seconds{30}), 1);
}

}  // namespace
}  // namespace outbox
