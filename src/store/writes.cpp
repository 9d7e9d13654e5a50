#include "store/writes.hpp"

#include <algorithm>
#include <utility>

namespace store {
namespace {

constexpr std::size_t k_parameters_usual = 128;  // a column of each table
constexpr int k_now = 1;  // the number of the parameter that holds the time of writing

}  // namespace

void Writes::insert(Rows rows) {
  if (!rows.empty()) {
    parts_.push_back({std::move(rows), /*is_update=*/false});
  }
}

void Writes::update(Rows rows) {
  if (!rows.empty()) {
    parts_.push_back({std::move(rows), /*is_update=*/true});
  }
}

RowCount Writes::row_count() const {
  const auto is_one = [](const Part& part) { return part.rows.row_count() == 1; };
  return std::ranges::all_of(parts_, is_one) ? RowCount::one : RowCount::any;
}

// At most 63 bytes: PostgreSQL cuts longer names. Batches differ in which tables they write, so
// that a session comes to know a handful of these statements.
std::string Writes::name() const {
  std::string name = row_count() == RowCount::one ? "save_one" : "save";
  for (const Part& part : parts_) {
    name += std::string{part.is_update ? "~" : "+"} + part.rows.table().code;
  }
  return name;
}

std::string Writes::sql() const {
  const RowCount rows = row_count();
  std::string with;
  std::string counts;
  int parameter = k_now + 1;
  for (std::size_t at = 0; at < parts_.size(); ++at) {
    const Part& part = parts_[at];
    const Table& table = part.rows.table();
    const std::string label = "part_" + std::to_string(at);
    with += at == 0 ? "WITH " : ", ";
    with += label + " AS (" +
            (part.is_update ? update_sql(table, rows, parameter, k_now)
                            : insert_sql(table, rows, parameter, k_now)) +
            ")";
    if (part.is_update) {
      counts += ", (SELECT count(*) FROM " + label + ")";
    }
    parameter += static_cast<int>(part.rows.column_count());
  }
  return with + " SELECT $1::timestamptz" + counts;
}

void Writes::run(Transaction& transaction, domain::Time now) {
  if (parts_.empty()) {
    return;
  }
  Parameters parameters;
  parameters.reserve(k_parameters_usual);
  append(parameters, binary(now));
  for (Part& part : parts_) {
    append(parameters, part.rows);
  }
  const auto result = transaction.run(
      name(), [this] { return sql(); }, parameters);
  pqxx::row::size_type column = 1;
  for (const Part& part : parts_) {
    if (part.is_update && result[0][column++].as<std::size_t>() != part.rows.row_count()) {
      throw Failure{FailureKind::retry, "another transaction was faster",
                    /*connection_lost=*/false};
    }
  }
}

}  // namespace store
