// A real PostgreSQL database for one test: made, migrated, and dropped at its end.
#pragma once

#include <string>
#include <vector>

#include "domain/samples.hpp"
#include "store/apply.hpp"
#include "store/connection.hpp"

namespace store {

class Database {
 public:
  /// Needs REFUNDD_TEST_DATABASE_URL, a superuser's URL of a server made for tests; throws without.
  explicit Database(bool migrated = true);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] Connection connect() const;

  /// The first column of the only row, as text; "NULL" for null, "" for no row.
  [[nodiscard]] std::string value(const std::string& sql) const;
  /// Every row as "a|b|c".
  [[nodiscard]] std::vector<std::string> rows(const std::string& sql) const;
  void run(const std::string& sql) const;

  /// Returns once a session of this database waits for a lock.
  void wait_for_blocked_session() const;

 private:
  std::string name_;
  std::string url_;
};

/// A delivery as the HTTP side would hand it over, with a body that is unlike every other.
Delivery delivery_of(domain::Event event);
Delivery delivery_of(domain::RefundReport report);
Delivery delivery_of(domain::ChargeReport report);

/// Applies them one batch, at samples::at(0).
std::vector<domain::Verdict> apply(Connection& connection, const std::vector<Delivery>& deliveries);

}  // namespace store
