#include "commands/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

#include "runtime/utf8.hpp"

namespace commands {
namespace {

/// Both ends belong to it.
struct Range {
  char32_t first;
  char32_t last;
};

// Direction marks, embeddings and isolates, line and paragraph separators, byte order mark, tags.
constexpr std::array k_steering{
    Range{0x061C, 0x061C}, Range{0x200E, 0x200F}, Range{0x2028, 0x202E},
    Range{0x2066, 0x2069}, Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE007F},
};

// Unicode's East_Asian_Width W and F, joined to few ranges, and the emoji beyond the BMP.
constexpr std::array k_wide{
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},
    Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF01, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF},
    Range{0x20000, 0x3FFFD},
};

// Combining marks of Latin, Thai and Japanese, zero-width characters, variation selectors.
constexpr std::array k_zero_width{
    Range{0x0300, 0x036F}, Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E},
    Range{0x200B, 0x200D}, Range{0x20D0, 0x20FF}, Range{0x3099, 0x309A}, Range{0xFE00, 0xFE0F},
};

bool is_in(std::span<const Range> ranges, char32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(), [code_point](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

std::string formatted(const char* format, unsigned value) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string escaped(char32_t code_point) {
  switch (code_point) {
    case U'\n':
      return "\\n";
    case U'\r':
      return "\\r";
    case U'\t':
      return "\\t";
    default:
      return formatted(code_point < 0x80 ? "\\x%02x" : "\\u{%x}",
                       static_cast<unsigned>(code_point));
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto [code_point, length] = runtime::first_character(text);
    if (!code_point) {
      result += formatted("\\x%02x", static_cast<unsigned char>(text.front()));
    } else if (runtime::is_control(*code_point) || is_in(k_steering, *code_point)) {
      result += escaped(*code_point);
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [code_point, length] = runtime::first_character(text);
    if (!code_point || !is_in(k_zero_width, *code_point)) {
      width += code_point && is_in(k_wide, *code_point) ? 2 : 1;
    }
    text.remove_prefix(length);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t width_max) {
  if (display_width(text) <= width_max) {
    return std::string{text};
  }
  std::size_t size = 0;
  for (std::size_t width = 0; size < text.size();) {
    const auto length = runtime::first_character(text.substr(size)).length;
    width += display_width(text.substr(size, length));
    if (width >= width_max) {  // the last column is for the mark
      break;
    }
    size += length;
  }
  return std::string{text.substr(0, size)} + "…";
}

}  // namespace commands
