// UTF-8, one character at a time: what texts from outside are checked with.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace runtime {

struct Utf8Character {
  std::optional<char32_t> code_point;  // nullopt: the byte begins no UTF-8 character
  std::size_t length = 1;              // in bytes
};

/// The first character of `text`, which is not empty. Strict: no overlong forms, no surrogates.
Utf8Character first_character(std::string_view text);

/// Where the first byte stands that belongs to no UTF-8 character; nullopt: all is well.
std::optional<std::size_t> find_broken_utf8(std::string_view text);

bool is_utf8(std::string_view text);

/// Unicode's control characters: U+0000 to U+001F, U+007F to U+009F.
bool is_control(char32_t code_point);

/// Whether one of them stands in `text`; bytes that are not UTF-8 do not count.
bool has_control(std::string_view text);

/// What a stranger's text may do to the lines around it: line and paragraph
/// separators, and the characters that turn the direction of reading (U+2028 to U+202E, U+2066 to
/// U+2069).
bool is_layout_control(char32_t code_point);

}  // namespace runtime
