#include "outbox/value_text.hpp"

#include "outbox/text_limits.hpp"
#include "runtime/utf8.hpp"

namespace outbox {
namespace {

constexpr std::string_view k_replacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_kept(char32_t code_point) {
  return !runtime::is_control(code_point) && !runtime::is_layout_control(code_point);
}

// `stand_in(code_point)` is what a control character becomes.
template <typename StandIn>
std::string clean(std::string_view value, StandIn stand_in) {
  std::string text;
  while (!value.empty()) {
    const auto character = runtime::first_character(value);
    if (!character.code_point) {
      text += k_replacement;
    } else if (is_kept(*character.code_point)) {
      text += value.substr(0, character.length);
    } else {
      text += stand_in(*character.code_point);
    }
    value.remove_prefix(character.length);
  }
  return cut_to(text, k_value_characters_max);
}

}  // namespace

std::string value_in_line(std::string_view value) {
  return clean(value, [](char32_t /*code_point*/) -> std::string_view { return " "; });
}

std::string value_in_body(std::string_view value) {
  return clean(value, [](char32_t code_point) -> std::string_view {
    if (code_point == U'\n') {
      return "\n";
    }
    return code_point == U'\t' ? "\t" : "";
  });
}

}  // namespace outbox
