#include "providers/fields.hpp"

#include <gtest/gtest.h>

#include "providers/decoding.hpp"

namespace providers {
namespace {

std::optional<std::string> order_id(std::string_view metadata) {
  const Json value = Json::parse(metadata);
  return order_id_of(&value);
}

TEST(OrderId, IsAStringOrAWholeNumber) {
  EXPECT_EQ(order_id(R"({"order_id":"ORD-1"})"), "ORD-1");
  EXPECT_EQ(order_id(R"({"order_id":"注文 1"})"), "注文 1");
  EXPECT_EQ(order_id(R"({"order_id":12345})"), "12345");
  EXPECT_EQ(order_id(R"({"order_id":-5})"), "-5");
  EXPECT_EQ(order_id(R"({"order_id":18446744073709551615})"), "18446744073709551615");
  EXPECT_EQ(order_id(R"({"order_id":")" + std::string(255, 'x') + R"("})"), std::string(255, 'x'));
}

TEST(OrderId, OfAnyOtherShapeCountsAsAbsent) {
  for (const std::string& metadata :
       {std::string{"{}"}, std::string{"[]"}, std::string{"7"}, std::string{R"({"order_id":null})"},
        std::string{R"({"order_id":""})"}, std::string{R"({"order_id":1.5})"},
        std::string{R"({"order_id":true})"}, std::string{R"({"order_id":["a"]})"},
        std::string{R"({"order_id":"a\u0000b"})"}, std::string{R"({"order_id":"a\nb"})"},
        std::string{R"({"order_id":"a\u007fb"})"},
        R"({"order_id":")" + std::string(256, 'x') + R"("})"}) {
    EXPECT_EQ(order_id(metadata), std::nullopt) << metadata;
  }
  EXPECT_EQ(order_id_of(nullptr), std::nullopt);
}

TEST(OrderId, OfABadShapeDoesNotStopTheMoney) {
  const auto event = omise_event(omise_body(R"({"data":{"metadata":{"order_id":"a\u0000b"}}})"));
  EXPECT_EQ(event.disposition, domain::Disposition::apply);
  EXPECT_EQ(event.refund->order_id, std::nullopt);
  EXPECT_EQ(event.refund->amount, money(1000, "THB"));
  EXPECT_EQ(event.refund->metadata_json, "{\"order_id\":\"a\uFFFDb\"}");
}

TEST(Metadata, IsKeptUpTo16KiB) {
  Json metadata{{"k", std::string(16 * 1024 - 8, 'x')}};
  EXPECT_EQ(metadata_json_of(&metadata).value_or("").size(), 16U * 1024U);
  metadata["k"] = std::string(16 * 1024 - 7, 'x');
  EXPECT_EQ(metadata_json_of(&metadata), std::nullopt);
}

TEST(Metadata, IsAnObjectOrNothing) {
  for (const char* const text : {"[]", "\"a\"", "7", "true"}) {
    const Json value = Json::parse(text);
    EXPECT_EQ(metadata_json_of(&value), std::nullopt) << text;
  }
}

TEST(Text, LosesControlCharactersAndAllButStringsAreNone) {
  const Json value = "a\n\t\x7f\x01z";
  EXPECT_EQ(text_of(&value), "a    z");
  for (const char* const text : {"7", "true", "[]", "{}", "\"\""}) {
    const Json other = Json::parse(text);
    EXPECT_EQ(text_of(&other), std::nullopt) << text;
  }
  EXPECT_EQ(text_of(nullptr), std::nullopt);
}

TEST(Text, IsCutBetweenTwoCharacters) {
  const Json ascii = std::string(501, 'x');
  EXPECT_EQ(text_of(&ascii), std::string(500, 'x'));
  for (const char* const character : {"é", "ก", "🍣"}) {
    for (std::size_t before = 490; before <= 500; ++before) {
      const Json value = std::string(before, 'x') + character + std::string(20, 'y');
      const auto text = text_of(&value).value();
      EXPECT_LE(text.size(), 500U);
      EXPECT_GT(text.size(), 496U);
      EXPECT_NO_THROW(static_cast<void>(Json(text).dump())) << before;
    }
  }
}

TEST(Member, IsAbsentWhereItIsNullOrItsParentIsNoObject) {
  const Json object = Json::parse(R"({"a":null,"b":0})");
  EXPECT_EQ(member(object, "a"), nullptr);
  EXPECT_EQ(member(object, "c"), nullptr);
  EXPECT_NE(member(object, "b"), nullptr);
  EXPECT_EQ(member(Json(7), "a"), nullptr);
  EXPECT_EQ(member(Json(), "a"), nullptr);
  constexpr std::string_view k_names[] = {"a", "c", "b"};
  EXPECT_EQ(member(object, k_names), member(object, "b"));
}

}  // namespace
}  // namespace providers
