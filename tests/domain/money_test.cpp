#include "domain/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace domain {
namespace {

TEST(CurrencyTest, KnowsTheExponentOfEachKind) {
  EXPECT_EQ(Currency::parse("THB")->exponent(), 2);
  EXPECT_EQ(Currency::parse("JPY")->exponent(), 0);
  EXPECT_EQ(Currency::parse("KWD")->exponent(), 3);
}

TEST(CurrencyTest, ReadsAnyCaseAndWritesUpperCase) {
  EXPECT_EQ(Currency::parse("thb")->code(), "THB");
  EXPECT_EQ(Currency::parse("Thb"), Currency::parse("THB"));
}

TEST(CurrencyTest, RefusesWhatIso4217DoesNotList) {
  for (const char* code : {"", "TH", "THBB", "XXX", "ABC", "T B", "12 ", "HB "}) {
    EXPECT_FALSE(Currency::parse(code)) << code;
  }
}

TEST(CurrencyTest, KnowsTheSmallestRefund) {
  EXPECT_EQ(Currency::parse("THB")->refund_minimum_minor(), 20);
  EXPECT_EQ(Currency::parse("JPY")->refund_minimum_minor(), 1);
}

TEST(MoneyTest, AddsAndSubtractsUpToTheLimitsAndNotBeyond) {
  constexpr auto k_max = std::numeric_limits<std::int64_t>::max();
  constexpr auto k_min = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(checked_add(k_max - 1, 1), k_max);
  EXPECT_FALSE(checked_add(k_max, 1));
  EXPECT_EQ(checked_subtract(k_min + 1, 1), k_min);
  EXPECT_FALSE(checked_subtract(k_min, 1));
}

TEST(MoneyTest, IsWrittenWithItsDecimalsAndGroups) {
  const auto text = [](std::int64_t amount, const char* code) {
    return format_money({amount, *Currency::parse(code)});
  };
  EXPECT_EQ(text(100'050, "THB"), "1,000.50 THB");
  EXPECT_EQ(text(5, "THB"), "0.05 THB");
  EXPECT_EQ(text(1'000, "JPY"), "1,000 JPY");
  EXPECT_EQ(text(999, "JPY"), "999 JPY");
  EXPECT_EQ(text(1'234'567'890, "KWD"), "1,234,567.890 KWD");
  EXPECT_EQ(text(-123'456, "THB"), "-1,234.56 THB");
  EXPECT_EQ(text(0, "JPY"), "0 JPY");
}

}  // namespace
}  // namespace domain
