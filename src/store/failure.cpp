#include "store/failure.hpp"

#include <array>
#include <pqxx/pqxx>

namespace store {
namespace {

// The server's first line without DETAIL, which may hold values of rows.
std::string first_line(std::string_view text) {
  return std::string{text.substr(0, text.find('\n'))};
}

// SQLSTATEs after which the session is over or on the wrong server.
bool ends_connection(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25006";
}

}  // namespace

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::retry:
      return "retry";
    case FailureKind::exists:
      return "exists";
    case FailureKind::in_doubt:
      return "in_doubt";
    case FailureKind::rejected:
      return "rejected";
    case FailureKind::unavailable:
      return "unavailable";
  }
  __builtin_unreachable();
}

FailureKind kind_of_sqlstate(std::string_view sqlstate) {
  constexpr std::string_view k_statement_completion_unknown = "40003";
  constexpr std::string_view k_lock_not_available = "55P03";
  constexpr std::string_view k_unique_violation = "23505";
  // Classes whose cause is the row itself: data, constraints, a value too large for an index.
  constexpr std::array<std::string_view, 3> k_rejected_classes{"22", "23", "54"};
  if (sqlstate == k_statement_completion_unknown) {
    return FailureKind::in_doubt;
  }
  if (sqlstate.starts_with("40") || sqlstate == k_lock_not_available) {
    return FailureKind::retry;
  }
  if (sqlstate == k_unique_violation) {
    return FailureKind::exists;
  }
  for (const std::string_view rejected : k_rejected_classes) {
    if (sqlstate.starts_with(rejected)) {
      return FailureKind::rejected;
    }
  }
  return FailureKind::unavailable;
}

Failure failure_of(std::string_view text, std::string_view sqlstate, bool connection_lost) {
  return {kind_of_sqlstate(sqlstate),
          first_line(text) + (sqlstate.empty() ? "" : " (SQLSTATE " + std::string{sqlstate} + ")"),
          connection_lost || ends_connection(sqlstate)};
}

Failure classify(const std::exception& error) {
  if (const auto* known = dynamic_cast<const Failure*>(&error)) {
    return *known;
  }
  if (dynamic_cast<const pqxx::in_doubt_error*>(&error) != nullptr) {
    return {FailureKind::in_doubt,
            "the commit is in doubt: the connection broke while it was awaited",
            /*connection_lost=*/true};
  }
  if (dynamic_cast<const pqxx::statement_completion_unknown*>(&error) != nullptr) {
    return {FailureKind::in_doubt, first_line(error.what()), /*connection_lost=*/true};
  }
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error) != nullptr) {
    return {FailureKind::retry, first_line(error.what()), /*connection_lost=*/false};
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr) {
    return {FailureKind::unavailable, first_line(error.what()), /*connection_lost=*/true};
  }
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) {
    return failure_of(sql->what(), sql->sqlstate(), /*connection_lost=*/false);
  }
  return {FailureKind::unavailable, "the session ended: " + first_line(error.what()),
          /*connection_lost=*/true};
}

}  // namespace store
