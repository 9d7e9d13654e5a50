#include "store/pipeline.hpp"

#include <libpq-fe.h>

#include <optional>

#include "store/failure.hpp"

namespace store {
namespace {

Failure lost(const PGconn* session) {
  return failure_of(PQerrorMessage(session), "", /*connection_lost=*/true);
}

void require_done(int done, const PGconn* session) {
  if (done != 1) {
    throw lost(session);
  }
}

}  // namespace

Pipeline::Pipeline(pg_conn* session) : session_{session} {
  require_done(PQenterPipelineMode(session_), session_);
}

void Pipeline::send(const char* sql) {
  require_done(
      PQsendQueryParams(session_, sql, 0, nullptr, nullptr, nullptr, nullptr, /*resultFormat=*/0),
      session_);
  ++sent_count_;
}

void Pipeline::send_prepared(const char* name, const std::vector<pqxx::binarystring>& parameters) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& parameter : parameters) {
    values.push_back(parameter.get());
    lengths.push_back(static_cast<int>(parameter.size()));
  }
  const std::vector<int> formats(parameters.size(), 1);
  require_done(PQsendQueryPrepared(session_, name, static_cast<int>(values.size()), values.data(),
                                   lengths.data(), formats.data(), /*resultFormat=*/0),
               session_);
  ++sent_count_;
}

std::vector<ResultSet> Pipeline::finish() {
  require_done(PQpipelineSync(session_), session_);
  std::vector<ResultSet> answers;
  std::optional<Failure> failure;
  for (int at = 0; at < sent_count_; ++at) {
    try {
      answers.push_back(receive());
    } catch (const Failure& error) {
      if (PQstatus(session_) != CONNECTION_OK) {
        throw;
      }
      failure = failure ? failure : error;  // those after it only say that they were not run
    }
  }
  const ResultSet sync{PQgetResult(session_)};
  require_done(PQexitPipelineMode(session_), session_);
  if (failure) {
    throw *failure;
  }
  return answers;
}

// The answer to one statement, and the null pointer that ends it.
ResultSet Pipeline::receive() {
  PGresult* const result = PQgetResult(session_);
  if (result == nullptr) {
    throw lost(session_);
  }
  ResultSet answer{result};
  const auto status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
    PQgetResult(session_);
    return answer;
  }
  const char* const sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  auto failure = failure_of(PQresultErrorMessage(result), sqlstate == nullptr ? "" : sqlstate,
                            PQstatus(session_) != CONNECTION_OK);
  if (!failure.connection_lost()) {
    PQgetResult(session_);
  }
  throw failure;
}

}  // namespace store
