#include "store/partitions.hpp"

#include <cstdio>

#include "store/transaction.hpp"

namespace store {
namespace {

constexpr const char* k_lock_partitions = "SELECT pg_advisory_xact_lock(32199698054079589)";
// Asks the table, not to_regclass: its cache may not know yet what we have just waited for.
constexpr const char* k_find_table = R"(
SELECT count(*) > 0 FROM pg_class
 WHERE relname = $1 AND relnamespace = 'refundd'::regnamespace)";

std::string month_text(std::chrono::year_month month, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, static_cast<int>(month.year()),
                static_cast<unsigned>(month.month()));
  return text;
}

bool exists(Transaction& transaction, const std::string& table) {
  return transaction.run(k_find_table, {table})[0][0].as<bool>();
}

// True when it was made now. Looks first without the lock: nearly always there is nothing to do.
bool make_month(Connection& connection, const std::string& table, std::chrono::year_month month) {
  return in_transaction(connection, [&](Transaction& transaction) {
    if (exists(transaction, table)) {
      return false;
    }
    transaction.run(k_lock_partitions);
    if (exists(transaction, table)) {
      return false;
    }
    const char* first_day = "%04d-%02u-01T00:00:00Z";
    transaction.run("CREATE TABLE " + table + " PARTITION OF webhook_payloads FOR VALUES FROM ('" +
                    month_text(month, first_day) + "') TO ('" +
                    month_text(month + std::chrono::months{1}, first_day) + "');" + "ALTER TABLE " +
                    table + " OWNER TO refundd_app");
    transaction.commit();
    return true;
  });
}

}  // namespace

std::vector<std::string> make_payload_partitions(Connection& connection, domain::Time now) {
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const std::chrono::year_month first = today.year() / today.month();
  std::vector<std::string> made;
  for (int ahead = 0; ahead <= k_months_ahead; ++ahead) {
    const std::chrono::year_month month = first + std::chrono::months{ahead};
    const std::string table = month_text(month, "webhook_payloads_%04d_%02u");
    if (make_month(connection, table, month)) {
      made.push_back(table);
    }
  }
  return made;
}

}  // namespace store
