// What PostgreSQL answers to one statement, as libpq holds it: libpqxx makes its results itself
// only. Values are text.
#pragma once

#include <charconv>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

struct pg_result;

namespace store {

/// Throws Failure{rejected}, which names the column.
[[noreturn]] void throw_unreadable(const char* column);

/// One value, of libpq or of libpqxx; valid as long as the result that it stands in.
class ResultField {
 public:
  ResultField(const char* name, std::string_view text, bool is_null)
      : name_{name}, text_{text}, is_null_{is_null} {}
  // Implicit: who reads a value need not care whose it is.
  ResultField(const pqxx::field& field)
      : ResultField{field.name(), {field.c_str(), field.size()}, field.is_null()} {}

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] bool is_null() const { return is_null_; }
  /// "" for NULL.
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool is_true() const { return text_ == "t"; }

  /// Throws Failure{rejected} where it is none, or NULL.
  template <typename Number>
  [[nodiscard]] Number number() const {
    Number number{};
    const char* const end = text_.data() + text_.size();
    const auto [parsed, error] = std::from_chars(text_.data(), end, number);
    if (error != std::errc{} || parsed != end || text_.empty()) {
      throw_unreadable(name_);
    }
    return number;
  }

 private:
  const char* name_;
  std::string_view text_;
  bool is_null_;
};

class ResultRow {
 public:
  ResultRow(const pg_result& result, int row) : result_{&result}, row_{row} {}

  ResultField operator[](int column) const;
  /// Throws std::logic_error where the statement has no such column.
  ResultField operator[](const char* column) const;

 private:
  const pg_result* result_;
  int row_;
};

class ResultSet {
 public:
  class Iterator {
   public:
    Iterator(const pg_result& result, int row) : result_{&result}, row_{row} {}
    ResultRow operator*() const { return {*result_, row_}; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const pg_result* result_;
    int row_;
  };

  /// Owns it.
  explicit ResultSet(pg_result* result) : result_{result} {}

  [[nodiscard]] Iterator begin() const { return {*result_, 0}; }
  [[nodiscard]] Iterator end() const { return {*result_, size()}; }
  [[nodiscard]] int size() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace store
