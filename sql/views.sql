-- What people read. Made again by every `refundctl migrate`, so that they always fit the tables.

DROP VIEW IF EXISTS refund_timeline;
DROP VIEW IF EXISTS charge_summary;

-- Everything that happened to a refund, one line a fact:
--   SELECT * FROM refundd.refund_timeline WHERE refund_id = 'rfnd_…' ORDER BY at;
CREATE VIEW refund_timeline AS
SELECT a.source, a.refund_id, a.charge_id, a.order_id, a.recorded_at AS at, 'audit' AS what,
       a.verdict, a.status_before, a.status_after, a.amount_minor, a.currency, a.evidence,
       a.event_id, a.notes AS text
  FROM refund_audit a
UNION ALL
SELECT e.source, e.refund_id, e.charge_id, NULL, e.received_at, 'event',
       e.verdict, NULL, NULL, NULL, NULL, e.evidence, e.event_id,
       concat_ws(': ', e.event_type, e.verdict_reason)
  FROM webhook_events e
 WHERE e.refund_id IS NOT NULL
UNION ALL
SELECT m.source, m.refund_id, m.payload ->> 'chargeId', m.order_id, m.created_at, 'message',
       m.state, NULL, NULL, (m.payload ->> 'amount')::bigint, m.payload ->> 'currency', NULL,
       m.payload ->> 'eventId', m.audience || ': ' || m.template
  FROM outbox_messages m
 WHERE m.refund_id IS NOT NULL
UNION ALL
SELECT n.source, n.refund_id, n.charge_id, n.order_id, n.detected_at, 'anomaly',
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
  FROM charges c
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
