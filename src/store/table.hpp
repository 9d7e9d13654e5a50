// The columns that a batch writes of one table, and the statements that follow from them. For the
// store's own files.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/columns.hpp"

namespace store {

enum class Role {
  key,      // finds the row
  value,    // inserted and updated
  initial,  // inserted, and never updated
  now,      // a value that is the time of writing for every row; timestamptz
  began,    // the same, and never updated
};

struct Field {
  const char* column;
  Type type;
  Role role = Role::value;
  const char* cast = "";  // for a type that has no binary form here: "::inet"
};

struct Table {
  const char* name;
  /// Two letters that no other table has, for the names of prepared statements.
  const char* code;
  std::span<const Field> fields;
  /// Which version of the row an update may replace, about `t` (the row) and `n` (the new one).
  const char* guard = "";
  const char* on_conflict = "";
};

/// Rows of a table: a value for each field that is not the time of writing.
class Rows : public Columns {
 public:
  explicit Rows(const Table& table);

  [[nodiscard]] const Table& table() const { return *table_; }

 private:
  const Table* table_;
};

/// How many rows a statement is for.
enum class RowCount { one, any };

/// Parameters are numbered from `first`: an array for each field that is not the time of writing.
/// `now` is the number of the parameter that holds that time.
std::string insert_sql(const Table& table, RowCount rows, int first, int now);
/// Returns a row for each that it updates.
std::string update_sql(const Table& table, RowCount rows, int first, int now);

}  // namespace store
