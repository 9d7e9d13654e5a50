// One PostgreSQL session with the settings that keep a promise of "503 within seconds": whatever
// the network or the server does, no call hangs for longer than the limits below.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "domain/time.hpp"

namespace pqxx {
class connection_base;
}  // namespace pqxx
struct pg_conn;

namespace store {

/// Cuts a session from another thread. The blocked call then fails as unavailable (or in doubt).
class Interrupter {
 public:
  /// `socket` is duplicated, so that the session may close its own at any time.
  explicit Interrupter(int socket);
  ~Interrupter();
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;

  void interrupt() const;

 private:
  int socket_;
};

struct ConnectionOptions {
  std::string url;
  std::string application_name = "refundd";
  /// Zero: no limit, for an operator's command that may take long.
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds lock_timeout{3000};
  /// For a session that applies batches: every statement looks rows up by key, so that each is
  /// planned once, and never as a scan of a whole table, whatever the tables held at that time.
  bool plans_by_key = false;
};

/// Not thread-safe: belongs to the thread that opened it. Every member function may block.
class Connection {
 public:
  /// Throws Failure when no session can be opened within 3 s per host.
  explicit Connection(const ConnectionOptions& options);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  [[nodiscard]] std::shared_ptr<const Interrupter> interrupter() const { return interrupter_; }

  /// For the store's own functions.
  [[nodiscard]] pqxx::connection_base& session();
  /// libpq's own; null once the session is closed.
  [[nodiscard]] pg_conn* handle() const;
  /// Makes a statement known to this session under its name; asks for its text only the first time.
  template <typename MakeSql>
  void prepare(const std::string& name, MakeSql make_sql) {
    if (prepared_.count(name) == 0) {
      prepare_first(name, make_sql());
    }
  }
  /// The same for a statement that libpq is to find there: the first time it is a round trip.
  void prepare_now(const std::string& name, const std::string& sql);

 private:
  void prepare_first(const std::string& name, const std::string& sql);

  class Session;
  std::unique_ptr<Session> session_;
  std::set<std::string> prepared_;
  std::set<std::string> prepared_now_;
  // Shared, because another thread may be about to interrupt while this object goes away.
  std::shared_ptr<const Interrupter> interrupter_;
};

/// The libpq connection string for `url`: its own settings win over ours. Throws Failure for a URL
/// that libpq does not read.
std::string connection_string(const ConnectionOptions& options);

}  // namespace store
