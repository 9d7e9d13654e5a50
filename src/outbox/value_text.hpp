// What a value becomes before it enters a message: values come from strangers (order ids, failure
// messages), and must neither end a header line nor carry what a mail client cannot show.
//
// In both forms bytes that are not UTF-8 become U+FFFD, and what turns the direction of reading or
// breaks a line (U+2028 to U+202E, U+2066 to U+2069) counts as a control character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outbox {

/// Characters of one value; a longer one ends in "…".
inline constexpr std::size_t k_value_characters_max = 1000;

/// For a header: control characters, line breaks too, become spaces.
std::string value_in_line(std::string_view value);

/// For a body: control characters other than \n and \t are dropped.
std::string value_in_body(std::string_view value);

}  // namespace outbox
