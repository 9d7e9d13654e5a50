#include "outbox/mail_header.hpp"

#include <algorithm>

#include "outbox/text_limits.hpp"
#include "runtime/base64.hpp"

namespace outbox {
namespace {

// RFC 2047 section 2: of an encoded word, and of a line that has one.
constexpr std::size_t k_word_max = 75;
constexpr std::size_t k_line_max = 76;

// Longer text is of no use to the reader of a header.
constexpr std::size_t k_text_max_bytes = 1000;

constexpr std::string_view k_word_begin = "=?UTF-8?B?";
constexpr std::string_view k_word_end = "?=";

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

// As it is, where no reader could take it for something else or be asked to fold it.
bool is_plain(std::string_view text, std::size_t room) {
  return is_ascii(text) && text.size() <= room && text.find("=?") == std::string_view::npos &&
         !text.starts_with(' ') && !text.ends_with(' ');
}

// Encoded words on folded lines, the first of which has `column` characters already.
std::string encoded_words(std::string_view text, std::size_t column) {
  std::string words;
  while (!text.empty()) {
    const std::size_t room = std::min(k_word_max, k_line_max - column);
    const std::size_t base64_max = room - k_word_begin.size() - k_word_end.size();
    const auto part = beginning_of(text, base64_max / 4 * 3);
    words.append(words.empty() ? "" : "\r\n ");
    words.append(k_word_begin).append(runtime::encode_base64(part)).append(k_word_end);
    text.remove_prefix(part.size());
    column = 1;  // the space that a folded line begins with
  }
  return words;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + '"';
}

std::string header_text(std::string_view text) {
  return one_line(beginning_of(text, k_text_max_bytes));
}

}  // namespace

std::string text_header(std::string_view name, std::string_view value) {
  const std::string begin = std::string{name} + ": ";
  const std::string text = header_text(value);
  return begin +
         (is_plain(text, k_line_max - begin.size()) ? text : encoded_words(text, begin.size())) +
         "\r\n";
}

std::string address_header(std::string_view name, std::string_view person,
                           std::string_view address) {
  const std::string begin = std::string{name} + ": ";
  const std::string text = header_text(person);
  const std::string mailbox = "<" + std::string{address} + ">\r\n";
  if (text.empty()) {
    return begin + mailbox;
  }
  const std::string phrase = quoted(text);
  // On a line of its own: together with the name it may be too long.
  return begin +
         (is_plain(phrase, k_line_max - begin.size()) ? phrase
                                                      : encoded_words(text, begin.size())) +
         "\r\n " + mailbox;
}

}  // namespace outbox
