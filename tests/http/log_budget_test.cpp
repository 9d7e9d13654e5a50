#include "http/log_budget.hpp"

#include <gtest/gtest.h>

namespace http {
namespace {

using std::chrono::seconds;

TEST(LogBudgetTest, AFloodIsCutAndSaidWhenItIsOver) {
  LogBudget budget;
  const LogBudget::Time start{std::chrono::hours{1}};
  int written = 0;
  for (int line = 0; line < 1000; ++line) {
    written += budget.take(start) ? 1 : 0;
  }
  EXPECT_EQ(written, static_cast<int>(k_outsiders_lines_per_second));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(budget.take(start + seconds{1}));
  EXPECT_TRUE(budget.take(start + seconds{1}));
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("lines were left out count=980"), std::string::npos) << said;
  EXPECT_EQ(said.find("left out"), said.rfind("left out")) << "said once";
}

}  // namespace
}  // namespace http
