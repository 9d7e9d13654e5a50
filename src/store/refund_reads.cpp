#include "store/refund_reads.hpp"

#include "store/rows.hpp"
#include "store/transaction.hpp"

namespace store {
namespace {

constexpr Prepared k_schedule_pending{"schedule_pending", R"(
INSERT INTO refund_reads (source, refund_id, next_read_at, first_due_at)
SELECT r.source, r.refund_id, d.due_at, greatest(d.due_at, $5::timestamptz)
  FROM refunds r
  LEFT JOIN LATERAL (
       SELECT payment_method
         FROM charges
        WHERE source = r.source AND charge_id = r.charge_id
       OFFSET 0) c ON true
  LEFT JOIN (SELECT unnest($1::text[]) AS method, unnest($2::bigint[]) AS seconds) m
         ON m.method = c.payment_method
 CROSS JOIN LATERAL (
       SELECT r.requested_at + coalesce(m.seconds, $3::bigint) * interval '1 second' AS due_at) d
 WHERE r.status = 'pending' AND r.source = $4::text
   AND NOT EXISTS (SELECT FROM refund_reads
                    WHERE refund_id = r.refund_id AND source = r.source)
    ON CONFLICT DO NOTHING
RETURNING 1)"};

// Before all that are due by their schedule: somebody waits. A refund that was read after its
// message was held, or after the late event came, keeps its place.
constexpr Prepared k_schedule_urgent{"schedule_urgent", R"(
INSERT INTO refund_reads AS a (source, refund_id, next_read_at, first_due_at)
SELECT $1::text, refund_id, $3::timestamptz, $2::timestamptz
  FROM (SELECT refund_id, max(since) AS since
          FROM (SELECT refund_id, held_since AS since
                  FROM outbox_messages
                 WHERE state = 'pending' AND held_since IS NOT NULL AND source = $1::text
                 UNION ALL
                SELECT refund_id, detected_at
                  FROM anomalies
                 WHERE kind = 'late_signature' AND resolved_at IS NULL AND source = $1::text
                   AND refund_id IS NOT NULL) waiting
         GROUP BY refund_id) n
 WHERE NOT EXISTS (SELECT FROM refund_reads
                    WHERE refund_id = n.refund_id AND source = $1::text
                      AND (last_read_at >= n.since OR next_read_at <= $2::timestamptz))
    ON CONFLICT (refund_id, source) DO UPDATE
   SET next_read_at = $3::timestamptz, first_due_at = $2::timestamptz, reads = 0,
       given_up_at = NULL
 WHERE a.next_read_at IS NULL OR a.next_read_at > $2::timestamptz
RETURNING 1)"};

constexpr Prepared k_claim{"claim_due_reads", R"(
UPDATE refund_reads a
   SET next_read_at = $4::timestamptz
  FROM (SELECT refund_id, source
          FROM refund_reads
         WHERE next_read_at <= $3::timestamptz AND source = $1::text
         ORDER BY next_read_at
         LIMIT $2::bigint
           FOR UPDATE SKIP LOCKED) d
 WHERE a.refund_id = d.refund_id AND a.source = d.source
RETURNING a.refund_id, a.reads, a.last_error, a.first_due_at)"};

constexpr Prepared k_find_held{"find_held_refunds", R"(
SELECT k.refund_id, r.status, r.action_required, r.voided, r.occurred_at, r.evidence,
       r.last_event_id, r.updated_at, r.amount_minor, r.currency,
       coalesce(r.charge_id, e.charge_id) AS charge_id, c.payment_method,
       c.amount_minor IS NOT NULL AS charge_is_known
  FROM (SELECT unnest($1::text[]) AS refund_id) k
  LEFT JOIN LATERAL (
       SELECT status, action_required, voided, occurred_at, evidence, last_event_id, updated_at,
              amount_minor, currency, charge_id
         FROM refunds
        WHERE source = $2::text AND refund_id = k.refund_id
       OFFSET 0) r ON true
  LEFT JOIN LATERAL (
       SELECT charge_id
         FROM webhook_events
        WHERE refund_id = k.refund_id AND source = $2::text AND charge_id IS NOT NULL
        LIMIT 1) e ON true
  LEFT JOIN LATERAL (
       SELECT payment_method, amount_minor
         FROM charges
        WHERE source = $2::text AND charge_id = coalesce(r.charge_id, e.charge_id)
       OFFSET 0) c ON true)"};

constexpr Prepared k_give_back{"give_back_reads", R"(
UPDATE refund_reads
   SET next_read_at = $3::timestamptz
 WHERE refund_id = ANY ($1::text[]) AND source = $2::text AND next_read_at IS NOT NULL)"};

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

constexpr Prepared k_ask_soon{"ask_soon", R"(
INSERT INTO refund_reads (source, refund_id, next_read_at, first_due_at)
SELECT $2::text, unnest($1::text[]), $3::timestamptz, $3::timestamptz
    ON CONFLICT DO NOTHING)"};

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
                 AND d.source = n.source AND d.refund_id = n.refund_id
                 AND d.status = r.status AND d.action_required = r.action_required
              OFFSET 0) a))
   AND resolved_at IS NULL)"};

// Longer than any schedule.
constexpr std::chrono::days k_ahead{366};

HeldRefund read_held(const pqxx::row& row) {
  HeldRefund held;
  held.status =
      require(domain::parse_refund_status(row["status"].as<std::string>()), "refunds.status");
  held.action_required = row["action_required"].as<bool>();
  held.voided = row["voided"].as<bool>();
  held.key.terminal = is_terminal(held.status);
  held.key.occurred_at = require(read_time(row["occurred_at"]), "refunds.occurred_at");
  held.key.status_rank = domain::status_rank(held.status, held.action_required);
  held.key.evidence =
      require(domain::parse_evidence(row["evidence"].as<std::string>()), "refunds.evidence");
  held.key.event_id = row["last_event_id"].as<std::string>();
  held.updated_at = require(read_time(row["updated_at"]), "refunds.updated_at");
  held.amount = read_money(row["amount_minor"], row["currency"]);
  held.charge_id = read_text_or_empty(row["charge_id"]);
  held.charge_is_known = row["charge_is_known"].as<bool>();
  return held;
}

pqxx::result find_held(Transaction& transaction, const std::string& source,
                       const std::vector<std::string>& refund_ids) {
  Columns columns{Type::text};
  for (const std::string& refund_id : refund_ids) {
    columns.add_row(refund_id);
  }
  Parameters parameters;
  append(parameters, columns);
  append(parameters, source);
  return transaction.run(k_find_held, parameters);
}

void let_go(Transaction& transaction, const std::string& source, Columns refund_ids,
            domain::Time now) {
  Parameters parameters;
  append(parameters, refund_ids);
  append(parameters, source);
  append(parameters, binary(now));
  transaction.run(k_release, parameters);
  transaction.run(k_resolve, parameters);
}

std::string big_endian(std::int64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> static_cast<unsigned>(shift));
  }
  return bytes;
}

}  // namespace

int schedule_reads(Connection& connection, const std::string& source, const FirstRead& first,
                   domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Columns methods{Type::text, Type::bigint};
    for (const auto& [method, delay] : first.delay_by_method) {
      methods.add_row(method, static_cast<std::int64_t>(delay.count()));
    }
    Parameters parameters;
    append(parameters, methods);
    append(parameters, big_endian(first.delay.count()));
    append(parameters, source);
    append(parameters, binary(now));
    auto count = transaction.run(k_schedule_pending, parameters).size();
    Parameters urgent;
    append(urgent, source);
    append(urgent, binary(now));
    append(urgent, binary(now - k_ahead));
    count += transaction.run(k_schedule_urgent, urgent).size();
    transaction.commit();
    return static_cast<int>(count);
  });
}

std::vector<DueRead> claim_due_reads(Connection& connection, const std::string& source, int limit,
                                     std::chrono::seconds lease, domain::Time now) {
  return in_transaction(connection, [&](Transaction& transaction) {
    Parameters parameters;
    append(parameters, source);
    append(parameters, big_endian(limit));
    append(parameters, binary(now));
    append(parameters, binary(now + lease));
    std::vector<DueRead> due;
    std::vector<std::string> refund_ids;
    std::map<std::string, std::size_t> places;
    for (const auto& row : transaction.run(k_claim, parameters)) {
      DueRead read;
      read.refund_id = row["refund_id"].as<std::string>();
      read.reads = row["reads"].as<int>();
      read.last_error = read_text_or_empty(row["last_error"]);
      read.first_due_at = require(read_time(row["first_due_at"]), "refund_reads.first_due_at");
      places[read.refund_id] = due.size();
      refund_ids.push_back(read.refund_id);
      due.push_back(std::move(read));
    }
    if (!due.empty()) {
      for (const auto& row : find_held(transaction, source, refund_ids)) {
        DueRead& read = due[places.at(row["refund_id"].as<std::string>())];
        read.charge_id = read_text_or_empty(row["charge_id"]);
        read.payment_method = read_text_or_empty(row["payment_method"]);
        if (!row["status"].is_null()) {
          read.held = read_held(row);
        }
      }
    }
    transaction.commit();
    return due;
  });
}

void give_back_reads(Connection& connection, const std::string& source,
                     const std::vector<std::string>& refund_ids, domain::Time at) {
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text};
    for (const std::string& refund_id : refund_ids) {
      columns.add_row(refund_id);
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    append(parameters, binary(at));
    transaction.run(k_give_back, parameters);
    transaction.commit();
  });
}

std::map<std::string, HeldRefund> find_held_refunds(Connection& connection,
                                                    const std::string& source,
                                                    const std::vector<std::string>& refund_ids) {
  return in_transaction(connection, [&](Transaction& transaction) {
    std::map<std::string, HeldRefund> held;
    for (const auto& row : find_held(transaction, source, refund_ids)) {
      if (!row["status"].is_null()) {
        held.emplace(row["refund_id"].as<std::string>(), read_held(row));
      }
    }
    return held;
  });
}

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
    Columns refund_ids{Type::text};
    refund_ids.add_row(note.refund_id);
    let_go(transaction, source, std::move(refund_ids), now);
    transaction.commit();
  });
}

void ask_soon(Connection& connection, const std::string& source,
              const std::vector<std::string>& refund_ids, domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    Columns columns{Type::text};
    for (const std::string& refund_id : refund_ids) {
      columns.add_row(refund_id);
    }
    Parameters parameters;
    append(parameters, columns);
    append(parameters, source);
    append(parameters, binary(now));
    transaction.run(k_ask_soon, parameters);
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
