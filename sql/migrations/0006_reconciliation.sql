-- The providers' refunds against ours, and the days of the ledger that are closed.

CREATE DOMAIN difference_kind AS text COLLATE "C" CONSTRAINT difference_kind_known
    CHECK (VALUE IN ('missing_here', 'missing_there', 'amount', 'currency', 'status', 'timing'));
CREATE DOMAIN reconciliation_state AS text COLLATE "C" CONSTRAINT reconciliation_state_known
    CHECK (VALUE IN ('open', 'resolved', 'accepted'));
CREATE DOMAIN run_state AS text COLLATE "C" CONSTRAINT run_state_known
    CHECK (VALUE IN ('running', 'done'));
CREATE DOMAIN listing_basis AS text COLLATE "C" CONSTRAINT listing_basis_known
    CHECK (VALUE IN ('api', 'statement'));

-- One comparison of a source's days. A run that was interrupted stays `running`, and the next one
-- of the same days and the same statement goes on with it.
CREATE TABLE reconciliation_runs (
    run_id            bigint        GENERATED ALWAYS AS IDENTITY,
    source            text COLLATE "C" NOT NULL,
    -- both included, in the source's time zone
    from_day          date          NOT NULL,
    to_day            date          NOT NULL,
    basis             listing_basis NOT NULL,
    -- of the file's bytes
    statement_sha256  sha256_digest,
    state             run_state     NOT NULL,
    started_at        timestamptz   NOT NULL,
    finished_at       timestamptz,
    started_by        text          NOT NULL,
    -- of the provider's refunds, as far as the run has come
    seen_count        bigint        NOT NULL DEFAULT 0,
    matched_count     bigint        NOT NULL DEFAULT 0,
    -- read into our books by this run
    recovered_count   bigint        NOT NULL DEFAULT 0,
    -- of the items that it leaves open: those that a person must look at, and those that time mends
    exception_count   bigint        NOT NULL DEFAULT 0,
    timing_count      bigint        NOT NULL DEFAULT 0,
    CONSTRAINT reconciliation_runs_pkey PRIMARY KEY (run_id),
    CONSTRAINT reconciliation_runs_days_in_order CHECK (from_day <= to_day),
    CONSTRAINT reconciliation_runs_statement_has_hash CHECK
        ((basis = 'statement') = (statement_sha256 IS NOT NULL)),
    CONSTRAINT reconciliation_runs_done_has_time CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
-- One at a time.
CREATE UNIQUE INDEX reconciliation_runs_unfinished ON reconciliation_runs
    (source, from_day, to_day, basis, statement_sha256) NULLS NOT DISTINCT
    WHERE state = 'running';

-- What differs. An item is open until a later run no longer finds it, or somebody accepts it. Only
-- runs of its own basis deal with it: what a statement says is not answered by the API's list.
CREATE TABLE reconciliation_items (
    item_id       bigint                GENERATED ALWAYS AS IDENTITY,
    source        text COLLATE "C"      NOT NULL,
    basis         listing_basis         NOT NULL,
    refund_id     text COLLATE "C"      NOT NULL,
    kind          difference_kind       NOT NULL,
    -- what the provider says, and what stands here; '': nothing
    expected      text                  NOT NULL,
    found         text                  NOT NULL,
    -- as the provider has it, else as it stands here
    amount_minor  amount_minor,
    currency      currency_code,
    -- when it was created there, else requested here: which days it belongs to
    refund_at     timestamptz           NOT NULL,
    state         reconciliation_state  NOT NULL,
    first_run_id  bigint                NOT NULL,
    last_run_id   bigint                NOT NULL,
    detected_at   timestamptz           NOT NULL,
    -- resolved or accepted: when, by whom ('refundd': by a run), and what was found or done
    resolved_at   timestamptz,
    resolved_by   text,
    resolution    text,
    CONSTRAINT reconciliation_items_pkey PRIMARY KEY (item_id),
    CONSTRAINT reconciliation_items_amount_has_currency CHECK
        ((amount_minor IS NULL) = (currency IS NULL)),
    CONSTRAINT reconciliation_items_end_is_explained CHECK
        ((state = 'open') = (resolved_at IS NULL) AND (resolved_at IS NULL) = (resolved_by IS NULL)
         AND (resolved_at IS NULL) = (resolution IS NULL)),
    CONSTRAINT reconciliation_items_first_run_known FOREIGN KEY (first_run_id)
        REFERENCES reconciliation_runs (run_id),
    CONSTRAINT reconciliation_items_last_run_known FOREIGN KEY (last_run_id)
        REFERENCES reconciliation_runs (run_id)
);
-- Running again finds the item that is there.
CREATE UNIQUE INDEX reconciliation_items_once
    ON reconciliation_items (refund_id, source, basis, kind) WHERE state = 'open';
CREATE INDEX reconciliation_items_accepted ON reconciliation_items (refund_id)
    WHERE state = 'accepted';

-- Which of the provider's refunds a run has dealt with; gone when it is done. Not a foreign key: it
-- would be looked up for every one of millions of rows.
CREATE TABLE reconciliation_seen (
    run_id     bigint           NOT NULL,
    refund_id  text COLLATE "C" NOT NULL,
    CONSTRAINT reconciliation_seen_pkey PRIMARY KEY (run_id, refund_id)
);

-- A day of a source, sealed. Its entries are those of refund_audit that occurred before its end,
-- were written when it was closed, and belong to no earlier day:
--
--   audit_id <= audit_to AND occurred_at < ends_at
--   AND NOT (audit_id <= the previous day's audit_to AND occurred_at < starts_at)
--
-- so that what is written after the close belongs to the next day that is closed, and what was
-- written before the first close to the first day.
CREATE TABLE ledger_days (
    source           text COLLATE "C" NOT NULL,
    day              date             NOT NULL,
    starts_at        timestamptz      NOT NULL,
    ends_at          timestamptz      NOT NULL,
    -- the highest audit_id of any source when the day was closed
    audit_to         bigint           NOT NULL,
    entry_count      bigint           NOT NULL,
    -- over the entry_hash of each entry in the order of audit_id
    audit_sha256     sha256_digest    NOT NULL,
    -- open items of the day but for timing
    exception_count  bigint           NOT NULL,
    closed_at        timestamptz      NOT NULL,
    closed_by        text             NOT NULL,
    -- NULL: the first day that was closed
    previous_sha256  sha256_digest,
    -- over the previous day's, and all above and the totals of the day as README writes them out
    day_sha256       sha256_digest    NOT NULL,
    CONSTRAINT ledger_days_pkey PRIMARY KEY (source, day),
    CONSTRAINT ledger_days_not_empty CHECK (starts_at < ends_at),
    CONSTRAINT ledger_days_closed_when_over CHECK (closed_at >= ends_at)
);

-- What moved on a day: the sums of its lines in finance_ledger. The money that is in a status is the
-- sum of `entered` minus that of `left` over all days.
CREATE TABLE ledger_totals (
    source         text COLLATE "C" NOT NULL,
    day            date             NOT NULL,
    -- NULL: of refunds whose amount is not known
    currency       currency_code,
    status         refund_status    NOT NULL,
    entered_count  bigint           NOT NULL,
    entered_minor  numeric          NOT NULL,
    left_count     bigint           NOT NULL,
    left_minor     numeric          NOT NULL,
    CONSTRAINT ledger_totals_once UNIQUE NULLS NOT DISTINCT (source, day, currency, status),
    CONSTRAINT ledger_totals_day_known FOREIGN KEY (source, day) REFERENCES ledger_days (source, day)
);

-- Entries of a day that occurred on an earlier one, which was closed when they were written.
CREATE TABLE ledger_late_facts (
    source         text COLLATE "C" NOT NULL,
    day            date             NOT NULL,
    audit_id       bigint           NOT NULL,
    refund_id      text COLLATE "C" NOT NULL,
    refers_to_day  date             NOT NULL,
    CONSTRAINT ledger_late_facts_pkey PRIMARY KEY (source, audit_id),
    CONSTRAINT ledger_late_facts_refers_back CHECK (refers_to_day < day),
    CONSTRAINT ledger_late_facts_day_known FOREIGN KEY (source, day)
        REFERENCES ledger_days (source, day)
);

-- Refunds and entries come nearly in the order of their time: a few KB find a day's blocks.
CREATE INDEX refunds_requested ON refunds USING brin (requested_at) WITH (autosummarize = on);
CREATE INDEX refund_audit_occurred ON refund_audit USING brin (occurred_at)
    WITH (autosummarize = on);
