#include "store/columns.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

// What PostgreSQL reads out of one column's array.
std::string read_back(const std::string& type, const Columns& columns) {
  const Database database{/*migrated=*/false};
  auto connection = database.connect();
  Transaction transaction{connection};
  const std::string sql = "SELECT ($1::" + type + "[])::text";
  return transaction.run({"read_back", sql.c_str()}, columns)[0][0].as<std::string>();
}

TEST(ColumnsTest, HandOverAnyText) {
  Columns columns{Type::text};
  columns.add_row("plain");
  columns.add_row(R"(a "quoted" \ one)");
  columns.add_row("{,}");
  columns.add_row("NULL");
  columns.add_row("");
  columns.add_row("円\n");
  columns.add_row(std::optional<std::string>{});
  EXPECT_EQ(read_back("text", columns),
            "{plain,\"a \\\"quoted\\\" \\\\ one\",\"{,}\",\"NULL\",\"\",\"円\n\",NULL}");
}

TEST(ColumnsTest, HandOverNumbersOfBothSizes) {
  Columns big{Type::bigint};
  big.add_row(std::numeric_limits<std::int64_t>::min());
  big.add_row(-5);
  big.add_row(std::optional<std::int64_t>{});
  EXPECT_EQ(read_back("bigint", big), "{-9223372036854775808,-5,NULL}");
  Columns small{Type::integer};
  small.add_row(-1);
  small.add_row(std::numeric_limits<int>::max());
  EXPECT_EQ(read_back("integer", small), "{-1,2147483647}");
}

TEST(ColumnsTest, HandOverFlagsTimesBytesIdsAndDocuments) {
  Columns flags{Type::boolean};
  flags.add_row(true);
  flags.add_row(false);
  EXPECT_EQ(read_back("boolean", flags), "{t,f}");

  Columns times{Type::timestamptz};
  times.add_row(domain::Time{std::chrono::seconds{1}});
  times.add_row(*domain::parse_rfc3339("2026-01-31T10:03:34.000005Z"));
  times.add_row(*domain::parse_rfc3339("0001-01-01T00:00:00Z"));
  EXPECT_EQ(read_back("timestamptz", times),
            R"({"1970-01-01 00:00:01+00","2026-01-31 10:03:34.000005+00",)"
            R"("0001-01-01 00:00:00+00"})");

  const std::byte bytes[] = {std::byte{0}, std::byte{0xAB}};
  Columns blobs{Type::bytea};
  blobs.add_row(std::span<const std::byte>{bytes});
  EXPECT_EQ(read_back("bytea", blobs), R"({"\\x00ab"})");

  Columns ids{Type::uuid};
  ids.add_row(Uuid{std::byte{0x01}, std::byte{0x9A}});
  EXPECT_EQ(read_back("uuid", ids), "{019a0000-0000-0000-0000-000000000000}");

  Columns documents{Type::jsonb};
  documents.add_row(R"({"a": [1, null]})");
  EXPECT_EQ(read_back("jsonb", documents), R"({"{\"a\": [1, null]}"})");
}

TEST(ColumnsTest, ShortenAColumnOfNulls) {
  Columns columns{Type::text};
  columns.add_row(std::optional<std::string>{});
  columns.add_row(std::optional<std::string>{});
  EXPECT_EQ(read_back("text", columns), "{}");
}

TEST(ColumnsTest, RefuseANulByte) {
  Columns columns{Type::text};
  EXPECT_THROW(columns.add_row(std::string_view{"a\0b", 3}), Failure);
}

TEST(ColumnsTest, RefuseARowOfAnotherWidthAndAValueOfAnotherType) {
  Columns columns{Type::text, Type::bigint};
  EXPECT_THROW(columns.add_row("a"), std::logic_error);
  EXPECT_THROW(columns.add_row(1, 1), std::logic_error);
}

}  // namespace
}  // namespace store
