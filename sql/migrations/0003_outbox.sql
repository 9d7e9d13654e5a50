-- What the dispatcher of the outbox needs to know of each message.

ALTER TABLE outbox_messages
    -- where it goes, NULL until it was routed
    ADD COLUMN sink        text COLLATE "C",
    -- whoever sends it now; who finishes it must still hold this
    ADD COLUMN lease_token uuid,
    ADD CONSTRAINT outbox_messages_lease CHECK ((lease_token IS NULL) = (leased_until IS NULL));

-- One queue for each sink, so that those that wait for a dead one are not in the way of the others;
-- '' is the queue of those that were not routed yet. A leased message is due when its lease ends.
DROP INDEX outbox_messages_due;
CREATE INDEX outbox_messages_due ON outbox_messages (coalesce(sink, ''), next_attempt_at)
    WHERE state = 'pending';

-- What needs a person.
CREATE INDEX outbox_messages_dead ON outbox_messages (created_at) WHERE state = 'dead';

-- Room for the new version of a row.
ALTER TABLE outbox_messages SET (fillfactor = 85);

-- The sweeps look for refunds that stay pending, and for those of them that no longer are.
CREATE INDEX refunds_pending ON refunds (requested_at) WHERE status = 'pending';
CREATE INDEX anomalies_open ON anomalies (kind) WHERE resolved_at IS NULL;
