#include "store/columns.hpp"

#include <array>
#include <stdexcept>

#include "store/failure.hpp"

namespace store {

void Column::separate() {
  if (!elements_.empty()) {
    elements_ += ',';
  }
}

void Column::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw Failure{FailureKind::rejected, "a text holds a NUL byte", /*connection_lost=*/false};
  }
  separate();
  elements_ += '"';
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      elements_ += '\\';
    }
    elements_ += letter;
  }
  elements_ += '"';
}

void Column::add(std::int64_t number) {
  separate();
  elements_ += std::to_string(number);
}

void Column::add(bool flag) {
  separate();
  elements_ += flag ? 't' : 'f';
}

void Column::add(domain::Time time) {
  add(domain::format_rfc3339(time));
}

void Column::add(std::span<const std::byte> bytes) {
  static constexpr std::array<char, 17> k_digits{"0123456789abcdef"};
  separate();
  elements_.reserve(elements_.size() + 2 * bytes.size() + 5);
  elements_ += "\"\\\\x";
  for (const std::byte byte : bytes) {
    elements_ += k_digits[std::to_integer<unsigned>(byte) >> 4U];
    elements_ += k_digits[std::to_integer<unsigned>(byte) & 15U];
  }
  elements_ += '"';
}

void Column::add_null() {
  separate();
  elements_ += "NULL";
}

std::vector<std::string> Columns::literals() const {
  std::vector<std::string> literals;
  literals.reserve(columns_.size());
  for (const Column& column : columns_) {
    literals.push_back(column.literal());
  }
  return literals;
}

void Columns::throw_wrong_width() {
  throw std::logic_error{"a row has another number of values than there are columns"};
}

}  // namespace store
