-- What operators need: which request wrote an audit entry, and when a source last sent something.

-- As the answer's X-Request-Id and the log name it. NULL: not written by a request, or before this.
ALTER TABLE refund_audit ADD COLUMN request_id text;

-- What somebody found or did about it.
ALTER TABLE anomalies ADD COLUMN resolution text;

-- Events come nearly in the order of their time: a few KB that say which blocks hold which times.
CREATE INDEX webhook_events_received ON webhook_events USING brin (received_at)
    WITH (autosummarize = on);
