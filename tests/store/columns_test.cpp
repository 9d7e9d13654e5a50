#include "store/columns.hpp"

#include <gtest/gtest.h>

#include "store/failure.hpp"

namespace store {
namespace {

TEST(ColumnTest, QuotesWhatAnArrayLiteralCouldMisread) {
  Column column;
  column.add("plain");
  column.add(R"(a "quoted" \ one)");
  column.add("{,}");
  column.add("NULL");
  column.add("");
  column.add_null();
  EXPECT_EQ(column.literal(), R"({"plain","a \"quoted\" \\ one","{,}","NULL","",NULL})");
}

TEST(ColumnTest, WritesNumbersFlagsTimesAndBytes) {
  Column column;
  column.add(std::int64_t{-5});
  column.add(true);
  column.add(domain::Time{std::chrono::seconds{1}});
  const std::byte bytes[] = {std::byte{0}, std::byte{0xAB}};
  column.add(std::span<const std::byte>{bytes});
  column.add(std::optional<std::int64_t>{});
  EXPECT_EQ(column.literal(), R"({-5,t,"1970-01-01T00:00:01Z","\\x00ab",NULL})");
}

TEST(ColumnTest, RefusesANulByteInsteadOfCuttingTheText) {
  Column column;
  EXPECT_THROW(column.add(std::string_view{"a\0b", 3}), Failure);
}

TEST(ColumnsTest, RefusesARowOfAnotherWidth) {
  Columns columns{2};
  EXPECT_THROW(columns.add_row(1), std::logic_error);
}

}  // namespace
}  // namespace store
