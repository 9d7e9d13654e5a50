-- What the views of finance and support are searched by.

-- Entries come nearly in the order of their time: a few KB that say which blocks hold which days.
CREATE INDEX refund_audit_recorded ON refund_audit USING brin (recorded_at)
    WITH (autosummarize = on);

-- What is still open about a charge or an order.
CREATE INDEX anomalies_open_charge ON anomalies (charge_id COLLATE "C")
    WHERE resolved_at IS NULL AND charge_id IS NOT NULL;
CREATE INDEX anomalies_open_order ON anomalies (order_id COLLATE "C")
    WHERE resolved_at IS NULL AND order_id IS NOT NULL;

-- Few messages are for support, and neither column ever changes.
CREATE INDEX outbox_messages_support ON outbox_messages (template, created_at)
    WHERE audience = 'support';

-- How many orders one address has. The index by address (0007) is partial, and of such a one
-- PostgreSQL asks no statistics: it would expect 25 000 orders where there are 5 million.
CREATE STATISTICS orders_customer_email ON (lower(customer_email)) FROM orders;
