#include "commands/statement_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using commands::Statement;
using domain::RefundStatus;
using runtime::StatementAmountUnit;
using testing::ElementsAre;
using testing::IsEmpty;

domain::Currency currency(std::string_view code) {
  return *domain::Currency::parse(code);
}

runtime::StatementConfig config() {
  runtime::StatementConfig config;
  config.refund_id = "Refund ID";
  config.charge_id = "Charge";
  config.currency = "Currency";
  config.amount = "Amount";
  config.status = "Status";
  config.created_at = "Created";
  config.amount_unit = StatementAmountUnit::major;
  config.pending = {"pending", "open"};
  config.successful = {"closed"};
  config.failed = {"failed"};
  return config;
}

std::vector<std::string> texts(const Statement& statement) {
  std::vector<std::string> texts;
  for (const auto& error : statement.errors) {
    texts.push_back(std::to_string(error.line) + " " + error.column);
  }
  return texts;
}

TEST(StatementLinesTest, AreReadWithColumnsInAnyOrderAndOthersBeside) {
  const std::string content =
      "Fee,Amount,Refund ID,Status,Created,Currency,Charge\n"
      "0,1000.50,rfnd_1,open,2026-01-31T10:00:00+07:00,thb,chrg_1\n"
      "0,7,rfnd_2,closed,2026-01-31 10:00:00,JPY,\n";
  const auto statement = commands::read_statement_file(content, config(), std::nullopt);
  ASSERT_THAT(texts(statement), IsEmpty());
  ASSERT_EQ(statement.lines.size(), 2U);
  const auto& first = statement.lines[0];
  EXPECT_EQ(first.line, 2U);
  EXPECT_EQ(first.raw, "0,1000.50,rfnd_1,open,2026-01-31T10:00:00+07:00,thb,chrg_1");
  EXPECT_EQ(first.refund_id, "rfnd_1");
  EXPECT_EQ(first.charge_id, "chrg_1");
  EXPECT_EQ(first.amount, (domain::Money{100'050, currency("THB")}));
  EXPECT_EQ(first.status, RefundStatus::pending);
  EXPECT_EQ(first.status_word, "open");
  EXPECT_EQ(domain::format_rfc3339(first.created_at), "2026-01-31T03:00:00Z");
  EXPECT_FALSE(first.is_local);
  EXPECT_EQ(statement.lines[1].charge_id, std::nullopt);
  EXPECT_EQ(statement.lines[1].amount, (domain::Money{7, currency("JPY")}));
  EXPECT_TRUE(statement.lines[1].is_local);
}

TEST(StatementLinesTest, WithoutAColumnOfCurrenciesTheSourcesOwnCounts) {
  auto without = config();
  without.currency.clear();
  const std::string content =
      "Refund ID,Charge,Amount,Status,Created\nrfnd_1,,1.00,closed,2026-01-31\n";
  EXPECT_EQ(commands::read_statement_file(content, without, currency("THB")).lines.at(0).amount,
            (domain::Money{100, currency("THB")}));
  EXPECT_THAT(texts(commands::read_statement_file(content, without, std::nullopt)),
              ElementsAre("2 "));
}

TEST(StatementLinesTest, EveryMistakeIsNamed) {
  const std::string content =
      "Refund ID,Charge,Currency,Amount,Status,Created\n"
      ",,THB,1.00,closed,2026-01-31\n"
      "rfnd_2,,THB,1,closed,2026-01-31\n"
      "rfnd_3,,XXY,1.00,gone,2026-01-32\n"
      "rfnd_4,,THB,1.00,closed,2026-01-31\n"
      "rfnd_4,,THB,1.00,closed,2026-01-31\n"
      "rfnd_5,,THB\n"
      "rfnd_6,,THB,\"1.00,closed,2026-01-31\n";
  const auto statement = commands::read_statement_file(content, config(), std::nullopt);
  EXPECT_THAT(texts(statement), ElementsAre("2 Refund ID", "3 Amount", "4 Currency", "4 Status",
                                            "4 Created", "6 Refund ID", "7 ", "8 "));
  EXPECT_EQ(statement.lines.size(), 1U);
}

TEST(StatementLinesTest, EveryMappedColumnMustStandThereOnce) {
  EXPECT_THAT(texts(commands::read_statement_file("Refund ID,Refund ID,Charge,Amount,Status\n",
                                                  config(), std::nullopt)),
              ElementsAre("1 Refund ID", "1 Currency", "1 Created"));
  EXPECT_THAT(texts(commands::read_statement_file("", config(), std::nullopt)), ElementsAre("1 "));
}

TEST(StatementAmountTest, HasExactlyItsCurrencysDecimalPlaces) {
  const auto major = [](std::string_view text, std::string_view code) {
    return commands::parse_amount(text, StatementAmountUnit::major, currency(code));
  };
  EXPECT_EQ(major("1000.50", "THB"), 100'050);
  EXPECT_EQ(major("0.01", "THB"), 1);
  EXPECT_EQ(major("1.234", "KWD"), 1234);
  EXPECT_EQ(major("1000", "JPY"), 1000);
  EXPECT_EQ(major("92233720368547758.07", "THB"), INT64_MAX);
  for (const char* text : {"", "1", "1.5", "1.500", ".50", "0.00", "-1.00", "+1.00", "1,000.00",
                           "1.-5", "1e5.00", " 1.00", "92233720368547758.08", "1.0.0", "0x1.00"}) {
    EXPECT_EQ(major(text, "THB"), std::nullopt) << text;
  }
  EXPECT_EQ(major("1000.0", "JPY"), std::nullopt);
}

TEST(StatementAmountTest, MayBeMinorUnits) {
  const auto minor = [](std::string_view text) {
    return commands::parse_amount(text, StatementAmountUnit::minor, currency("THB"));
  };
  EXPECT_EQ(minor("100050"), 100'050);
  for (const char* text : {"", "0", "-1", "1.00", "9223372036854775808"}) {
    EXPECT_EQ(minor(text), std::nullopt) << text;
  }
}

TEST(StatementTimeTest, HasAnOffsetOrIsTheSourcesOwn) {
  struct Case {
    const char* text;
    const char* time;
    bool is_local;
  };
  for (const Case& each : {Case{"2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z", false},
                           {"2026-01-31T10:00:00+07:00", "2026-01-31T03:00:00Z", false},
                           {"2026-01-31 10:00:05", "2026-01-31T10:00:05Z", true},
                           {"2026-01-31 10:00", "2026-01-31T10:00:00Z", true},
                           {"2026-01-31", "2026-01-31T00:00:00Z", true}}) {
    const auto time = commands::parse_statement_time(each.text);
    ASSERT_TRUE(time) << each.text;
    EXPECT_EQ(domain::format_rfc3339(time->time), each.time);
    EXPECT_EQ(time->is_local, each.is_local) << each.text;
  }
  for (const char* text : {"", "31.01.2026", "2026-02-30", "2026-01-31 25:00", "yesterday"}) {
    EXPECT_FALSE(commands::parse_statement_time(text)) << text;
  }
}

}  // namespace
