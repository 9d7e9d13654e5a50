// The files of sql/, as they were when this was built.
#pragma once

#include <span>
#include <string_view>

namespace store {

struct EmbeddedSql {
  std::string_view name;  // "migrations/0001_initial.sql", "sql/views.sql"
  std::string_view text;
};

/// Migrations first, in the order of their numbers.
std::span<const EmbeddedSql> embedded_sql();

}  // namespace store
