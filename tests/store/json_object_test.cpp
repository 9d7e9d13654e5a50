#include "store/json_object.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "store/database.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

std::string object_of(std::string_view text) {
  JsonObject object;
  object.add("text", text);
  return object.text();
}

TEST(JsonObjectTest, EscapesWhatTheStandardAsksForAndNothingElse) {
  EXPECT_EQ(object_of(R"(a "b" \ /)"), R"({"text":"a \"b\" \\ /"})");
  EXPECT_EQ(object_of("\x01\n\x1f\x7f"), "{\"text\":\"\\u0001\\u000a\\u001f\x7f\"}");
  EXPECT_EQ(object_of("返金"), "{\"text\":\"返金\"}");
}

TEST(JsonObjectTest, HoldsItsMembersInTheirOrderAndNothingUnknown) {
  JsonObject object;
  EXPECT_EQ(object.text(), "{}");
  object.add_known("a", "");
  object.add("b", "");
  object.add("c", std::numeric_limits<std::int64_t>::min());
  object.add_known("d", "x");
  EXPECT_EQ(object.text(), R"({"b":"","c":-9223372036854775808,"d":"x"})");
}

TEST(JsonObjectTest, PostgresReadsEveryTextAsItWas) {
  const Database database{/*migrated=*/false};
  auto connection = database.connect();
  std::vector<std::string> texts{"",
                                 "\"",
                                 "\\",
                                 "\\\"",
                                 "\\u0041",
                                 "{\"a\":1}",
                                 "返金が完了しました。",
                                 "🧾 ฿1,000.00",
                                 "</script>",
                                 "\xE2\x80\xA8",
                                 "\x7f",
                                 "a\tb\r\nc"};
  for (char control = 1; control < 0x20; ++control) {
    texts.emplace_back(1, control);
    texts.push_back(std::string{"x"} + control + "1");
  }
  in_transaction(connection, [&](Transaction& transaction) {
    for (const std::string& text : texts) {
      JsonObject object;
      object.add("text", text);
      object.add("number", std::numeric_limits<std::int64_t>::max());
      const auto row = transaction.run(
          "SELECT $1::jsonb = jsonb_build_object('text', $2::text, 'number', 9223372036854775807)",
          {object.text(), text})[0];
      EXPECT_TRUE(row[0].as<bool>()) << object.text();
    }
  });
}

}  // namespace
}  // namespace store
