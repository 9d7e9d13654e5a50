#include "providers/json.hpp"

#include <gtest/gtest.h>

namespace providers {
namespace {

std::string repeated(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += part;
  }
  return text;
}

std::string nested_arrays(std::size_t depth) {
  return R"({"a":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

std::string nested_objects(std::size_t depth) {
  return repeated(R"({"a":)", depth) + "1" + std::string(depth, '}');
}

TEST(ParseObject, ReadsAnObjectWithBlanksAroundIt) {
  for (const char* const text : {"{}", " \r\n\t{} \r\n\t", "{}\n", R"({"a": [1, -2, 3.5, "x"]})"}) {
    const auto parsed = parse_object(text);
    EXPECT_EQ(parsed.state, JsonState::whole) << text;
    EXPECT_EQ(parsed.value, Json::parse(text));
    EXPECT_TRUE(parsed.problem.empty());
  }
}

TEST(ParseObject, RefusesWhatIsNotStrictlyOneJsonObject) {
  using namespace std::string_literals;
  for (const std::string& text : {""s,
                                  " "s,
                                  "null"s,
                                  "true"s,
                                  "1"s,
                                  R"("text")"s,
                                  "[]"s,
                                  R"([{"a":1}])"s,
                                  "{"s,
                                  "}"s,
                                  "{}}"s,
                                  "{}{}"s,
                                  "{} x"s,
                                  "{},"s,
                                  R"({"a"})"s,
                                  R"({"a":})"s,
                                  R"({"a":1,})"s,
                                  R"({a:1})"s,
                                  "{'a':1}"s,
                                  R"({"a":01})"s,
                                  R"({"a":+1})"s,
                                  R"({"a":.5})"s,
                                  R"({"a":1.})"s,
                                  R"({"a":NaN})"s,
                                  R"({"a":Infinity})"s,
                                  R"({"a":0x10})"s,
                                  "{/**/}"s,
                                  "{}//"s,
                                  "{\"a\":\"line\nbreak\"}"s,
                                  R"({"a":"\x"})"s,
                                  R"({"a":"\ud800"})"s,
                                  R"({"a":"\udc00"})"s,
                                  "\xEF\xBB\xBF{}"s,
                                  "{}\0"s,
                                  "\0{}"s,
                                  "{\"a\":\"\0\"}"s,
                                  "{}\0{\"b\":1}"s,
                                  "{\"a\":\"\xff\"}"s,
                                  "{\"a\":\"\xc0\x80\"}"s,
                                  "{\"a\":\"\xed\xa0\x80\"}"s,
                                  "{\"a\":\"\xe0\xb8\"}"s,
                                  "{\"\xff\":1}"s,
                                  "amount=1&refund=2"s,
                                  "<xml/>"s}) {
    const auto parsed = parse_object(text);
    EXPECT_EQ(parsed.state, JsonState::malformed) << testing::PrintToString(text);
    EXPECT_FALSE(parsed.problem.empty()) << testing::PrintToString(text);
  }
}

TEST(ParseObject, RefusesDuplicateKeysAtEveryLevel) {
  for (const char* const text :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"x":{"a":1,"a":2}})",
        R"({"x":[0,{"a":{},"a":[]}]})", R"({"a":null,"a":1})", R"({"a":1,"\u0061":2})",
        R"({"a":{"b":1},"a":{"c":1}})"}) {
    EXPECT_EQ(parse_object(text).state, JsonState::malformed) << text;
    EXPECT_EQ(parse_object(text).problem, "the body names one key twice") << text;
  }
}

TEST(ParseObject, TakesOneKeyInDifferentObjects) {
  EXPECT_EQ(parse_object(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})").state, JsonState::whole);
}

TEST(ParseObject, TakesADepthOf32AndRefuses33) {
  EXPECT_EQ(parse_object(nested_arrays(32)).state, JsonState::whole);
  EXPECT_EQ(parse_object(nested_arrays(33)).state, JsonState::malformed);
  EXPECT_EQ(parse_object(nested_objects(32)).state, JsonState::whole);
  EXPECT_EQ(parse_object(nested_objects(33)).state, JsonState::malformed);
}

TEST(ParseObject, CountsOnlyWhatIsOpenAtOnce) {
  std::string text = R"({"a":[)" + repeated("[],", 100) + "[]]}";
  EXPECT_EQ(parse_object(text).state, JsonState::whole);
}

TEST(ParseObject, SurvivesAnyDepth) {
  for (const std::size_t depth : {10'000U, 1'000'000U}) {
    EXPECT_EQ(parse_object(nested_arrays(depth)).problem, "the body is nested too deeply");
    EXPECT_EQ(parse_object(nested_objects(depth)).problem, "the body is nested too deeply");
    EXPECT_EQ(parse_object(std::string(depth, '[')).state, JsonState::malformed);
    EXPECT_EQ(parse_object(repeated(R"({"a":)", depth)).state, JsonState::malformed);
    EXPECT_EQ(parse_object(repeated(R"([{"a":)", depth)).state, JsonState::malformed);
  }
}

TEST(ParseObject, CallsANumberThatNoDoubleHoldsUnusable) {
  for (const std::string& number : {std::string{"1e400"}, std::string{"-1e400"},
                                    std::string(400, '9'), std::string{"1E+309"}}) {
    const auto parsed = parse_object(R"({"key":"refund.create","a":)" + number + "}");
    EXPECT_EQ(parsed.state, JsonState::unusable) << number;
    EXPECT_EQ(parsed.value, Json::parse(R"({"key":"refund.create"})"));
  }
  EXPECT_EQ(parse_object(R"({"a":1e308})").state, JsonState::whole);
  EXPECT_EQ(parse_object("1e400").state, JsonState::malformed);
  EXPECT_EQ(parse_object("[1e400]").state, JsonState::malformed);
}

TEST(ParseObject, KeepsLargeIntegersExact) {
  const auto parsed = parse_object(R"({"a":18446744073709551615,"b":-9223372036854775808})");
  EXPECT_EQ(parsed.value.at("a").get<std::uint64_t>(), 18446744073709551615U);
  EXPECT_EQ(parsed.value.at("b").get<std::int64_t>(), INT64_MIN);
}

TEST(DumpForJsonb, ReplacesNulInKeysAndValuesOnly) {
  const auto parsed = parse_object(R"({"k\u0000":"a\u0000\u0000b","e":"\\u0000","f":"\u0001\\"})");
  ASSERT_EQ(parsed.state, JsonState::whole);
  EXPECT_EQ(dump_for_jsonb(parsed.value),
            "{\"e\":\"\\\\u0000\",\"f\":\"\\u0001\\\\\",\"k\uFFFD\":\"a\uFFFD\uFFFDb\"}");
}

}  // namespace
}  // namespace providers
