// Everything that a batch writes, in one statement: one round trip, one start of the executor. For
// the store's own files.
//
// PostgreSQL runs the updates first and then the inserts, the last one first: the same order of
// tables for every batch, so that two transactions never wait for each other in a circle.
#pragma once

#include <vector>

#include "store/table.hpp"
#include "store/transaction.hpp"

namespace store {

class Writes {
 public:
  /// Rows that were not there when they were looked for. Nothing where there are none. Rows come in
  /// key order, or two daemons with the same rows wait for each other in a circle.
  void insert(Rows rows);
  /// Rows that were there: see Table::guard.
  void update(Rows rows);

  /// Throws Failure{retry} where a row that was to be inserted is there meanwhile, or one that was
  /// to be updated is no longer as it was read.
  void run(Transaction& transaction, domain::Time now);

 private:
  struct Part {
    Rows rows;
    bool is_update = false;
  };

  [[nodiscard]] RowCount row_count() const;
  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string sql() const;

  std::vector<Part> parts_;
};

}  // namespace store
