#include "store/table.hpp"

namespace store {
namespace {

bool is_time_of_writing(const Field& field) {
  return field.role == Role::now || field.role == Role::began;
}

std::vector<Type> row_types(const Table& table) {
  std::vector<Type> types;
  for (const Field& field : table.fields) {
    if (!is_time_of_writing(field)) {
      types.push_back(field.type);
    }
  }
  return types;
}

std::string parameter(int number) {
  return "$" + std::to_string(number);
}

// Several unnest in one list go in step, and cost a third of unnest with several arguments, which
// copies every cell into a store of its own. One row is cheaper taken out of its arrays.
std::string select_list(const Table& table, RowCount rows, int first, int now) {
  std::string list;
  for (const Field& field : table.fields) {
    list += list.empty() ? "" : ", ";
    if (is_time_of_writing(field)) {
      list += parameter(now) + "::timestamptz";
    } else {
      const std::string array = parameter(first++) + "::" + name_of(field.type) + "[]";
      list += (rows == RowCount::one ? "(" + array + ")[1]" : "unnest(" + array + ")") + field.cast;
    }
    list += std::string{" AS "} + field.column;
  }
  return list;
}

bool is_updated(const Field& field) {
  return field.role == Role::value || field.role == Role::now;
}

}  // namespace

Rows::Rows(const Table& table) : Columns{row_types(table)}, table_{&table} {}

std::string insert_sql(const Table& table, RowCount rows, int first, int now) {
  std::string columns;
  for (const Field& field : table.fields) {
    columns += (columns.empty() ? "" : ", ") + std::string{field.column};
  }
  return std::string{"INSERT INTO "} + table.name + " (" + columns + ") SELECT " +
         select_list(table, rows, first, now) + " " + table.on_conflict;
}

std::string update_sql(const Table& table, RowCount rows, int first, int now) {
  std::string assignments;
  std::string conditions;
  for (const Field& field : table.fields) {
    const std::string column = field.column;
    if (is_updated(field)) {
      assignments += (assignments.empty() ? "" : ", ") + column + " = n." + column;
    } else if (field.role == Role::key) {
      conditions += "t." + column + " = n." + column + " AND ";
    }
  }
  return std::string{"UPDATE "} + table.name + " t SET " + assignments + " FROM (SELECT " +
         select_list(table, rows, first, now) + ") n WHERE " + conditions + table.guard +
         " RETURNING 1";
}

}  // namespace store
