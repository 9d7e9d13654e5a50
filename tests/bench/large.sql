-- A year of refunds, each told in two events, as if refundd had taken them in and had sent every
-- message.
--
--   psql --set=ON_ERROR_STOP=1 --set=refunds=10000000 --set=payload_months=12 --file=large.sql
--
-- On the empty tables of `refundctl migrate`. Indexes are taken away first and built at the end,
-- from the definitions that the schema itself has, so that they are the same as before.
SET search_path = refundd;
SET TimeZone = 'UTC';
SET maintenance_work_mem = '1GB';
SET work_mem = '256MB';

-- The months that the daemon would have made ahead in that year.
SELECT format('CREATE TABLE webhook_payloads_%s PARTITION OF webhook_payloads '
              'FOR VALUES FROM (%L) TO (%L)', to_char(month, 'YYYY_MM'), month,
              month + interval '1 month')
  FROM generate_series(date_trunc('month', now() - interval '1 year'), now(), '1 month') AS month
 WHERE to_regclass('webhook_payloads_' || to_char(month, 'YYYY_MM')) IS NULL
\gexec

CREATE TEMPORARY TABLE taken_away AS
SELECT conrelid::regclass AS relation, contype = 'f' AS is_reference,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS take_away,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid)) AS bring_back
  FROM pg_constraint
 WHERE connamespace = 'refundd'::regnamespace AND contype IN ('p', 'u', 'f') AND conparentid = 0
   AND conrelid <> 'schema_migrations'::regclass
 UNION ALL
SELECT indrelid::regclass, false, format('DROP INDEX %s', indexrelid::regclass),
       -- of a partitioned table: on its partitions, too
       replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relnamespace = 'refundd'::regnamespace AND NOT c.relispartition
   AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid);

SELECT take_away FROM taken_away ORDER BY is_reference DESC
\gexec

-- Ids look as random as the providers', and follow from the number alone.
CREATE FUNCTION pg_temp.some_id(prefix text, number bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN prefix || substr(md5(prefix || number), 1, 19);

CREATE FUNCTION pg_temp.some_hash(kind text, number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(kind || number, 'UTF8'));

-- Stage 0: it is under way; stage 1, one second later: it went through.
CREATE TEMPORARY VIEW stories AS
SELECT n, stage, 2 * n + stage AS event_number,
       pg_temp.some_id('evnt_', 2 * n + stage) AS event_id,
       pg_temp.some_id('rfnd_', n) AS refund_id, pg_temp.some_id('chrg_', n) AS charge_id,
       'order-' || n AS order_id, 2000 + n % 498001 AS amount_minor,
       date_trunc('second', now() - interval '1 year' * ((:refunds - n) / :refunds::float8))
         + interval '1 second' * stage AS occurred_at,
       CASE stage WHEN 0 THEN 'refund.create' ELSE 'refund.success' END AS event_type,
       CASE stage WHEN 0 THEN 'pending' ELSE 'closed' END AS provider_status,
       CASE stage WHEN 0 THEN 'pending' ELSE 'successful' END AS status
  FROM generate_series(1, :refunds::bigint) AS n, generate_series(0, 1) AS stage
OFFSET 0; -- each id is computed once, however often it is named

\echo webhook_events
INSERT INTO webhook_events
       (source, event_id, event_type, refund_id, charge_id, verdict, evidence, occurred_at,
        received_at, body_sha256, content_sha256, remote_address)
SELECT 'bench', event_id, event_type, refund_id, charge_id, 'applied', 'signed_webhook',
       occurred_at, occurred_at + interval '1 second', pg_temp.some_hash('body', event_number),
       pg_temp.some_hash('content', event_number), '127.0.0.1'
  FROM stories;

-- The months that are still kept.
\echo webhook_payloads
INSERT INTO webhook_payloads (source, event_id, received_at, headers, body)
SELECT 'bench', event_id, occurred_at + interval '1 second',
       format('{"host": "localhost", "user-agent": "Omise-Webhooks", "content-type": '
              '"application/json", "content-length": "1000", "omise-signature": "%s", '
              '"omise-signature-timestamp": "1700000000"}',
              encode(pg_temp.some_hash('signature', event_number), 'hex'))::jsonb,
       convert_to(format($body${
  "object": "event",
  "id": "%1$s",
  "livemode": true,
  "location": "/events/%1$s",
  "webhook_deliveries": [],
  "key": "%2$s",
  "created_at": "%3$s",
  "data": {
    "object": "refund",
    "id": "%4$s",
    "livemode": true,
    "location": "/charges/%5$s/refunds/%4$s",
    "amount": %6$s,
    "currency": "THB",
    "funding_amount": %6$s,
    "funding_currency": "THB",
    "charge": "%5$s",
    "transaction": "%7$s",
    "status": "%8$s",
    "voided": false,
    "metadata": {
      "order_id": "%9$s"
    },
    "reason": "requested by the customer",
    "acquirer_reference_number": null,
    "approval_code": null,
    "merchant_name": "Example Shop",
    "merchant_uid": "014060000000001",
    "created_at": "%3$s"
  }
}
$body$, event_id, event_type, to_char(occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), refund_id,
              charge_id, amount_minor, pg_temp.some_id('trxn_', n), provider_status, order_id),
              'UTF8')
  FROM stories
 WHERE occurred_at >= now() - :payload_months * interval '1 month';

\echo charges
INSERT INTO charges (source, charge_id, livemode, updated_at, report_keys, revision)
SELECT 'bench', charge_id, true, occurred_at, E'\t\t\t\t\t', 1
  FROM stories WHERE stage = 0;

\echo refunds
INSERT INTO refunds
       (source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
        provider_status, amount_minor, currency, reason, metadata, evidence, occurred_at,
        requested_at, first_seen_at, updated_at, last_event_id, reported_order_id, episode,
        report_keys, audit_hash, audit_length, revision)
SELECT 'bench', refund_id, charge_id, order_id, true, status, false, false, provider_status,
       amount_minor, 'THB', 'requested by the customer', jsonb_build_object('order_id', order_id),
       'signed_webhook', occurred_at, occurred_at - interval '1 second', occurred_at,
       occurred_at + interval '1 second', event_id, order_id, 1, E'\t\t\t\t',
       pg_temp.some_hash('entry', event_number), 2, 2
  FROM stories WHERE stage = 1;

\echo orders
INSERT INTO orders
       (order_id, livemode, status, total_known, currency, refunded_minor, pending_minor,
        updated_at, revision)
SELECT order_id, true, 'partially_refunded', false, 'THB', amount_minor, 0, occurred_at, 2
  FROM stories WHERE stage = 1;

\echo refund_audit
INSERT INTO refund_audit
       (recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id, evidence,
        verdict, status_before, status_after, amount_minor, currency, reason, ip_address,
        user_agent, chain_index, previous_hash, entry_hash)
SELECT occurred_at + interval '1 second', occurred_at, 'bench', refund_id, charge_id, order_id,
       event_id, 'signed_webhook', 'applied', CASE stage WHEN 1 THEN 'pending' END, status,
       amount_minor, 'THB', 'requested by the customer', '127.0.0.1', 'Omise-Webhooks', stage + 1,
       CASE stage WHEN 0 THEN decode(repeat('00', 32), 'hex')
                  ELSE pg_temp.some_hash('entry', event_number - 1) END,
       pg_temp.some_hash('entry', event_number)
  FROM stories;

\echo outbox_messages
INSERT INTO outbox_messages
       (message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
        payload, state, attempts, next_attempt_at, created_at, sent_at)
SELECT md5('message' || event_number)::uuid, 'customer', template, 'normal', 'bench', refund_id,
       order_id, true, '1',
       jsonb_build_object(
           'type', template, 'refundId', refund_id, 'chargeId', charge_id, 'orderId', order_id,
           'eventId', event_id, 'amount', amount_minor, 'currency', 'THB',
           'amountText', to_char(amount_minor / 100.0, 'FM999,990.00') || ' THB'),
       'sent', 1, occurred_at, occurred_at, occurred_at + interval '1 minute'
  FROM (SELECT *, CASE stage WHEN 0 THEN 'refund_initiated' ELSE 'refund_complete' END AS template
          FROM stories) AS told;

\echo indexes
SELECT bring_back FROM taken_away ORDER BY is_reference
\gexec

VACUUM (ANALYZE);
CHECKPOINT;
