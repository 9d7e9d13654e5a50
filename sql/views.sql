-- What people read; README documents every column. Made again by every `refundctl migrate`, so that
-- they always fit the tables.
--
-- A filter on one refund, order, charge or customer must reach an index: no DISTINCT and no
-- aggregate over more than one refund's rows stands between a column to filter by and its table.
-- The finance and support views run with their reader's rights (security_invoker): whatever they
-- name, nobody sees a column that roles.sql does not give him.

DROP VIEW IF EXISTS refund_timeline, charge_summary, finance_ledger, finance_daily_ledger,
     finance_net_effect, finance_open_exceptions, finance_pending_age, support_refunds,
     support_open_tickets, support_failures_today, refund_sources, charge_sources;

-- Which sources there are refunds of, found by a few steps along the primary key. People know an id,
-- not its source; with this small table on the other side of a join, the id alone finds its row in
-- an index that begins with the source, which PostgreSQL 15 would otherwise read from end to end.
CREATE VIEW refund_sources AS
WITH RECURSIVE known (source) AS (
     SELECT min(source) FROM refunds
     UNION ALL
     SELECT (SELECT min(source) FROM refunds WHERE source > known.source)
       FROM known
      WHERE known.source IS NOT NULL)
SELECT known.source, coalesce(s.time_zone, 'UTC') AS time_zone
  FROM known
  LEFT JOIN sources s ON s.source = known.source
 WHERE known.source IS NOT NULL;

-- The same of charges.
CREATE VIEW charge_sources AS
WITH RECURSIVE known (source) AS (
     SELECT min(source) FROM charges
     UNION ALL
     SELECT (SELECT min(source) FROM charges WHERE source > known.source)
       FROM known
      WHERE known.source IS NOT NULL)
SELECT source FROM known WHERE source IS NOT NULL;

-- Everything that happened to a refund, one line a fact:
--   SELECT * FROM refundd.refund_timeline WHERE refund_id = 'rfnd_…' ORDER BY at;
CREATE VIEW refund_timeline AS
SELECT a.source, a.refund_id, a.charge_id, a.order_id, a.recorded_at AS at, 'audit' AS what,
       a.verdict, a.status_before, a.status_after, a.amount_minor, a.currency, a.evidence,
       a.event_id, a.notes AS text
  FROM refund_sources k
  JOIN refund_audit a ON a.source = k.source
UNION ALL
SELECT e.source, e.refund_id, e.charge_id, NULL, e.received_at, 'event',
       e.verdict, NULL, NULL, NULL, NULL, e.evidence, e.event_id,
       concat_ws(': ', e.event_type, e.verdict_reason)
  FROM webhook_events e
 WHERE e.refund_id IS NOT NULL
UNION ALL
SELECT m.source, m.refund_id, (m.payload ->> 'chargeId') COLLATE "C", m.order_id COLLATE "C",
       m.created_at, 'message',
       m.state, NULL, NULL, (m.payload ->> 'amount')::bigint, m.payload ->> 'currency', NULL,
       m.payload ->> 'eventId', m.audience || ': ' || m.template
  FROM outbox_messages m
 WHERE m.refund_id IS NOT NULL
UNION ALL
SELECT n.source, n.refund_id, n.charge_id COLLATE "C", n.order_id COLLATE "C", n.detected_at,
       'anomaly',
       CASE WHEN n.resolved_at IS NULL THEN 'open' ELSE 'resolved' END, NULL, NULL, NULL, NULL,
       NULL, n.event_id, n.kind
  FROM anomalies n
 WHERE n.refund_id IS NOT NULL;

-- What is left of each charge, in minor units. While a charge's own amount is unknown its original,
-- remaining and percentage are NULL and it is never "fully refunded". Sums that 64 bits do not hold
-- stay at the limit.
CREATE VIEW charge_summary AS
SELECT c.source, c.charge_id, c.livemode, c.order_id,
       c.amount_minor AS original_amount,
       r.refunded_amount, r.pending_amount,
       CASE WHEN c.amount_minor IS NOT NULL
            THEN greatest(c.amount_minor::numeric - r.refunded_amount - r.pending_amount,
                          -9223372036854775807)::bigint
        END AS remaining_amount,
       r.refund_count,
       coalesce(r.refunded_amount >= c.amount_minor, false) AS fully_refunded,
       round(100::numeric * r.refunded_amount / c.amount_minor, 2) AS refunded_percentage,
       r.currency
  FROM charge_sources k
  JOIN charges c ON c.source = k.source
 CROSS JOIN LATERAL (
       SELECT least(coalesce(sum(amount_minor) FILTER (WHERE status = 'successful' AND same), 0),
                    9223372036854775807)::bigint AS refunded_amount,
              least(coalesce(sum(amount_minor) FILTER (WHERE status = 'pending' AND same), 0),
                    9223372036854775807)::bigint AS pending_amount,
              count(*) AS refund_count,
              coalesce(c.currency, min(first_currency)) AS currency
         FROM (SELECT f.amount_minor, f.status, x.first_currency,
                      f.currency = coalesce(c.currency, x.first_currency) AS same
                 FROM refunds f
                CROSS JOIN LATERAL (
                      SELECT g.currency AS first_currency
                        FROM refunds g
                       WHERE g.source = c.source AND g.charge_id = c.charge_id
                       ORDER BY g.currency IS NULL, g.refund_id COLLATE "C"
                       LIMIT 1) x
                WHERE f.source = c.source AND f.charge_id = c.charge_id) counted) r;

-- The ledger's lines: one for each refund that enters a status (refund_count 1) and one for each that
-- leaves it (-1, and the amount with a minus). So a reversal is a line of its own day, and the sum of
-- all lines up to a day is what stood in each status at its end.
--
-- A line's day is the one on which the fact occurred, in the source's time zone; what becomes known
-- after that day was closed belongs to the next one that is closed (0006_reconciliation.sql), or to
-- the first that is still open. So a day that is closed never changes.
--
-- The amount after an entry is that of the last one that was applied; before any was, the first that
-- was told at all. A report that came too late to be applied does not move money here: where it
-- names another amount, that is the exception amount_changed.
CREATE VIEW finance_ledger WITH (security_invoker = true) AS
SELECT coalesce(sealed.day, greatest(o.day, open.day)) AS day, e.source, r.livemode, l.currency,
       l.status, l.reason,
       CASE WHEN e.status_before IS NULL THEN 'first_seen'
            WHEN e.status_before <> e.status_after THEN 'status'
            WHEN (b.amount_minor, b.currency) IS DISTINCT FROM (a.amount_minor, a.currency)
            THEN 'amount'
            ELSE 'reason'
        END AS cause,
       l.refund_count, l.amount_minor, e.refund_id, r.charge_id, r.order_id, e.recorded_at,
       e.occurred_at, e.evidence, e.event_id, e.audit_id
  FROM refund_sources k
  JOIN refunds r ON r.source = k.source
  JOIN refund_audit e ON e.source = r.source AND e.refund_id = r.refund_id
 CROSS JOIN LATERAL (SELECT (e.occurred_at AT TIME ZONE k.time_zone)::date AS day) o
  LEFT JOIN LATERAL (
       SELECT d.day
         FROM ledger_days d
        WHERE d.source = e.source AND d.audit_to >= e.audit_id AND d.ends_at > e.occurred_at
          -- follows from ends_at, but for a time zone that was changed; the primary key knows it
          AND d.day >= o.day - 1
        ORDER BY d.day
        LIMIT 1) sealed ON true
  LEFT JOIN LATERAL (
       SELECT d.day + 1 AS day
         FROM ledger_days d
        WHERE d.source = e.source
        ORDER BY d.day DESC
        LIMIT 1) open ON true
  LEFT JOIN refund_audit p
    ON p.source = r.source AND p.refund_id = r.refund_id AND p.chain_index = e.chain_index - 1
  LEFT JOIN LATERAL (
       SELECT x.amount_minor, x.currency
         FROM refund_audit x
              -- not where the previous entry says it already, as it nearly always does
        WHERE p.chain_index > 0 AND (p.verdict <> 'applied' OR p.amount_minor IS NULL)
          AND x.source = r.source AND x.refund_id = r.refund_id AND x.chain_index < e.chain_index
          AND x.amount_minor IS NOT NULL AND x.verdict IN ('applied', 'unchanged', 'stale')
        ORDER BY x.verdict = 'applied' DESC,
                 CASE WHEN x.verdict = 'applied' THEN -x.chain_index ELSE x.chain_index END
        LIMIT 1) f ON true
 CROSS JOIN LATERAL (
       SELECT CASE WHEN p.verdict = 'applied' THEN coalesce(p.amount_minor, f.amount_minor)
                   ELSE f.amount_minor END AS amount_minor,
              CASE WHEN p.verdict = 'applied' THEN coalesce(p.currency, f.currency)
                   ELSE f.currency END AS currency) b
 CROSS JOIN LATERAL (
       SELECT CASE WHEN takes THEN e.amount_minor ELSE b.amount_minor END AS amount_minor,
              CASE WHEN takes THEN e.currency ELSE b.currency END AS currency
         FROM (SELECT e.amount_minor IS NOT NULL
                      AND (e.verdict = 'applied'
                           OR (b.amount_minor IS NULL AND e.verdict IN ('unchanged', 'stale')))
                      AS takes) x) a
 CROSS JOIN LATERAL (
       VALUES (-1, e.status_before, p.reason, b.currency, -b.amount_minor),
              (1, e.status_after, e.reason, a.currency, a.amount_minor)
       ) l (refund_count, status, reason, currency, amount_minor)
 WHERE l.status IS NOT NULL
   AND (e.status_before, p.reason, b.currency, b.amount_minor)
       IS DISTINCT FROM (e.status_after, e.reason, a.currency, a.amount_minor);

CREATE VIEW finance_daily_ledger WITH (security_invoker = true) AS
SELECT day, source, livemode, currency, status, reason,
       CASE WHEN refund_count > 0 THEN 'in' ELSE 'out' END AS direction,
       sum(refund_count) AS refund_count, sum(amount_minor) AS amount_minor
  FROM finance_ledger
 GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- What refunds took from each day's money.
CREATE VIEW finance_net_effect WITH (security_invoker = true) AS
SELECT day, source, livemode, currency,
       count(*) FILTER (WHERE cause <> 'amount' AND refund_count > 0) AS refunded_count,
       coalesce(sum(amount_minor) FILTER (WHERE cause <> 'amount' AND refund_count > 0), 0)
           AS refunded_minor,
       count(*) FILTER (WHERE cause <> 'amount' AND refund_count < 0) AS reversed_count,
       coalesce(-sum(amount_minor) FILTER (WHERE cause <> 'amount' AND refund_count < 0), 0)
           AS reversed_minor,
       coalesce(sum(amount_minor) FILTER (WHERE cause = 'amount'), 0) AS corrected_minor,
       coalesce(sum(amount_minor), 0) AS net_minor
  FROM finance_ledger
 WHERE status = 'successful' AND cause <> 'reason'
 GROUP BY 1, 2, 3, 4;

-- What finance must look at: anomalies of the kinds that concerns_finance in src/domain/anomaly.cpp
-- names, and what reconciliation leaves open but for what time mends.
CREATE VIEW finance_open_exceptions WITH (security_invoker = true) AS
SELECT 'anomaly' AS origin, a.anomaly_id AS exception_id, a.kind, a.source,
       coalesce(r.livemode, s.livemode) AS livemode, a.refund_id,
       a.charge_id COLLATE "C" AS charge_id, a.order_id COLLATE "C" AS order_id, a.event_id, a.details ->> 'expected' AS expected,
       a.details ->> 'found' AS found, r.amount_minor::bigint AS amount_minor,
       r.currency::text AS currency, a.detected_at, now() - a.detected_at AS age
  FROM anomalies a
  LEFT JOIN refunds r ON r.source = a.source AND r.refund_id = a.refund_id
  LEFT JOIN sources s ON s.source = a.source
 WHERE a.resolved_at IS NULL
   AND a.kind IN ('over_refund', 'currency_mismatch', 'amount_changed', 'contradicting_outcome',
                  'non_positive_amount', 'suspected_duplicate_refund', 'provider_disagrees',
                  'unknown_to_provider', 'unconfirmed')
UNION ALL
SELECT 'reconciliation', i.item_id, i.kind::text COLLATE "C", i.source,
       coalesce(r.livemode, s.livemode), i.refund_id, r.charge_id, r.order_id, NULL, i.expected,
       i.found, i.amount_minor::bigint, i.currency::text, i.detected_at, now() - i.detected_at
  FROM reconciliation_items i
  LEFT JOIN refunds r ON r.source = i.source AND r.refund_id = i.refund_id
  LEFT JOIN sources s ON s.source = i.source
 WHERE i.state = 'open' AND i.kind <> 'timing';

CREATE VIEW finance_pending_age WITH (security_invoker = true) AS
SELECT r.source, r.livemode, r.refund_id, r.charge_id, r.order_id, r.amount_minor, r.currency,
       r.reason, r.action_required, r.requested_at, now() - r.requested_at AS age,
       CASE WHEN r.requested_at > now() - interval '1 day' THEN 'under 1 day'
            WHEN r.requested_at > now() - interval '5 days' THEN '1 to 5 days'
            WHEN r.requested_at > now() - interval '10 days' THEN '5 to 10 days'
            WHEN r.requested_at > now() - interval '30 days' THEN '10 to 30 days'
            ELSE 'over 30 days'
        END AS bucket
  FROM refund_sources k
  JOIN refunds r ON r.source = k.source
 WHERE r.status = 'pending';

-- One row a refund, with what support is asked on the telephone.
CREATE VIEW support_refunds WITH (security_invoker = true) AS
SELECT r.source, r.refund_id, r.charge_id, r.order_id, r.livemode,
       lower(o.customer_email) AS customer_email, o.customer_locale, r.status,
       r.action_required, r.voided, r.amount_minor, r.currency, r.reason, r.failure_code,
       r.failure_message, r.requested_at, r.occurred_at, r.updated_at, r.evidence,
       c.payment_method, o.status AS order_status, t.template AS told, t.state AS told_state,
       t.sent_at AS told_at, n.open_anomalies, q.last_read_at, q.next_read_at
  FROM refund_sources k
  JOIN refunds r ON r.source = k.source
  LEFT JOIN orders o ON o.order_id = r.order_id AND o.livemode = r.livemode
  LEFT JOIN charges c ON c.source = r.source AND c.charge_id = r.charge_id
  LEFT JOIN refund_reads q ON q.refund_id = r.refund_id AND q.source = r.source
  LEFT JOIN LATERAL (
       SELECT m.template, m.state, m.sent_at
         FROM outbox_messages m
        WHERE m.refund_id = r.refund_id AND m.source = r.source AND m.audience = 'customer'
          AND m.state <> 'superseded'
        ORDER BY m.created_at DESC, m.message_id DESC
        LIMIT 1) t ON true
 CROSS JOIN LATERAL (
       SELECT count(*) AS open_anomalies
         FROM anomalies a
        WHERE a.refund_id = r.refund_id AND a.source = r.source AND a.resolved_at IS NULL) n;

-- What support has been told and what still holds: open anomalies, and outcomes of refunds that are
-- as they were told (still_holds in src/domain/message_truth.cpp). A refund that came to nothing is
-- over when another of the same charge and amount was requested after it and has not failed too.
CREATE VIEW support_open_tickets WITH (security_invoker = true) AS
SELECT m.template AS ticket, m.priority::text AS priority, m.source, m.refund_id, r.charge_id,
       r.order_id, r.livemode, lower(o.customer_email) AS customer_email,
       r.amount_minor::bigint AS amount_minor, r.currency::text AS currency,
       NULL::text AS expected,
       concat_ws(': ', r.failure_code, r.failure_message) AS found,
       m.payload ->> 'nextStep' AS next_step, m.created_at AS opened_at,
       now() - m.created_at AS age, m.state::text AS message_state, m.external_reference,
       m.message_id, NULL::bigint AS anomaly_id
  FROM refund_sources k
  JOIN refunds r ON r.source = k.source
  JOIN outbox_messages m ON m.refund_id = r.refund_id AND m.source = r.source
  LEFT JOIN orders o ON o.order_id = r.order_id AND o.livemode = r.livemode
 WHERE m.audience = 'support' AND m.state IN ('pending', 'sent', 'dead')
   AND CASE m.template
       WHEN 'refund_requires_action' THEN r.action_required
       WHEN 'refund_failed' THEN r.status = 'failed' AND m.episode = r.episode::text
       WHEN 'refund_canceled' THEN r.status = 'canceled' AND m.episode = r.episode::text
       WHEN 'refund_reversed' THEN r.status IN ('failed', 'canceled')
       ELSE false
       END
   AND (r.action_required
        OR NOT EXISTS (SELECT FROM refunds x
                        WHERE x.source = r.source AND x.charge_id = r.charge_id
                          AND x.amount_minor = r.amount_minor AND x.currency = r.currency
                          AND x.requested_at > r.requested_at
                          AND x.status IN ('pending', 'successful')))
UNION ALL
SELECT 'anomaly_' || a.kind, m.priority::text, a.source, a.refund_id, a.charge_id COLLATE "C",
       a.order_id COLLATE "C", coalesce(m.livemode, s.livemode),
       lower(o.customer_email), r.amount_minor::bigint, r.currency::text,
       a.details ->> 'expected', a.details ->> 'found', m.next_step, a.detected_at,
       now() - a.detected_at, m.state::text, m.external_reference, m.message_id, a.anomaly_id
  FROM anomalies a
  LEFT JOIN refunds r ON r.source = a.source AND r.refund_id = a.refund_id
  LEFT JOIN sources s ON s.source = a.source
  LEFT JOIN LATERAL (
       SELECT x.priority, x.livemode, x.payload ->> 'nextStep' AS next_step, x.state,
              x.external_reference, x.message_id, x.created_at
         FROM outbox_messages x
        WHERE x.refund_id = a.refund_id AND x.source = a.source AND x.audience = 'support'
          AND ((x.template = 'anomaly_' || a.kind AND x.episode = a.subject)
               -- what waits too long is told again and again, under its own name
               OR x.template = a.kind)
       UNION ALL
       SELECT x.priority, x.livemode, x.payload ->> 'nextStep', x.state, x.external_reference,
              x.message_id, x.created_at
         FROM outbox_messages x
        WHERE a.refund_id IS NULL AND x.refund_id IS NULL AND x.source = a.source
          AND x.audience = 'support' AND x.template = 'anomaly_' || a.kind
          AND x.episode = a.subject
        ORDER BY created_at DESC
        LIMIT 1) m ON true
  LEFT JOIN orders o
    ON o.order_id = a.order_id AND o.livemode = coalesce(r.livemode, s.livemode, true)
 WHERE a.resolved_at IS NULL;

-- Refunds that failed today, also those that have recovered since. No zone's today began earlier
-- than 26 hours ago, which is what an index can be asked.
CREATE VIEW support_failures_today WITH (security_invoker = true) AS
SELECT r.source, r.refund_id, r.charge_id, r.order_id, r.livemode,
       lower(o.customer_email) AS customer_email, e.recorded_at AS failed_at,
       e.status_before, r.status, r.amount_minor, r.currency, r.failure_code, r.failure_message,
       e.event_id
  FROM refund_sources k
  JOIN refunds r ON r.source = k.source
  JOIN refund_audit e ON e.source = r.source AND e.refund_id = r.refund_id
  LEFT JOIN orders o ON o.order_id = r.order_id AND o.livemode = r.livemode
 WHERE e.status_after = 'failed' AND e.status_before IS DISTINCT FROM 'failed'
   AND e.recorded_at >= now() - interval '26 hours'
   AND (e.recorded_at AT TIME ZONE k.time_zone)::date = (now() AT TIME ZONE k.time_zone)::date;
