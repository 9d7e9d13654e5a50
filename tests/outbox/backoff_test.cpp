#include "outbox/backoff.hpp"

#include <gtest/gtest.h>

namespace outbox {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Backoff, BeginsWithAboutFiveSeconds) {
  EXPECT_EQ(retry_delay(1, 0), milliseconds{3750});
  EXPECT_EQ(retry_delay(1, 0.5), milliseconds{5000});
}

TEST(Backoff, GrowsWithEveryAttemptUntilSixHours) {
  for (int attempt = 1; attempt < 11; ++attempt) {
    EXPECT_LT(retry_delay(attempt, 0.5), retry_delay(attempt + 1, 0.5)) << attempt;
  }
  EXPECT_EQ(retry_delay(11, 0.5), hours{6});
  EXPECT_EQ(retry_delay(12, 0.999), hours{6});
  EXPECT_EQ(retry_delay(1000, 0.5), hours{6});
}

TEST(Backoff, SpreadsMessagesThatFailedTogether) {
  EXPECT_LT(retry_delay(5, 0), retry_delay(5, 0.5));
  EXPECT_LT(retry_delay(5, 0.5), retry_delay(5, 0.99));
}

}  // namespace
}  // namespace outbox
