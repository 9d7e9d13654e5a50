#include "commands/order_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/order_file.hpp"

namespace {

using commands::OrderFile;
using commands_test::k_header;
using commands_test::read_lines;
using commands_test::sources;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> texts(const OrderFile& file) {
  std::vector<std::string> texts;
  for (const auto& error : file.errors) {
    texts.push_back(std::to_string(error.line) + " " + error.column + ": " + error.message);
  }
  return texts;
}

TEST(OrderLinesTest, AreReadWithTheirColumnsInAnyOrder) {
  const std::string content =
      "\xEF\xBB\xBFtotal_minor,customer_locale,order_id,charge_id,source,customer_email,"
      "currency\r\n"
      "100050,th-TH,\"A,1\",chrg_1,omise-th,c@shop.example,thb\r\n";
  const auto file = commands::read_order_file(content, sources());
  ASSERT_THAT(texts(file), IsEmpty());
  ASSERT_THAT(file.lines, SizeIs(1));
  const auto& line = file.lines[0];
  EXPECT_EQ(line.line, 2U);
  EXPECT_EQ(line.raw, "100050,th-TH,\"A,1\",chrg_1,omise-th,c@shop.example,thb");
  EXPECT_EQ(line.order_id, "A,1");
  EXPECT_EQ(line.source, &sources()[0]);
  EXPECT_EQ(line.charge_id, "chrg_1");
  EXPECT_EQ(domain::format_money(line.total), "1,000.50 THB");
  EXPECT_EQ(line.customer_email, "c@shop.example");
  EXPECT_EQ(line.customer_locale, "th-TH");
}

TEST(OrderLinesTest, MayLackChargeAndCustomer) {
  std::string content = "1,omise-th,,JPY,9223372036854775807,,\n";
  const auto file = read_lines(content);
  ASSERT_THAT(texts(file), IsEmpty());
  EXPECT_EQ(file.lines.at(0).charge_id, "");
}

struct BadLine {
  std::string line;
  std::string error;
};

class BadLineTest : public testing::TestWithParam<BadLine> {};

TEST_P(BadLineTest, IsNamed) {
  std::string content = GetParam().line + "\n";
  const auto file = read_lines(content);
  EXPECT_THAT(texts(file), ElementsAre(HasSubstr("2 " + GetParam().error)));
  EXPECT_THAT(file.lines, IsEmpty());
}

std::string with_email(const std::string& email) {
  return "1,omise-th,c,THB,1," + email + ",";
}

std::string with_total(const std::string& total) {
  return "1,omise-th,c,THB," + total + ",,";
}

std::string with_locale(const std::string& locale) {
  return "1,omise-th,c,THB,1,," + locale;
}

INSTANTIATE_TEST_SUITE_P(
    Record, BadLineTest,
    testing::Values(BadLine{"1,omise-th,c,THB,1,", ": has 6 fields instead of 7"},
                    BadLine{"1,omise-th,c,THB,1,,,", ": has 8 fields instead of 7"},
                    BadLine{"\"1,omise-th,c,THB,1,,", ": a quote is never closed"},
                    BadLine{"1,stripe,c,THB,1,,", "source: no source is called \"stripe\""},
                    BadLine{"1,,c,THB,1,,", "source: no source"},
                    BadLine{"1,omise-th,c,XXX,1,,", "currency: must be a currency"},
                    BadLine{"1,omise-th,c,,1,,", "currency: must be a currency"}));

INSTANTIATE_TEST_SUITE_P(
    Ids, BadLineTest,
    testing::Values(BadLine{",omise-th,c,THB,1,,", "order_id: must not be empty"},
                    BadLine{std::string(256, 'x') + ",omise-th,c,THB,1,,", "order_id: is longer"},
                    BadLine{"1,omise-th," + std::string(256, 'x') + ",THB,1,,",
                            "charge_id: is longer than 255 bytes"},
                    BadLine{" 1,omise-th,c,THB,1,,", "order_id: must neither begin"},
                    BadLine{"\xFF,omise-th,c,THB,1,,", "order_id: is not UTF-8"},
                    BadLine{"1,omise-th,c\x1b,THB,1,,", "charge_id: holds control characters"},
                    BadLine{"1,omise-th,c\xC2\x85,THB,1,,", "charge_id: holds control characters"},
                    BadLine{"\"1\r\n\",omise-th,c,THB,1,,", "order_id: holds control characters"}));

INSTANTIATE_TEST_SUITE_P(Totals, BadLineTest,
                         testing::Values(BadLine{with_total(""), "total_minor: must be"},
                                         BadLine{with_total("0"), "total_minor: must be"},
                                         BadLine{with_total("-1"), "total_minor: must be"},
                                         BadLine{with_total("+1"), "total_minor: must be"},
                                         BadLine{with_total("1.0"), "total_minor: must be"},
                                         BadLine{with_total("1e3"), "total_minor: must be"},
                                         BadLine{with_total(" 1"), "total_minor: must be"},
                                         BadLine{with_total("\"1,000\""), "total_minor: must be"},
                                         BadLine{with_total("9223372036854775808"),
                                                 "total_minor: must be"}));

INSTANTIATE_TEST_SUITE_P(
    Customers, BadLineTest,
    testing::Values(BadLine{with_email("shop.example"), "customer_email: must hold exactly one"},
                    BadLine{with_email("a@b@c"), "customer_email: must hold exactly one"},
                    BadLine{with_email("@b"), "customer_email: must have a name"},
                    BadLine{with_email("a@"), "customer_email: must have a name"},
                    BadLine{with_email("a b@c"), "customer_email: must be one plain address"},
                    BadLine{with_email("a\u3000b@c"), "customer_email: must be one plain"},
                    BadLine{with_email("\"a@b,c\""), "customer_email: must be one plain address"},
                    BadLine{with_email("a<b@c>"), "customer_email: must be one plain address"},
                    BadLine{with_email("a\tb@c"), "customer_email: holds control characters"},
                    BadLine{with_locale("EN"), "customer_locale: must be like"},
                    BadLine{with_locale("th_TH"), "customer_locale: must be like"},
                    BadLine{with_locale("th-th"), "customer_locale: must be like"},
                    BadLine{with_locale("t"), "customer_locale: must be like"},
                    BadLine{with_locale("th-"), "customer_locale: must be like"}));

TEST(OrderLinesTest, NameEveryMistakeOfALine) {
  std::string content = "good,omise-th,,THB,1,,\n,stripe,,YY,x,no,N\n";
  const auto file = read_lines(content);
  EXPECT_THAT(file.errors, SizeIs(6));
  EXPECT_THAT(file.lines, SizeIs(1));
}

TEST(OrderLinesTest, MustAgreeWithEachOther) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1,omise-th,d,THB,11,,", "3 total_minor: order 1 has another total_minor in line 2"},
      {"1,omise-th,d,JPY,10,,", "3 currency: order 1 has another currency in line 2"},
      {"1,omise-th,d,THB,10,x@y,",
       "3 customer_email: order 1 has another customer_email in line 2"},
      {"2,omise-th,c,THB,10,,", "3 order_id: charge c has another order in line 2"},
  };
  for (const auto& [line, error] : cases) {
    std::string content = "1,omise-th,c,THB,10,a@b,\n" + line + "\n";
    EXPECT_THAT(texts(read_lines(content)), ElementsAre(error));
  }
}

TEST(OrderLinesTest, OfOneOrderMayHaveSeveralChargesAndATestMayHaveTheSameIds) {
  std::string content =
      "1,omise-th,c,THB,10,a@b,\n"
      "1,omise-th,c,THB,10,a@b,\n"
      "1,omise-th,d,thb,10,,th\n"
      "1,omise-test,c,JPY,99,x@y,\n";
  const auto file = read_lines(content);
  EXPECT_THAT(texts(file), IsEmpty());
  EXPECT_THAT(file.lines, SizeIs(4));
}

TEST(OrderLinesTest, NeedEveryColumnOnce) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"", {"1 : the file is empty: its first line names the columns"}},
      {"order_id,source,charge_id,currency,total_minor,customer_email\n",
       {"1 customer_locale: the column is missing"}},
      {"order_id,order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n",
       {"1 order_id: the column stands there twice"}},
      {"Order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n",
       {"1 order_id: the column is missing", "1 Order_id: is not a column of an order file"}},
      {"order_id,\"source\n", {"1 : a quote is never closed"}},
  };
  for (const auto& [content, errors] : cases) {
    EXPECT_EQ(texts(commands::read_order_file(content, sources())), errors);
  }
}

TEST(OrderLinesTest, AreLimitedInNumber) {
  std::string content;
  for (std::size_t count = 0; count < commands::k_order_lines_max; ++count) {
    content += std::to_string(count) + ",omise-th,,THB,1,,\n";
  }
  auto more = content + "more,omise-th,,THB,1,,\n";
  EXPECT_THAT(texts(read_lines(content)), IsEmpty());
  EXPECT_THAT(texts(read_lines(more)), ElementsAre(HasSubstr("at most 200000 lines")));
}

}  // namespace
