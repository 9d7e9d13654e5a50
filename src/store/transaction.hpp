// A transaction that counts its statements and only knows set-based ones. For the store's own
// files.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "store/columns.hpp"
#include "store/connection.hpp"
#include "store/failure.hpp"

namespace store {

/// A statement that a session parses and plans once, under a name that no other statement has. Its
/// parameters carry casts ($1::text[]), so that PostgreSQL knows their types.
struct Prepared {
  const char* name;
  const char* sql;
};

/// In binary format.
using Parameters = std::vector<pqxx::binarystring>;

inline void append(Parameters& parameters, std::string_view bytes) {
  parameters.emplace_back(bytes.data(), bytes.size());
}

inline void append(Parameters& parameters, Columns& columns) {
  for (Column& column : columns.all()) {
    append(parameters, column.array());
  }
}

/// One column of texts.
inline void append(Parameters& parameters, const std::vector<std::string>& texts) {
  Columns column{Type::text};
  for (const std::string& text : texts) {
    column.add_row(text);
  }
  append(parameters, column);
}

/// READ COMMITTED. Rolls back when it goes out of scope without commit().
class Transaction {
 public:
  explicit Transaction(Connection& connection)
      : connection_{connection}, work_{connection.session()} {}

  pqxx::result run(const Prepared& statement, const Parameters& parameters) {
    return run(
        statement.name, [&] { return statement.sql; }, parameters);
  }

  pqxx::result run(const Prepared& statement, Columns rows) {
    Parameters parameters;
    append(parameters, rows);
    return run(statement, parameters);
  }

  /// `shared` is one value for all rows: the statement's last parameter.
  pqxx::result run(const Prepared& statement, Columns rows, domain::Time shared) {
    Parameters parameters;
    append(parameters, rows);
    append(parameters, binary(shared));
    return run(statement, parameters);
  }

  /// `make_sql` is asked once for each session.
  template <typename MakeSql>
  pqxx::result run(const std::string& name, MakeSql make_sql, const Parameters& parameters) {
    ++statement_count_;
    connection_.prepare(name, make_sql);
    return work_.exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters));
  }

  pqxx::result run(const char* sql, const std::vector<std::string>& parameters) {
    ++statement_count_;
    return work_.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
  }

  pqxx::result run(const std::string& sql) {
    ++statement_count_;
    return work_.exec(sql);
  }

  void commit() { work_.commit(); }

  [[nodiscard]] int statement_count() const { return statement_count_; }

 private:
  Connection& connection_;
  pqxx::work work_;
  int statement_count_ = 0;
};

/// Runs `body(transaction)` and turns every exception of libpqxx into a Failure.
template <typename Body>
auto in_transaction(Connection& connection, Body body) {
  try {
    Transaction transaction{connection};
    return body(transaction);
  } catch (const std::exception& error) {
    throw classify(error);
  }
}

}  // namespace store
