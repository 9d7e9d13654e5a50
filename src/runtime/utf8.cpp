#include "runtime/utf8.hpp"

#include <array>

namespace runtime {
namespace {

struct Form {
  unsigned char lead_mask;
  unsigned char lead;
  std::size_t length;
  char32_t min;  // anything smaller would be an overlong form
};

constexpr std::array k_forms{
    Form{0x80, 0x00, 1, 0x0},
    Form{0xE0, 0xC0, 2, 0x80},
    Form{0xF0, 0xE0, 3, 0x800},
    Form{0xF8, 0xF0, 4, 0x10000},
};

bool is_scalar(char32_t value) {
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  return value <= 0x10FFFF && !is_surrogate;
}

std::optional<char32_t> decode(std::string_view text, const Form& form) {
  if (text.size() < form.length) {
    return std::nullopt;
  }
  auto value = static_cast<char32_t>(static_cast<unsigned char>(text.front()) &
                                     static_cast<unsigned char>(~form.lead_mask));
  for (const char letter : text.substr(1, form.length - 1)) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte & 0xC0U) != 0x80U) {
      return std::nullopt;
    }
    value = (value << 6U) | (byte & 0x3FU);
  }
  return value >= form.min && is_scalar(value) ? std::optional{value} : std::nullopt;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  for (const Form& form : k_forms) {
    if ((lead & form.lead_mask) == form.lead) {
      const auto value = decode(text, form);
      return {value, value ? form.length : 1};
    }
  }
  return {};
}

std::optional<std::size_t> find_broken_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = first_character(text.substr(at));
    if (!character.code_point) {
      return at;
    }
    at += character.length;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view text) {
  return !find_broken_utf8(text);
}

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
}

bool has_control(std::string_view text) {
  while (!text.empty()) {
    const auto character = first_character(text);
    if (character.code_point && is_control(*character.code_point)) {
      return true;
    }
    text.remove_prefix(character.length);
  }
  return false;
}

bool is_layout_control(char32_t code_point) {
  return (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace runtime
