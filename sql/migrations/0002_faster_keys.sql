-- The same rows at less cost for each event. On full tables it rebuilds indexes under an exclusive
-- lock: minutes for millions of rows.

-- Views name the columns; migrate makes them again.
DROP VIEW IF EXISTS refund_timeline, charge_summary;

-- What a column may hold is said by its type: a CHECK of the table is parsed and planned anew by every
-- statement that writes the table, a seventh of what a small batch cost; that of a type is kept.
-- Rules between columns stay with the table.
CREATE DOMAIN refund_status AS text CONSTRAINT refund_status_known
    CHECK (VALUE IN ('pending', 'successful', 'failed', 'canceled'));
CREATE DOMAIN charge_status AS text CONSTRAINT charge_status_known
    CHECK (VALUE IN ('pending', 'successful', 'failed', 'reversed', 'expired'));
CREATE DOMAIN order_status AS text CONSTRAINT order_status_known
    CHECK (VALUE IN ('paid', 'refund_failed', 'refund_pending', 'partially_refunded', 'refunded'));
CREATE DOMAIN event_verdict AS text CONSTRAINT event_verdict_known
    CHECK (VALUE IN ('applied', 'unchanged', 'stale', 'unsupported', 'quarantined', 'late'));
CREATE DOMAIN evidence AS text CONSTRAINT evidence_known
    CHECK (VALUE IN ('token_webhook', 'signed_webhook', 'api_read', 'statement', 'operator'));
CREATE DOMAIN message_audience AS text COLLATE "C" CONSTRAINT message_audience_known
    CHECK (VALUE IN ('customer', 'support', 'finance'));
CREATE DOMAIN message_priority AS text CONSTRAINT message_priority_known
    CHECK (VALUE IN ('normal', 'high'));
CREATE DOMAIN message_state AS text CONSTRAINT message_state_known
    CHECK (VALUE IN ('pending', 'sent', 'superseded', 'suppressed', 'dead'));
CREATE DOMAIN currency_code AS text CONSTRAINT currency_code_shape
    CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN amount_minor AS bigint CONSTRAINT amount_minor_positive CHECK (VALUE > 0);
CREATE DOMAIN sum_minor AS bigint CONSTRAINT sum_minor_not_negative CHECK (VALUE >= 0);
CREATE DOMAIN sha256_digest AS bytea CONSTRAINT sha256_digest_length CHECK (octet_length(VALUE) = 32);

ALTER TABLE webhook_events
    DROP CONSTRAINT webhook_events_verdict_known,
    DROP CONSTRAINT webhook_events_evidence_known,
    DROP CONSTRAINT webhook_events_sha256_length,
    ALTER COLUMN verdict        TYPE event_verdict,
    ALTER COLUMN evidence       TYPE evidence,
    ALTER COLUMN body_sha256    TYPE sha256_digest,
    ALTER COLUMN content_sha256 TYPE sha256_digest;
ALTER TABLE charges
    DROP CONSTRAINT charges_status_known,
    DROP CONSTRAINT charges_amount_positive,
    DROP CONSTRAINT charges_currency_shape,
    ALTER COLUMN status         TYPE charge_status,
    ALTER COLUMN amount_minor   TYPE amount_minor,
    ALTER COLUMN currency       TYPE currency_code;
ALTER TABLE refunds
    DROP CONSTRAINT refunds_status_known,
    DROP CONSTRAINT refunds_amount_positive,
    DROP CONSTRAINT refunds_currency_shape,
    DROP CONSTRAINT refunds_evidence_known,
    ALTER COLUMN status         TYPE refund_status,
    ALTER COLUMN amount_minor   TYPE amount_minor,
    ALTER COLUMN currency       TYPE currency_code,
    ALTER COLUMN evidence       TYPE evidence;
ALTER TABLE orders
    DROP CONSTRAINT orders_status_known,
    DROP CONSTRAINT orders_sums_not_negative,
    DROP CONSTRAINT orders_total_positive,
    DROP CONSTRAINT orders_imported_total_positive,
    ALTER COLUMN status               TYPE order_status,
    ALTER COLUMN total_minor          TYPE amount_minor,
    ALTER COLUMN imported_total_minor TYPE amount_minor,
    ALTER COLUMN refunded_minor       TYPE sum_minor,
    ALTER COLUMN pending_minor        TYPE sum_minor;
ALTER TABLE refund_audit
    DROP CONSTRAINT refund_audit_hash_length,
    ALTER COLUMN previous_hash  TYPE sha256_digest,
    ALTER COLUMN entry_hash     TYPE sha256_digest;
ALTER TABLE outbox_messages
    DROP CONSTRAINT outbox_messages_audience_known,
    DROP CONSTRAINT outbox_messages_priority_known,
    DROP CONSTRAINT outbox_messages_state_known,
    ALTER COLUMN audience       TYPE message_audience,
    ALTER COLUMN priority       TYPE message_priority,
    ALTER COLUMN state          TYPE message_state;

-- Ids are compared byte by byte. A language's order costs twice as much, and an index in it breaks
-- when the operating system's library changes its mind.
ALTER TABLE webhook_events
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN event_id  TYPE text COLLATE "C",
    ALTER COLUMN refund_id TYPE text COLLATE "C",
    ALTER COLUMN charge_id TYPE text COLLATE "C";
ALTER TABLE webhook_payloads
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN event_id  TYPE text COLLATE "C";
ALTER TABLE charges
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN charge_id TYPE text COLLATE "C",
    ALTER COLUMN order_id  TYPE text COLLATE "C";
ALTER TABLE refunds
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN refund_id TYPE text COLLATE "C",
    ALTER COLUMN charge_id TYPE text COLLATE "C",
    ALTER COLUMN order_id  TYPE text COLLATE "C";
ALTER TABLE orders
    ALTER COLUMN order_id  TYPE text COLLATE "C";
ALTER TABLE refund_audit
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN refund_id TYPE text COLLATE "C",
    ALTER COLUMN charge_id TYPE text COLLATE "C",
    ALTER COLUMN order_id  TYPE text COLLATE "C";
ALTER TABLE outbox_messages
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN refund_id TYPE text COLLATE "C",
    ALTER COLUMN template  TYPE text COLLATE "C",
    ALTER COLUMN episode   TYPE text COLLATE "C";
ALTER TABLE anomalies
    ALTER COLUMN source    TYPE text COLLATE "C",
    ALTER COLUMN kind      TYPE text COLLATE "C",
    ALTER COLUMN subject   TYPE text COLLATE "C",
    ALTER COLUMN refund_id TYPE text COLLATE "C";

-- Secondary indexes hold the id alone. An index that begins with the source is a trap: while the
-- tables are young, PostgreSQL takes any such index for as good as the right one and reads every
-- row of the source.
DROP INDEX webhook_events_refund;
CREATE INDEX webhook_events_refund ON webhook_events (refund_id) WHERE refund_id IS NOT NULL;
DROP INDEX webhook_payloads_event;
CREATE INDEX webhook_payloads_event ON webhook_payloads (event_id);
DROP INDEX charges_order;
CREATE INDEX charges_order ON charges (order_id) WHERE order_id IS NOT NULL;
DROP INDEX refunds_charge;
CREATE INDEX refunds_charge ON refunds (charge_id) WHERE charge_id IS NOT NULL;
DROP INDEX refunds_order;
CREATE INDEX refunds_order ON refunds (order_id) WHERE order_id IS NOT NULL;
DROP INDEX anomalies_refund;
CREATE INDEX anomalies_refund ON anomalies (refund_id) WHERE refund_id IS NOT NULL;

-- No expression to compute for each row.
DROP INDEX outbox_messages_once;
ALTER TABLE outbox_messages ADD CONSTRAINT outbox_messages_once
    UNIQUE NULLS NOT DISTINCT (refund_id, source, audience, template, episode);

-- Room on each page for the new version of a row, so that a change of state touches no index.
ALTER TABLE refunds SET (fillfactor = 60);
ALTER TABLE orders SET (fillfactor = 70);
ALTER TABLE charges SET (fillfactor = 90);

-- How many refunds and charges name the order, NULL where nobody has counted them: who has read as
-- many of them knows that he has read all.
ALTER TABLE orders
    ADD COLUMN refund_count integer,
    ADD COLUMN charge_count integer;
