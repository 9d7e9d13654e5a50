// What one field of an order file may hold. Each function says what is wrong with a value, for a
// person, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace commands {

using Problem = std::optional<std::string>;

/// For every column: UTF-8 without control characters.
Problem problem_of_text(std::string_view text);

/// Of an order or a charge; not empty.
Problem problem_of_id(std::string_view id);

/// One plain address, as it may stand in a header of a mail.
Problem problem_of_email(std::string_view email);

/// "en", "th-TH".
Problem problem_of_locale(std::string_view locale);

/// A whole number from 1 to 2^63 - 1, digits only.
std::optional<std::int64_t> parse_total_minor(std::string_view text);

}  // namespace commands
