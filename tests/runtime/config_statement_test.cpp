#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/config_fixture.hpp"

namespace runtime_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* k_columns = R"(
[source.statement]
refund_id = "Refund ID"
amount = "Amount"
status = "Status"
created_at = "Created"
)";

class ConfigStatementTest : public ConfigTest {
 protected:
  [[nodiscard]] std::vector<std::string> errors_with(const std::string& keys) const {
    return errors_of(good_config() + k_columns + keys);
  }
};

TEST_F(ConfigStatementTest, ASourceNeedsNone) {
  EXPECT_FALSE(load(good_config()).config.sources.at(0).statement.is_given());
}

TEST_F(ConfigStatementTest, ColumnsAreReadAndTheProvidersWordsCount) {
  const auto loaded = load(good_config() + k_columns);
  ASSERT_THAT(loaded.errors, IsEmpty());
  const auto& statement = loaded.config.sources.at(0).statement;
  EXPECT_TRUE(statement.is_given());
  EXPECT_EQ(statement.refund_id, "Refund ID");
  EXPECT_EQ(statement.currency, "");
  EXPECT_EQ(statement.amount_unit, runtime::StatementAmountUnit::minor);
  EXPECT_THAT(statement.successful, Contains("closed"));
}

TEST_F(ConfigStatementTest, WordsOfItsOwnReplaceAllOfThem) {
  const auto loaded = load(good_config() + k_columns + "successful = [\"done\"]\n");
  ASSERT_THAT(loaded.errors, IsEmpty());
  const auto& statement = loaded.config.sources.at(0).statement;
  EXPECT_THAT(statement.successful, ElementsAre("done"));
  EXPECT_THAT(statement.pending, IsEmpty());
}

TEST_F(ConfigStatementTest, MistakesAreNamed) {
  EXPECT_THAT(errors_with("charge_id = \"Amount\"\n"), Contains(HasSubstr("the same column as")));
  EXPECT_THAT(errors_with("failed = [\"x\"]\npending = [\"x\"]\n"),
              Contains(HasSubstr("\"x\" also stands in pending")));
  EXPECT_THAT(errors_with("amount_unit = \"cents\"\n"), Contains(HasSubstr("amount_unit")));
  EXPECT_THAT(errors_with("curency = \"x\"\n"), Contains(HasSubstr("did you mean \"currency\"")));
  EXPECT_THAT(errors_of(good_config() + "[source.statement]\nrefund_id = \"x\"\n"),
              ElementsAre(HasSubstr("amount: is required"), HasSubstr("status: is required"),
                          HasSubstr("created_at: is required")));
}

}  // namespace
}  // namespace runtime_test
