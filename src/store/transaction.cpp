#include "store/transaction.hpp"

#include <libpq-fe.h>

#include "store/pipeline.hpp"

namespace store {

// Where this fails too, PostgreSQL rolls back when the session ends.
Transaction::~Transaction() {
  const auto status = PQtransactionStatus(connection_.handle());
  if (status == PQTRANS_IDLE || status == PQTRANS_UNKNOWN) {
    return;
  }
  try {
    work_.exec("ROLLBACK");
  } catch (const std::exception&) {
    connection_.session().disconnect();
  }
}

std::vector<ResultSet> Transaction::run_together(const std::vector<Call>& calls) {
  for (const Call& call : calls) {
    connection_.prepare_now(call.statement.name, call.statement.sql);
  }
  Pipeline pipeline{connection_.handle()};
  const bool begins = !has_begun_;
  if (begins) {
    pipeline.send("BEGIN");
    has_begun_ = true;
  }
  for (const Call& call : calls) {
    pipeline.send_prepared(call.statement.name, call.parameters);
    ++statement_count_;
  }
  auto answers = pipeline.finish();
  if (begins) {
    answers.erase(answers.begin());
  }
  return answers;
}

void Transaction::begin_statement() {
  ++statement_count_;
  if (!has_begun_) {
    work_.exec("BEGIN");
    has_begun_ = true;
  }
}

void Transaction::commit() {
  auto& session = connection_.session();
  if (!session.is_open()) {
    throw pqxx::broken_connection{"the session was lost before the commit"};
  }
  try {
    work_.exec("COMMIT");
  } catch (const std::exception& error) {
    if (!session.is_open()) {
      throw pqxx::in_doubt_error{error.what()};
    }
    throw;
  }
}

}  // namespace store
