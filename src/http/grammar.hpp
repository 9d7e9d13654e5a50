// The rules of RFC 9110 and 9112 about single characters and words. Pure, independent of any
// locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace http {

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}
constexpr bool is_visible(char c) {
  return c >= '!' && c <= '~';
}
constexpr bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

/// RFC 9110, 5.6.2: "tchar".
constexpr bool is_token_character(char c) {
  constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
  return is_digit(c) || is_letter(c) || k_marks.find(c) != std::string_view::npos;
}

/// At least one character, and each of them is what `predicate` says.
template <typename Predicate>
constexpr bool is_all(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

/// Without the spaces and tabs at both ends: "OWS".
constexpr std::string_view trim_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// host[:port]: a name, an IPv4 address or a bracketed IPv6 address, and up to five digits.
/// Stricter than RFC 3986: no percent-encoding, no sub-delimiters, neither part empty.
bool is_host(std::string_view text);

}  // namespace http
