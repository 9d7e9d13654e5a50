#include "runtime/utf8.hpp"

#include <gtest/gtest.h>

namespace runtime {
namespace {

TEST(Utf8, ReadsACharacterOfEachLength) {
  for (const auto& [text, code_point] :
       {std::pair{"a", 0x61}, std::pair{"\xC3\xA9", 0xE9}, std::pair{"\xE8\xBF\x94", 0x8FD4},
        std::pair{"\xF0\x9F\x98\x80", 0x1F600}}) {
    const auto character = first_character(std::string{text} + "z");
    EXPECT_EQ(character.code_point, static_cast<char32_t>(code_point));
    EXPECT_EQ(character.length, std::string_view{text}.size());
  }
}

TEST(Utf8, FindsWhereItBreaks) {
  EXPECT_EQ(find_broken_utf8("返金"), std::nullopt);
  EXPECT_EQ(find_broken_utf8(""), std::nullopt);
  EXPECT_EQ(find_broken_utf8("ab\xFF"), 2U);
  EXPECT_EQ(find_broken_utf8("ab\xE8\xBF"), 2U) << "cut off";
  EXPECT_EQ(find_broken_utf8("a\xC0\x80"), 1U) << "overlong";
  EXPECT_EQ(find_broken_utf8("\xED\xA0\x80"), 0U) << "a surrogate";
  EXPECT_EQ(find_broken_utf8("\xF4\x90\x80\x80"), 0U) << "beyond U+10FFFF";
}

TEST(Utf8, KnowsControlCharactersInAnyForm) {
  EXPECT_TRUE(has_control("a\rb"));
  EXPECT_TRUE(has_control("a\xC2\x85")) << "U+0085, next line";
  EXPECT_FALSE(has_control("返金 \xFF"));
  EXPECT_TRUE(is_layout_control(0x202E));
  EXPECT_FALSE(is_layout_control(0x8FD4));
}

}  // namespace
}  // namespace runtime
