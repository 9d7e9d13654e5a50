#include "outbox/text_limits.hpp"

#include <algorithm>

namespace outbox {
namespace {

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t utf16_units_begun_by(char byte) {
  if (continues_character(byte)) {
    return 0;
  }
  return static_cast<unsigned char>(byte) >= 0xF0U ? 2 : 1;
}

}  // namespace

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  std::size_t size = bytes_max;
  while (size > 0 && continues_character(text[size])) {
    --size;
  }
  return text.substr(0, size == 0 ? bytes_max : size);
}

std::string cut_to(std::string_view text, std::size_t characters_max) {
  static constexpr std::string_view k_ellipsis = "…";
  std::size_t units = 0;
  std::size_t kept_bytes = 0;  // what fits beside the ellipsis
  for (std::size_t at = 0; at < text.size(); ++at) {
    units += utf16_units_begun_by(text[at]);
    if (units > characters_max) {
      return std::string{text.substr(0, kept_bytes)}.append(k_ellipsis);
    }
    if (units < characters_max) {
      kept_bytes = at + 1;
    }
  }
  return std::string{text};
}

std::string one_line(std::string_view text) {
  std::string line{text};
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; }, ' ');
  return line;
}

}  // namespace outbox
