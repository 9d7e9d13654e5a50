#include "commands/order_columns.hpp"

#include <algorithm>
#include <charconv>

#include "commands/order_lines.hpp"
#include "runtime/utf8.hpp"

namespace commands {
namespace {

bool all_between(std::string_view text, char first, char last) {
  return std::all_of(text.begin(), text.end(),
                     [first, last](char letter) { return letter >= first && letter <= last; });
}

bool is_language(std::string_view text) {
  return (text.size() == 2 || text.size() == 3) && all_between(text, 'a', 'z');
}

bool is_country(std::string_view text) {
  return text.size() == 2 && all_between(text, 'A', 'Z');
}

// What would end the address or begin another one, and blanks, the wide ones too.
bool has_separator(std::string_view email) {
  return email.find_first_of(" ,;:<>\"") != std::string_view::npos ||
         email.find("\u00A0") != std::string_view::npos ||
         email.find("\u3000") != std::string_view::npos;
}

}  // namespace

Problem problem_of_text(std::string_view text) {
  if (!runtime::is_utf8(text)) {
    return "is not UTF-8";
  }
  if (runtime::has_control(text)) {
    return "holds control characters";
  }
  return std::nullopt;
}

Problem problem_of_id(std::string_view id) {
  if (id.empty()) {
    return "must not be empty";
  }
  if (id.size() > k_id_max_bytes) {
    return "is longer than " + std::to_string(k_id_max_bytes) + " bytes";
  }
  if (id.front() == ' ' || id.back() == ' ') {
    return "must neither begin nor end with a blank";
  }
  return std::nullopt;
}

Problem problem_of_email(std::string_view email) {
  const auto at = email.find('@');
  if (at == std::string_view::npos || email.find('@', at + 1) != std::string_view::npos) {
    return "must hold exactly one \"@\"";
  }
  if (at == 0 || at + 1 == email.size()) {
    return "must have a name before the \"@\" and a domain behind it";
  }
  if (has_separator(email)) {
    return "must be one plain address, without blanks, commas, quotes or angle brackets";
  }
  if (email.size() > k_email_max_bytes) {
    return "is longer than " + std::to_string(k_email_max_bytes) + " bytes";
  }
  return std::nullopt;
}

Problem problem_of_locale(std::string_view locale) {
  const auto dash = locale.find('-');
  const bool is_good = is_language(locale.substr(0, dash)) &&
                       (dash == std::string_view::npos || is_country(locale.substr(dash + 1)));
  return is_good ? std::nullopt : Problem{"must be like \"en\", \"ja\" or \"th-TH\""};
}

std::optional<std::int64_t> parse_total_minor(std::string_view text) {
  std::int64_t total = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && total > 0 ? std::optional{total} : std::nullopt;
}

}  // namespace commands
