// What went wrong with the database, as far as the caller has to act differently.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace store {

enum class FailureKind {
  retry,        // the same transaction may succeed now: serialization, deadlock, lost race
  exists,       // a row is there that was not when it was looked for: the same transaction may
                // succeed now; where it does not, the data itself is at fault
  in_doubt,     // the commit may or may not have happened: never answer for it, never assume
  rejected,     // PostgreSQL refuses the data itself: trying again changes nothing
  unavailable,  // no connection, no room, no permission, shutting down: somebody must act or time
                // pass
};

/// The enumerator's name.
std::string_view to_string(FailureKind kind);

/// Every exception that leaves this library.
class Failure : public std::runtime_error {
 public:
  Failure(FailureKind kind, const std::string& what, bool connection_lost)
      : std::runtime_error{what}, kind_{kind}, connection_lost_{connection_lost} {}

  [[nodiscard]] FailureKind kind() const { return kind_; }
  /// The same transaction, begun anew, may succeed: another one was faster this time.
  [[nodiscard]] bool may_pass() const {
    return kind_ == FailureKind::retry || kind_ == FailureKind::exists;
  }
  /// The connection is of no more use and must be opened again.
  [[nodiscard]] bool connection_lost() const { return connection_lost_; }

 private:
  FailureKind kind_;
  bool connection_lost_;
};

/// The one classifier: from an exception of libpqxx to ours. Its text is the server's first line
/// and the SQLSTATE, without the statement and without values.
Failure classify(const std::exception& error);

/// The same for an error that libpq reports: its text, and its SQLSTATE or "". `connection_lost`
/// where the session is known to be over, whatever the SQLSTATE says.
Failure failure_of(std::string_view text, std::string_view sqlstate, bool connection_lost);

/// The SQLSTATE rules by themselves: "40001" -> retry, "23505" -> exists.
FailureKind kind_of_sqlstate(std::string_view sqlstate);

}  // namespace store
