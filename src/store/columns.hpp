// Rows on their way into a set-based statement: one PostgreSQL array literal for each column, so
// that a batch of any size is one statement with a fixed number of parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

namespace store {

/// An array literal in the making: {"a","b",NULL}.
class Column {
 public:
  /// Throws Failure{rejected} for text with a NUL byte, which no text column can hold.
  void add(std::string_view text);
  void add(std::int64_t number);
  void add(bool flag);
  void add(domain::Time time);
  void add(std::span<const std::byte> bytes);
  void add_null();

  void add(const std::string& text) { add(std::string_view{text}); }
  void add(const char* text) { add(std::string_view{text}); }
  void add(int number) { add(static_cast<std::int64_t>(number)); }

  template <typename T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add_null();
    }
  }

  [[nodiscard]] std::string literal() const { return "{" + elements_ + "}"; }

 private:
  void separate();

  std::string elements_;
};

class Columns {
 public:
  explicit Columns(std::size_t column_count) : columns_(column_count) {}

  /// One value for each column, in their order.
  template <typename... Values>
  void add_row(const Values&... values) {
    std::size_t at = 0;
    (columns_.at(at++).add(values), ...);
    if (at != columns_.size()) {
      throw_wrong_width();
    }
    ++row_count_;
  }

  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] bool empty() const { return row_count_ == 0; }
  /// The parameters of the statement.
  [[nodiscard]] std::vector<std::string> literals() const;

 private:
  [[noreturn]] static void throw_wrong_width();

  std::vector<Column> columns_;
  std::size_t row_count_ = 0;
};

/// nullopt for an empty text: columns hold NULL where there is nothing to say.
inline std::optional<std::string_view> text_or_null(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

}  // namespace store
