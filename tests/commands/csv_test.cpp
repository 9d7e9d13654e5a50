#include "commands/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using commands::CsvReader;
using commands::CsvRecord;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<CsvRecord> read_all(std::string_view text) {
  CsvReader reader{text};
  std::vector<CsvRecord> records;
  while (auto record = reader.next()) {
    records.push_back(std::move(*record));
  }
  return records;
}

struct FieldsCase {
  std::string_view text;
  std::vector<std::string> fields;
};

class CsvFieldsTest : public testing::TestWithParam<FieldsCase> {};

TEST_P(CsvFieldsTest, ReadsOneRecord) {
  const auto records = read_all(GetParam().text);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].fields, GetParam().fields);
  EXPECT_THAT(records[0].problem, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All, CsvFieldsTest,
    testing::Values(FieldsCase{"a", {"a"}}, FieldsCase{"a,b\n", {"a", "b"}},
                    FieldsCase{"a,b\r\n", {"a", "b"}}, FieldsCase{",", {"", ""}},
                    FieldsCase{"a,,c,\n", {"a", "", "c", ""}}, FieldsCase{"\"a\",b", {"a", "b"}},
                    FieldsCase{"\"a,b\",c", {"a,b", "c"}}, FieldsCase{"\"\"", {""}},
                    FieldsCase{"\"say \"\"hi\"\"\",x", {"say \"hi\"", "x"}},
                    FieldsCase{"\"two\nlines\",x\n", {"two\nlines", "x"}},
                    FieldsCase{"\"two\r\nlines\"\r\n", {"two\r\nlines"}},
                    FieldsCase{"\xEF\xBB\xBF\"a\",b", {"a", "b"}},
                    FieldsCase{" a , b ", {" a ", " b "}}, FieldsCase{"a\rb\n", {"a\rb"}},
                    FieldsCase{"注文,返金\n", {"注文", "返金"}}));

struct ProblemCase {
  std::string_view line;
  std::string_view problem;
};

class CsvProblemTest : public testing::TestWithParam<ProblemCase> {};

TEST_P(CsvProblemTest, IsNamedAndTheNextLineIsReadAllTheSame) {
  const std::string text = "x,y\n" + std::string{GetParam().line} + "\nz\n";
  const auto records = read_all(text);  // views into it
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[1].raw, GetParam().line);
  EXPECT_THAT(records[1].problem, HasSubstr(GetParam().problem));
  EXPECT_EQ(records[2].line, 3U);
  EXPECT_THAT(records[2].fields, ElementsAre("z"));
}

INSTANTIATE_TEST_SUITE_P(All, CsvProblemTest,
                         testing::Values(ProblemCase{"a\"b,c", "does not begin with one"},
                                         ProblemCase{"\"a\"b,c", "follows a closing quote"},
                                         ProblemCase{"\"a\" ,c", "follows a closing quote"},
                                         ProblemCase{"a,\"b", "never closed"},
                                         ProblemCase{"\"", "never closed"}));

TEST(CsvTest, CountsLinesAndKeepsTheRawText) {
  const auto records = read_all("h\r\n\r\n\n\"a\nb\",1\r\nc,2");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].raw, "h");
  EXPECT_EQ(records[1].line, 4U);
  EXPECT_EQ(records[1].raw, "\"a\nb\",1");
  EXPECT_EQ(records[2].line, 6U);
  EXPECT_EQ(records[2].raw, "c,2");
}

TEST(CsvTest, HasNoRecordInNothing) {
  EXPECT_THAT(read_all(""), IsEmpty());
  EXPECT_THAT(read_all("\xEF\xBB\xBF"), IsEmpty());
  EXPECT_THAT(read_all("\n\r\n\n"), IsEmpty());
}

}  // namespace
