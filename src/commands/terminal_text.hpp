// Text of strangers on an operator's terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace commands {

/// `text` without anything that a terminal obeys: control characters, those that turn the writing
/// direction, line separators and bytes that are not UTF-8 become "\n", "\x1b", "\u{202e}".
std::string printable(std::string_view text);

/// How many columns of a terminal the text takes: 2 for wide characters of East Asia and for emoji,
/// 0 for marks that stand on the character before them, else 1. Precondition: printable.
std::size_t display_width(std::string_view text);

/// The text, or where it is wider than `width_max` columns its beginning and "…". Precondition:
/// printable.
std::string shortened(std::string_view text, std::size_t width_max);

}  // namespace commands
