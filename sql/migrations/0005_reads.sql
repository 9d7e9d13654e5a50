-- What is asked of the providers' APIs, when, and what they answered.

-- Each configured source, as its daemon was last started with it: views need its time zone.
CREATE TABLE sources (
    source      text COLLATE "C" NOT NULL,
    provider    text        NOT NULL,
    livemode    boolean     NOT NULL,
    time_zone   text        NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT sources_pkey PRIMARY KEY (source)
);

-- One row for each refund that waits for an answer of the API, or had one.
CREATE TABLE refund_reads (
    source          text COLLATE "C" NOT NULL,
    refund_id       text COLLATE "C" NOT NULL,
    -- NULL: nothing more to ask
    next_read_at    timestamptz,
    -- answers since the refund last moved: its place in the schedule
    reads           integer     NOT NULL DEFAULT 0,
    first_due_at    timestamptz NOT NULL,
    last_read_at    timestamptz,
    -- as the API last said it; NULL: it has not answered yet, or does not know the refund
    status          refund_status,
    action_required boolean,
    -- what went wrong the last time
    last_error      text,
    given_up_at     timestamptz,
    CONSTRAINT refund_reads_pkey PRIMARY KEY (refund_id, source)
) WITH (fillfactor = 70);
CREATE INDEX refund_reads_due ON refund_reads (source, next_read_at)
    WHERE next_read_at IS NOT NULL;

-- How far each source's lists are known, and who reads them now.
CREATE TABLE source_reads (
    source            text COLLATE "C" NOT NULL,
    -- everything that the provider made before this is known
    events_until      timestamptz NOT NULL,
    refunds_until     timestamptz NOT NULL,
    -- since when a gap is being closed; NULL: none is known
    catching_up_since timestamptz,
    next_read_at      timestamptz NOT NULL,
    leased_until      timestamptz,
    lease_token       uuid,
    last_read_at      timestamptz,
    failures          integer     NOT NULL DEFAULT 0,
    last_error        text,
    last_error_kind   text,
    CONSTRAINT source_reads_pkey PRIMARY KEY (source),
    CONSTRAINT source_reads_lease CHECK ((lease_token IS NULL) = (leased_until IS NULL))
);

-- What a provider says that it sent on a day, and what of it is here.
CREATE TABLE delivery_counts (
    source       text COLLATE "C" NOT NULL,
    day          date        NOT NULL,
    sent         bigint      NOT NULL,
    held         bigint      NOT NULL,
    -- of those held: known only because they were read
    recovered    bigint      NOT NULL,
    -- of those sent: our answer did not count as a success there
    unanswered   bigint      NOT NULL,
    measured_at  timestamptz NOT NULL,
    CONSTRAINT delivery_counts_pkey PRIMARY KEY (source, day)
);

-- The provider's API says otherwise than its webhook; it does not know the refund; nobody answered
-- for days.
ALTER TABLE anomalies
    DROP CONSTRAINT anomalies_kind_known,
    ADD CONSTRAINT anomalies_kind_known CHECK (kind IN
        ('over_refund', 'currency_mismatch', 'amount_changed', 'charge_changed', 'order_changed',
         'contradicting_outcome', 'non_positive_amount', 'below_minimum', 'too_many_refunds',
         'past_window', 'suspected_duplicate_refund', 'unknown_order', 'charge_not_successful',
         'mode_mismatch', 'conflicting_duplicate', 'late_signature', 'unsupported_status',
         'undecodable_event', 'stuck_pending', 'provider_disagrees', 'unknown_to_provider',
         'unconfirmed'));

-- Since when a customer's message waits for the provider's API to say the same.
ALTER TABLE outbox_messages ADD COLUMN held_since timestamptz;
CREATE INDEX outbox_messages_held ON outbox_messages (held_since)
    WHERE state = 'pending' AND held_since IS NOT NULL;
