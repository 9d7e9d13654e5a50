-- Refunds, what they are known from, and what is to be told about them.
-- Money is bigint minor units; every time is timestamptz; states are text with a CHECK.

CREATE TABLE webhook_events (
    source          text        NOT NULL,
    event_id        text        NOT NULL,
    event_type      text        NOT NULL,
    refund_id       text,
    charge_id       text,
    verdict         text        NOT NULL,
    verdict_reason  text,
    evidence        text        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    body_sha256     bytea       NOT NULL,
    -- over the meaning only: a provider's own delivery counters do not make another event of it
    content_sha256  bytea       NOT NULL,
    remote_address  inet,
    CONSTRAINT webhook_events_pkey PRIMARY KEY (source, event_id),
    CONSTRAINT webhook_events_verdict_known CHECK (verdict IN
        ('applied', 'unchanged', 'stale', 'unsupported', 'quarantined', 'late')),
    CONSTRAINT webhook_events_evidence_known CHECK (evidence IN
        ('token_webhook', 'signed_webhook', 'api_read', 'statement', 'operator')),
    CONSTRAINT webhook_events_sha256_length CHECK
        (octet_length(body_sha256) = 32 AND octet_length(content_sha256) = 32)
);
CREATE INDEX webhook_events_refund ON webhook_events (source, refund_id) WHERE refund_id IS NOT NULL;

-- The bytes as received. No primary key: a conflicting duplicate is kept beside the first.
CREATE TABLE webhook_payloads (
    source       text        NOT NULL,
    event_id     text        NOT NULL,
    received_at  timestamptz NOT NULL,
    headers      jsonb       NOT NULL,
    body         bytea       NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX webhook_payloads_event ON webhook_payloads (source, event_id);
-- Stays empty while the daemon makes the months ahead; without it a missed month would refuse events.
CREATE TABLE webhook_payloads_default PARTITION OF webhook_payloads DEFAULT;

CREATE TABLE charges (
    source          text        NOT NULL,
    charge_id       text        NOT NULL,
    livemode        boolean     NOT NULL,
    order_id        text,
    status          text,
    amount_minor    bigint,
    currency        text,
    payment_method  text,
    charged_at      timestamptz,
    updated_at      timestamptz NOT NULL,
    -- which report each fact comes from, for the store alone
    report_keys     text        NOT NULL,
    revision        bigint      NOT NULL,
    CONSTRAINT charges_pkey PRIMARY KEY (source, charge_id),
    CONSTRAINT charges_status_known CHECK (status IN
        ('pending', 'successful', 'failed', 'reversed', 'expired')),
    CONSTRAINT charges_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT charges_amount_has_currency CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT charges_currency_shape CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX charges_order ON charges (order_id, livemode) WHERE order_id IS NOT NULL;

CREATE TABLE refunds (
    source             text        NOT NULL,
    refund_id          text        NOT NULL,
    charge_id          text,
    order_id           text,
    livemode           boolean     NOT NULL,
    status             text        NOT NULL,
    action_required    boolean     NOT NULL,
    voided             boolean     NOT NULL,
    provider_status    text        NOT NULL,
    amount_minor       bigint,
    currency           text,
    reason             text,
    failure_code       text,
    failure_message    text,
    metadata           jsonb,
    evidence           text        NOT NULL,
    occurred_at        timestamptz NOT NULL,
    requested_at       timestamptz NOT NULL,
    first_seen_at      timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    last_event_id      text        NOT NULL,
    -- the order that the refund itself names; order_id is that, else its charge's
    reported_order_id  text,
    episode            integer     NOT NULL,
    report_keys        text        NOT NULL,
    -- the newest line of its audit chain and the number of lines
    audit_hash         bytea       NOT NULL,
    audit_length       bigint      NOT NULL,
    revision           bigint      NOT NULL,
    CONSTRAINT refunds_pkey PRIMARY KEY (source, refund_id),
    CONSTRAINT refunds_status_known CHECK (status IN
        ('pending', 'successful', 'failed', 'canceled')),
    CONSTRAINT refunds_action_only_while_pending CHECK (NOT action_required OR status = 'pending'),
    CONSTRAINT refunds_voided_is_successful CHECK (NOT voided OR status = 'successful'),
    CONSTRAINT refunds_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT refunds_amount_has_currency CHECK ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT refunds_currency_shape CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT refunds_evidence_known CHECK (evidence IN
        ('token_webhook', 'signed_webhook', 'api_read', 'statement', 'operator'))
);
CREATE INDEX refunds_charge ON refunds (source, charge_id) WHERE charge_id IS NOT NULL;
CREATE INDEX refunds_order ON refunds (order_id, livemode) WHERE order_id IS NOT NULL;

CREATE TABLE orders (
    order_id              text        NOT NULL,
    livemode              boolean     NOT NULL,
    status                text        NOT NULL,
    total_known           boolean     NOT NULL,
    currency              text,
    total_minor           bigint,
    refunded_minor        bigint      NOT NULL,
    pending_minor         bigint      NOT NULL,
    customer_email        text,
    customer_locale       text,
    updated_at            timestamptz NOT NULL,
    -- as the merchant's own books say it; else the total is the sum of its charges
    imported_total_minor  bigint,
    imported_currency     text,
    revision              bigint      NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (order_id, livemode),
    CONSTRAINT orders_status_known CHECK (status IN
        ('paid', 'refund_failed', 'refund_pending', 'partially_refunded', 'refunded')),
    CONSTRAINT orders_total_known_has_total CHECK (total_known = (total_minor IS NOT NULL)),
    CONSTRAINT orders_refunded_is_proved CHECK (status <> 'refunded' OR total_known),
    CONSTRAINT orders_sums_not_negative CHECK (refunded_minor >= 0 AND pending_minor >= 0),
    CONSTRAINT orders_total_positive CHECK (total_minor > 0),
    CONSTRAINT orders_imported_total_positive CHECK (imported_total_minor > 0),
    CONSTRAINT orders_imported_total_has_currency CHECK
        ((imported_total_minor IS NULL) = (imported_currency IS NULL))
);

CREATE TABLE refund_audit (
    audit_id       bigint      GENERATED ALWAYS AS IDENTITY,
    recorded_at    timestamptz NOT NULL,
    occurred_at    timestamptz NOT NULL,
    source         text        NOT NULL,
    refund_id      text        NOT NULL,
    charge_id      text,
    order_id       text,
    event_id       text        NOT NULL,
    evidence       text        NOT NULL,
    verdict        text        NOT NULL,
    status_before  text,
    status_after   text        NOT NULL,
    amount_minor   bigint,
    currency       text,
    reason         text,
    user_id        text,
    ip_address     inet,
    user_agent     text,
    notes          text,
    -- its place in its refund's chain, from 1
    chain_index    bigint      NOT NULL,
    previous_hash  bytea       NOT NULL,
    entry_hash     bytea       NOT NULL,
    CONSTRAINT refund_audit_pkey PRIMARY KEY (audit_id),
    CONSTRAINT refund_audit_chain UNIQUE (source, refund_id, chain_index),
    CONSTRAINT refund_audit_hash_length CHECK
        (octet_length(previous_hash) = 32 AND octet_length(entry_hash) = 32)
);

CREATE TABLE outbox_messages (
    message_id          uuid        NOT NULL,
    audience            text        NOT NULL,
    template            text        NOT NULL,
    priority            text        NOT NULL,
    source              text        NOT NULL,
    refund_id           text,
    order_id            text,
    livemode            boolean     NOT NULL,
    episode             text        NOT NULL,
    payload             jsonb       NOT NULL,
    state               text        NOT NULL,
    attempts            integer     NOT NULL DEFAULT 0,
    next_attempt_at     timestamptz NOT NULL,
    leased_until        timestamptz,
    last_error          text,
    created_at          timestamptz NOT NULL,
    sent_at             timestamptz,
    external_reference  text,
    CONSTRAINT outbox_messages_pkey PRIMARY KEY (message_id),
    CONSTRAINT outbox_messages_audience_known CHECK (audience IN ('customer', 'support', 'finance')),
    CONSTRAINT outbox_messages_priority_known CHECK (priority IN ('normal', 'high')),
    CONSTRAINT outbox_messages_state_known CHECK (state IN
        ('pending', 'sent', 'superseded', 'suppressed', 'dead'))
);
CREATE UNIQUE INDEX outbox_messages_once ON outbox_messages
    (source, coalesce(refund_id, ''), audience, template, episode);
CREATE INDEX outbox_messages_due ON outbox_messages (next_attempt_at) WHERE state = 'pending';

CREATE TABLE anomalies (
    anomaly_id   bigint      GENERATED ALWAYS AS IDENTITY,
    detected_at  timestamptz NOT NULL,
    kind         text        NOT NULL,
    source       text        NOT NULL,
    refund_id    text,
    charge_id    text,
    order_id     text,
    event_id     text,
    -- what makes two sightings the same anomaly
    subject      text        NOT NULL,
    details      jsonb       NOT NULL,
    resolved_at  timestamptz,
    resolved_by  text,
    CONSTRAINT anomalies_pkey PRIMARY KEY (anomaly_id),
    CONSTRAINT anomalies_once UNIQUE (source, kind, subject),
    CONSTRAINT anomalies_kind_known CHECK (kind IN
        ('over_refund', 'currency_mismatch', 'amount_changed', 'charge_changed', 'order_changed',
         'contradicting_outcome', 'non_positive_amount', 'below_minimum', 'too_many_refunds',
         'past_window', 'suspected_duplicate_refund', 'unknown_order', 'charge_not_successful',
         'mode_mismatch', 'conflicting_duplicate', 'late_signature', 'unsupported_status',
         'undecodable_event', 'stuck_pending')),
    CONSTRAINT anomalies_resolved_by_somebody CHECK ((resolved_at IS NULL) = (resolved_by IS NULL))
);
CREATE INDEX anomalies_refund ON anomalies (source, refund_id) WHERE refund_id IS NOT NULL;
