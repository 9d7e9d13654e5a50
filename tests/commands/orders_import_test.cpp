#include "commands/orders_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "commands/login_name.hpp"
#include "commands/order_file.hpp"

namespace {

using commands::OrderFileError;
using commands_test::read_lines;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const domain::Time k_now = *domain::parse_rfc3339("2026-03-01T12:00:00.000001Z");

TEST(OrdersImportTest, MakesAnEventOfEachLineWithACharge) {
  std::string content = "1,omise-test,chrg_1,THB,10,a@b,th\n2,omise-th,,JPY,20,,\n";
  const auto file = read_lines(content);
  const auto import = commands::make_orders_import(file.lines, "clerk", k_now);
  ASSERT_THAT(import.deliveries, SizeIs(1));
  EXPECT_EQ(import.charge_count, 1U);
  const auto& delivery = import.deliveries[0];
  EXPECT_EQ(delivery.body, "1,omise-test,chrg_1,THB,10,a@b,th");
  EXPECT_EQ(delivery.headers_json,
            R"({"columns":"order_id,source,charge_id,currency,total_minor,customer_email,)"
            R"(customer_locale"})");
  EXPECT_EQ(delivery.received_at, k_now);
  EXPECT_TRUE(delivery.has_test_recipient);
  const auto& event = delivery.event;
  EXPECT_EQ(event.source, "omise-test");
  EXPECT_EQ(event.event_type, "order.imported");
  EXPECT_THAT(event.event_id, MatchesRegex("import:[0-9a-f]{32}:1772366400000001"));
  EXPECT_EQ(event.evidence, domain::Evidence::operator_);
  EXPECT_EQ(event.user_id, "clerk");
  EXPECT_FALSE(event.livemode);
  EXPECT_EQ(event.disposition, domain::Disposition::apply);
  EXPECT_EQ(event.content_sha256, delivery.body_sha256);
  ASSERT_TRUE(event.charge);
  EXPECT_EQ(event.charge->charge_id, "chrg_1");
  EXPECT_EQ(event.charge->order_id, "1");
  EXPECT_EQ(event.charge->event_id, event.event_id);
  EXPECT_FALSE(event.charge->amount) << "an order's total is not its charge's amount";
}

TEST(OrdersImportTest, TheEventIdBeginsWithTheHashOfTheLine) {
  std::string content = "1,omise-th,chrg_1,THB,10,,\n";
  const auto file = read_lines(content);
  const auto import = commands::make_orders_import(file.lines, "clerk", k_now);
  // printf '1,omise-th,chrg_1,THB,10,,' | sha256sum
  EXPECT_THAT(import.deliveries.at(0).event.event_id,
              StartsWith("import:d4907d2a2e65d061056198860d1908b1:"));
}

TEST(OrdersImportTest, LinesOfOneOrderCompleteEachOther) {
  std::string content =
      "1,omise-th,c,THB,10,a@b,\n1,omise-th,d,THB,10,,th\n1,omise-th,d,THB,10,,\n"
      "1,omise-test,,THB,99,,\n";
  const auto file = read_lines(content);
  const auto import = commands::make_orders_import(file.lines, "clerk", k_now);
  EXPECT_EQ(import.charge_count, 2U);
  ASSERT_THAT(import.orders, SizeIs(2));
  const auto& order = import.orders.at({"1", true});
  EXPECT_EQ(order.total.amount_minor, 10);
  EXPECT_EQ(order.customer_email, "a@b");
  EXPECT_EQ(order.customer_locale, "th");
  EXPECT_EQ(import.orders.at({"1", false}).total.amount_minor, 99);
}

TEST(OrdersImportTest, PrintsTheFirstMistakesAndHowManyThereAre) {
  const std::vector<OrderFileError> errors(51, OrderFileError{7, "source", "bad \x1b[2J"});
  std::ostringstream out;
  commands::print_order_errors("orders.csv", errors, out);
  const auto text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 51);
  EXPECT_THAT(text, StartsWith("orders.csv: line 7, source: bad \\x1b[2J\n"));
  EXPECT_THAT(text, HasSubstr("orders.csv: 51 mistakes, of which the first 50 stand above; "
                              "nothing was imported\n"));
}

TEST(OrdersImportTest, PrintsOneMistakeOfAWholeLine) {
  const std::vector<OrderFileError> errors{{3, "", "has 6 fields instead of 7"}};
  std::ostringstream out;
  commands::print_order_errors("orders.csv", errors, out);
  EXPECT_EQ(out.str(),
            "orders.csv: line 3: has 6 fields instead of 7\n"
            "orders.csv: 1 mistake; nothing was imported\n");
}

class LoginNameTest : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("SUDO_USER");
    ::setenv("USER", "clerk", /*replace=*/1);
  }
};

TEST_F(LoginNameTest, IsTheOneBehindSudo) {
  EXPECT_EQ(commands::login_name(), "clerk");
  ::setenv("SUDO_USER", "owner", /*replace=*/1);
  EXPECT_EQ(commands::login_name(), "owner");
}

TEST_F(LoginNameTest, IsNeverEmptyAndNeverHoldsControlCharacters) {
  ::setenv("SUDO_USER", "a\x1b[2J", /*replace=*/1);
  EXPECT_EQ(commands::login_name(), "clerk");
  ::setenv("SUDO_USER", "", /*replace=*/1);
  ::unsetenv("USER");
  EXPECT_THAT(commands::login_name(), Not(testing::IsEmpty()));
}

}  // namespace
