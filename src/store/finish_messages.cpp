#include "store/finish_messages.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_finish{"finish_messages", R"(
UPDATE outbox_messages m
   SET state = n.state, last_error = n.last_error,
       sent_at = CASE WHEN n.state = 'sent' THEN $7::timestamptz END,
       next_attempt_at = coalesce(n.next_attempt_at, m.next_attempt_at),
       external_reference = coalesce(n.external_reference, m.external_reference),
       lease_token = NULL, leased_until = NULL
  FROM (SELECT unnest($1::text[])::uuid AS message_id, unnest($2::text[])::uuid AS lease_token,
               unnest($3::text[]) AS state, unnest($4::text[]) AS last_error,
               unnest($5::timestamptz[]) AS next_attempt_at,
               unnest($6::text[]) AS external_reference) n
 WHERE m.message_id = n.message_id AND m.lease_token = n.lease_token
RETURNING 1)"};

const char* state_after(FinishKind kind) {
  switch (kind) {
    case FinishKind::sent:
      return "sent";
    case FinishKind::retry:
      return "pending";
    case FinishKind::dead:
      return "dead";
  }
  __builtin_unreachable();
}

}  // namespace

int finish_messages(Connection& connection, const std::vector<Finish>& finishes, domain::Time now) {
  if (finishes.empty()) {
    return 0;
  }
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text, Type::text, Type::text, Type::text, Type::timestamptz, Type::text};
    for (const Finish& finish : finishes) {
      const bool is_retry = finish.kind == FinishKind::retry;
      columns.add_row(finish.message_id, finish.lease_token, state_after(finish.kind),
                      text_or_null(finish.error),
                      is_retry ? std::optional{finish.next_attempt_at} : std::nullopt,
                      text_or_null(finish.external_reference));
    }
    const auto finished = static_cast<int>(transaction.run(k_finish, columns, now).size());
    transaction.commit();
    return finished;
  });
}

}  // namespace store
