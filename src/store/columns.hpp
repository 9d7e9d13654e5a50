// Rows on their way into a set-based statement: one array for each column, in PostgreSQL's binary
// format, so that a batch of any size is one statement with a fixed number of parameters.
//
// Binary, because as text every time, number and byte of a body would be written here and parsed
// there: a third of the cost of a batch.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

namespace store {

enum class Type { boolean, bytea, bigint, integer, text, timestamptz, uuid, jsonb };

/// As a cast names it: "text".
const char* name_of(Type type);

using Uuid = std::array<std::byte, 16>;

/// An array in the making.
class Column {
 public:
  explicit Column(Type type);

  /// For text, and for jsonb as the text of a JSON value. Throws Failure{rejected} for text with a
  /// NUL byte, which neither can hold.
  void add(std::string_view text);
  void add(std::int64_t number);  // bigint; integer where it fits
  void add(bool flag);
  void add(domain::Time time);
  void add(std::span<const std::byte> bytes);
  void add(const Uuid& id);
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

  /// The parameter, valid as long as the column is as it is. Without elements where every one is
  /// null: unnest fills the shorter of its arrays up with nulls.
  [[nodiscard]] std::string_view array();

 private:
  void begin_element(Type type, std::size_t size);

  Type type_;
  std::string bytes_;  // room for the array's head, then the elements
  std::uint32_t element_count_ = 0;
  bool has_null_ = false;
  bool only_nulls_ = true;
};

/// The binary form of one time or bigint, for a parameter that is no array.
std::string binary(domain::Time time);
std::string binary(std::int64_t number);

class Columns {
 public:
  explicit Columns(std::span<const Type> types) : columns_(types.begin(), types.end()) {}
  Columns(std::initializer_list<Type> types) : columns_(types.begin(), types.end()) {}

  /// One value for each column, in their order.
  template <typename... Values>
  void add_row(const Values&... values) {
    std::size_t at = 0;
    if (sizeof...(values) != columns_.size()) {
      throw_wrong_width();
    }
    (columns_[at++].add(values), ...);
    ++row_count_;
  }

  [[nodiscard]] std::size_t column_count() const { return columns_.size(); }
  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] bool empty() const { return row_count_ == 0; }
  /// The parameters of the statement.
  [[nodiscard]] std::span<Column> all() { return columns_; }

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
