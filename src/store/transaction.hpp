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

/// READ COMMITTED. Rolls back when it goes out of scope without commit().
class Transaction {
 public:
  explicit Transaction(Connection& connection) : work_{connection.session()} {}

  pqxx::result run(const char* sql, const Columns& rows) { return run(sql, rows.literals()); }

  pqxx::result run(const char* sql, const std::vector<std::string>& parameters) {
    ++statement_count_;
    return work_.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
  }

  pqxx::result run(const std::string& sql) {
    ++statement_count_;
    return work_.exec(sql);
  }

  /// Throws Failure{retry} unless the statement wrote exactly so many rows: another transaction was
  /// faster with one of them, and everything read so far may be outdated.
  void run_exactly(const char* sql, const Columns& rows) {
    const auto written = run(sql, rows).affected_rows();
    if (written != rows.row_count()) {
      throw Failure{FailureKind::retry, "another transaction was faster",
                    /*connection_lost=*/false};
    }
  }

  void commit() { work_.commit(); }

  [[nodiscard]] int statement_count() const { return statement_count_; }

 private:
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
