// Statements that are sent together and answered together: one round trip instead of one for each.
// libpq's pipeline mode, which libpqxx does not have.
#pragma once

#include <string_view>
#include <vector>

#include "store/columns.hpp"
#include "store/result_set.hpp"

struct pg_conn;

namespace store {

/// Nothing else may use the session until finish() has returned or thrown.
class Pipeline {
 public:
  /// Throws Failure{unavailable} where the session is lost or busy, as does send().
  explicit Pipeline(pg_conn* session);

  /// A statement without parameters or rows.
  void send(const char* sql);
  /// A statement that the session knows by this name; `parameters` are binary.
  void send_prepared(const char* name, const std::vector<pqxx::binarystring>& parameters);

  /// In the order of sending. Throws the Failure of the first that failed: none after it was run.
  std::vector<ResultSet> finish();

 private:
  ResultSet receive();

  pg_conn* session_;
  int sent_count_ = 0;
};

}  // namespace store
