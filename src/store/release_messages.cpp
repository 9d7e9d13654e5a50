#include "store/release_messages.hpp"

#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_release{"release_unknown_sinks", R"(
UPDATE outbox_messages
   SET sink = NULL
 WHERE state = 'pending' AND sink IS NOT NULL
   AND sink <> ALL ($1::text[])
RETURNING 1)"};

}  // namespace

int release_unknown_sinks(Connection& connection, const std::vector<std::string>& sinks) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text};
    for (const std::string& sink : sinks) {
      columns.add_row(sink);
    }
    const auto released = static_cast<int>(transaction.run(k_release, columns).size());
    transaction.commit();
    return released;
  });
}

}  // namespace store
