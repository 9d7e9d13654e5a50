-- What may be forgotten, what may not, and who decided it.

-- While a hold is not released, no bytes of its refund, or of its order's refunds and charges, are
-- dropped or erased.
CREATE TABLE legal_holds (
    hold_id         bigint      GENERATED ALWAYS AS IDENTITY,
    -- of a refund; NULL for an order, which may have refunds of several sources
    source          text COLLATE "C",
    refund_id       text COLLATE "C",
    order_id        text COLLATE "C",
    held_at         timestamptz NOT NULL,
    held_by         text        NOT NULL,
    reason          text        NOT NULL,
    released_at     timestamptz,
    released_by     text,
    release_reason  text,
    CONSTRAINT legal_holds_pkey PRIMARY KEY (hold_id),
    CONSTRAINT legal_holds_of_refund_or_order CHECK
        ((refund_id IS NULL) <> (order_id IS NULL) AND (refund_id IS NULL) = (source IS NULL)),
    CONSTRAINT legal_holds_released_by_somebody CHECK
        ((released_at IS NULL) = (released_by IS NULL)
         AND (released_at IS NULL) = (release_reason IS NULL))
);
-- One hold at a time of one thing.
CREATE UNIQUE INDEX legal_holds_open ON legal_holds (refund_id, source, order_id)
    NULLS NOT DISTINCT WHERE released_at IS NULL;

-- Bytes whose month was dropped while they were held. As webhook_payloads, without its partitions.
CREATE TABLE held_payloads (
    source       text COLLATE "C" NOT NULL,
    event_id     text COLLATE "C" NOT NULL,
    received_at  timestamptz NOT NULL,
    headers      jsonb       NOT NULL,
    body         bytea       NOT NULL
);
CREATE INDEX held_payloads_event ON held_payloads (event_id);

-- Every hold, release, pruning and erasure. Names no customer.
CREATE TABLE retention_log (
    entry_id  bigint      GENERATED ALWAYS AS IDENTITY,
    at        timestamptz NOT NULL,
    action    text        NOT NULL,
    user_id   text        NOT NULL,
    reason    text        NOT NULL,
    -- what it was done to and how much of it there was
    details   jsonb       NOT NULL,
    CONSTRAINT retention_log_pkey PRIMARY KEY (entry_id),
    CONSTRAINT retention_log_action_known CHECK (action IN ('hold', 'release', 'prune', 'erase'))
);

-- Events whose bytes an erasure took: `rebuild --verify` tells them from those that a hand deleted.
CREATE TABLE erased_payloads (
    source    text COLLATE "C" NOT NULL,
    event_id  text COLLATE "C" NOT NULL,
    CONSTRAINT erased_payloads_pkey PRIMARY KEY (event_id, source)
);

-- Whose address this is, for erase-customer and for support.
CREATE INDEX orders_customer ON orders (lower(customer_email)) WHERE customer_email IS NOT NULL;
