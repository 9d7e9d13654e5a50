#include "store/refund_reads.hpp"

#include "store/held_rows.hpp"
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
// message was held, or after the late event came, keeps its place; so does one whose reading has
// failed, for a while.
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
                      AND (last_read_at >= n.since OR next_read_at <= $2::timestamptz
                           OR (last_error IS NOT NULL AND next_read_at <= $4::timestamptz)))
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

constexpr Prepared k_give_back{"give_back_reads", R"(
UPDATE refund_reads
   SET next_read_at = $3::timestamptz
 WHERE refund_id = ANY ($1::text[]) AND source = $2::text AND next_read_at IS NOT NULL)"};

constexpr Prepared k_ask_soon{"ask_soon", R"(
INSERT INTO refund_reads AS a (source, refund_id, next_read_at, first_due_at)
SELECT $2::text, unnest($1::text[]), $3::timestamptz, $3::timestamptz
    ON CONFLICT (refund_id, source) DO UPDATE
   SET next_read_at = excluded.next_read_at
 WHERE a.next_read_at IS NULL AND a.given_up_at IS NULL)"};

// Longer than any schedule.
constexpr std::chrono::days k_ahead{366};

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
    append(parameters, binary(std::int64_t{first.delay.count()}));
    append(parameters, source);
    append(parameters, binary(now));
    auto count = transaction.run(k_schedule_pending, parameters).size();
    Parameters urgent;
    append(urgent, source);
    append(urgent, binary(now));
    append(urgent, binary(now - k_ahead));
    append(urgent, binary(now + k_failed_wait_max));
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
    append(parameters, binary(std::int64_t{limit}));
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
    Parameters parameters;
    append(parameters, refund_ids);
    append(parameters, source);
    append(parameters, binary(at));
    transaction.run(k_give_back, parameters);
    transaction.commit();
  });
}

void ask_soon(Connection& connection, const std::string& source,
              const std::vector<std::string>& refund_ids, domain::Time now) {
  in_transaction(connection, [&](Transaction& transaction) {
    Parameters parameters;
    append(parameters, refund_ids);
    append(parameters, source);
    append(parameters, binary(now));
    transaction.run(k_ask_soon, parameters);
    transaction.commit();
  });
}

}  // namespace store
