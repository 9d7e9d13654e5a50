#include "store/read_notes.hpp"

#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_note{"note_read", R"(
UPDATE refund_reads a
   SET next_read_at = CASE
           WHEN n.is_given_up THEN NULL
           WHEN n.settles AND EXISTS (SELECT FROM refunds
                                       WHERE source = $10::text AND refund_id = n.refund_id
                                         AND status = n.status) THEN NULL
           ELSE n.next_read_at END,
       reads = a.reads + n.answers,
       last_read_at = CASE WHEN n.answers > 0 THEN n.asked_at ELSE a.last_read_at END,
       status = coalesce(n.status, a.status),
       action_required = coalesce(n.action_required, a.action_required),
       last_error = n.error,
       given_up_at = CASE WHEN n.is_given_up THEN $11::timestamptz END
  FROM (SELECT unnest($1::text[]) AS refund_id, unnest($2::timestamptz[]) AS next_read_at,
               unnest($3::text[]) AS status, unnest($4::boolean[]) AS action_required,
               unnest($5::text[]) AS error, unnest($6::timestamptz[]) AS asked_at,
               unnest($7::integer[]) AS answers, unnest($8::boolean[]) AS settles,
               unnest($9::boolean[]) AS is_given_up) n
 WHERE a.refund_id = n.refund_id AND a.source = $10::text
   AND (a.last_read_at IS NULL OR a.last_read_at <= n.asked_at))"};

constexpr Prepared k_note_listed{"note_listed", R"(
UPDATE refund_reads a
   SET last_read_at = n.asked_at, status = n.status, action_required = n.action_required,
       last_error = NULL,
       next_read_at = CASE WHEN n.status <> 'pending' AND EXISTS (
                           SELECT FROM refunds
                            WHERE source = $4::text AND refund_id = n.refund_id
                              AND status = n.status) THEN NULL ELSE a.next_read_at END
  FROM (SELECT unnest($1::text[]) AS refund_id, unnest($2::text[]) AS status,
               unnest($3::boolean[]) AS action_required,
               unnest($5::timestamptz[]) AS asked_at) n
 WHERE a.refund_id = n.refund_id AND a.source = $4::text
   AND (a.last_read_at IS NULL OR a.last_read_at <= n.asked_at))"};

constexpr Prepared k_release{"release_held", R"(
UPDATE outbox_messages
   SET next_attempt_at = $3::timestamptz
 WHERE message_id = ANY (ARRAY(
       SELECT m.message_id
         FROM (SELECT unnest($1::text[]) AS refund_id) k
        CROSS JOIN LATERAL (
              SELECT message_id
                FROM outbox_messages
               WHERE refund_id = k.refund_id AND source = $2::text AND state = 'pending'
                 AND held_since IS NOT NULL
              OFFSET 0) m)))"};

// That the API, too, holds a refund for pending is no outcome to who gave up asking for one.
constexpr Prepared k_resolve{"resolve_read_anomalies", R"(
UPDATE anomalies
   SET resolved_at = $3::timestamptz, resolved_by = 'refundd'
 WHERE anomaly_id = ANY (ARRAY(
       SELECT a.anomaly_id
         FROM (SELECT unnest($1::text[]) AS refund_id) k
        CROSS JOIN LATERAL (
              SELECT n.anomaly_id
                FROM anomalies n, refunds r, refund_reads d
               WHERE n.refund_id = k.refund_id AND n.source = $2::text
                 AND n.resolved_at IS NULL
                 AND n.kind IN ('provider_disagrees', 'unknown_to_provider', 'unconfirmed',
                                'late_signature')
                 AND r.source = n.source AND r.refund_id = n.refund_id
                 AND (n.kind <> 'unconfirmed' OR r.status <> 'pending')
                 AND d.source = n.source AND d.refund_id = n.refund_id
                 AND d.status = r.status AND d.action_required = r.action_required
              OFFSET 0) a))
   AND resolved_at IS NULL)"};

void let_go(Transaction& transaction, const std::string& source, Columns refund_ids,
            domain::Time now) {
  Parameters parameters;
  append(parameters, refund_ids);
  append(parameters, source);
  append(parameters, binary(now));
  transaction.run(k_release, parameters);
  transaction.run(k_resolve, parameters);
}

}  // namespace

void note_read(Connection& connection, const std::string& source, const ReadNote& note,
               domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text,        Type::timestamptz, Type::text,    Type::boolean, Type::text,
                    Type::timestamptz, Type::integer,     Type::boolean, Type::boolean};
    columns.add_row(note.refund_id, note.next_read_at,
                    note.status ? std::optional{to_string(*note.status)} : std::nullopt,
                    note.status ? std::optional{note.action_required} : std::nullopt,
                    text_or_null(note.error), note.asked_at, note.is_answer ? 1 : 0, note.settles,
                    note.is_given_up);
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    append(parameters, binary(now));
    transaction.run(k_note, parameters);
    if (note.status) {  // else what the API said before would count as said again
      Columns refund_ids{Type::text};
      refund_ids.add_row(note.refund_id);
      let_go(transaction, source, std::move(refund_ids), now);
    }
    transaction.commit();
  });
}

void note_listed(Connection& connection, const std::string& source,
                 const std::vector<ReadNote>& notes, domain::Time now) {
  if (notes.empty()) {
    return;
  }
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text, Type::text, Type::boolean};
    Columns times{Type::timestamptz};
    Columns refund_ids{Type::text};
    for (const ReadNote& note : notes) {
      if (note.status) {
        columns.add_row(note.refund_id, to_string(*note.status), note.action_required);
        times.add_row(note.asked_at);
        refund_ids.add_row(note.refund_id);
      }
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    append(parameters, times);
    transaction.run(k_note_listed, parameters);
    let_go(transaction, source, std::move(refund_ids), now);
    transaction.commit();
  });
}

}  // namespace store
