// A transaction that counts its statements and only knows set-based ones. For the store's own
// files.
#pragma once

#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "store/columns.hpp"
#include "store/connection.hpp"
#include "store/failure.hpp"
#include "store/result_set.hpp"

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

/// One of several statements that are sent together.
struct Call {
  const Prepared& statement;
  Parameters parameters;
};

/// READ COMMITTED. Begins with its first statement; rolls back when it goes out of scope without
/// commit().
class Transaction {
 public:
  explicit Transaction(Connection& connection)
      : connection_{connection}, work_{connection.session()} {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// In their order, in one round trip, which BEGIN shares; each sees what was committed before it
  /// began, as if they were sent one by one. Throws Failure.
  std::vector<ResultSet> run_together(const std::vector<Call>& calls);

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
    begin_statement();
    connection_.prepare(name, make_sql);
    return work_.exec_prepared(name, pqxx::prepare::make_dynamic_params(parameters));
  }

  pqxx::result run(const char* sql, const std::vector<std::string>& parameters) {
    begin_statement();
    return work_.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
  }

  pqxx::result run(const std::string& sql) {
    begin_statement();
    return work_.exec(sql);
  }

  /// In doubt where the session ends while the answer is awaited.
  void commit();

  [[nodiscard]] int statement_count() const { return statement_count_; }

 private:
  void begin_statement();

  Connection& connection_;
  // Begins and ends by itself: libpqxx's own transactions spend a round trip on BEGIN alone.
  pqxx::nontransaction work_;
  bool has_begun_ = false;
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
