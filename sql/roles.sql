-- What each role may do. The roles themselves are made by `refundctl migrate` where they are missing.

GRANT USAGE ON SCHEMA refundd TO refundd_app, refundd_support, refundd_finance;

-- The daemon. It may add to the audit trail and read it, and never change it.
GRANT SELECT, INSERT, UPDATE ON webhook_events, charges, refunds, orders, outbox_messages, anomalies
   TO refundd_app;
GRANT SELECT, INSERT ON refund_audit TO refundd_app;
GRANT SELECT, INSERT, UPDATE ON sources, refund_reads, source_reads, delivery_counts TO refundd_app;
GRANT SELECT ON schema_migrations, refund_timeline, charge_summary, refund_sources, finance_ledger,
                finance_daily_ledger, finance_net_effect, finance_open_exceptions,
                finance_pending_age, support_refunds, support_open_tickets, support_failures_today
   TO refundd_app;
-- The months of webhook_payloads are made ahead by the daemon: only an owner may attach them.
GRANT CREATE ON SCHEMA refundd TO refundd_app;
ALTER TABLE webhook_payloads OWNER TO refundd_app;
ALTER TABLE webhook_payloads_default OWNER TO refundd_app;
GRANT SELECT ON held_payloads TO refundd_app;

-- Support reads everything but the raw payloads.
GRANT SELECT ON webhook_events, charges, refunds, orders, refund_audit, outbox_messages, anomalies,
                refund_timeline, charge_summary, sources, refund_reads, source_reads,
                delivery_counts, refund_sources, support_refunds, support_open_tickets,
                support_failures_today, legal_holds, retention_log
   TO refundd_support;

-- Finance reads money, not people: no customer address, no metadata, no sender addresses, and no
-- notes that somebody wrote about a refund.
-- The finance views run with these rights: what is not granted here, no view shows.
GRANT SELECT ON charges, charge_summary, sources, delivery_counts, refund_sources,
                finance_ledger, finance_daily_ledger, finance_net_effect, finance_open_exceptions,
                finance_pending_age
   TO refundd_finance;
GRANT SELECT (source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
              provider_status, amount_minor, currency, reason, failure_code, failure_message, evidence,
              occurred_at, requested_at, first_seen_at, updated_at, last_event_id)
   ON refunds TO refundd_finance;
GRANT SELECT (order_id, livemode, status, total_known, currency, total_minor, refunded_minor,
              pending_minor, updated_at)
   ON orders TO refundd_finance;
GRANT SELECT (audit_id, recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id,
              evidence, verdict, status_before, status_after, amount_minor, currency, reason, chain_index)
   ON refund_audit TO refundd_finance;
GRANT SELECT (anomaly_id, detected_at, kind, source, refund_id, charge_id, order_id, event_id, details,
              resolved_at, resolved_by)
   ON anomalies TO refundd_finance;

-- Reconciliation: finance reads it; what a day was when it was closed can only be added.
GRANT SELECT, INSERT, UPDATE ON reconciliation_runs, reconciliation_items TO refundd_app;
GRANT SELECT, INSERT, DELETE ON reconciliation_seen TO refundd_app;
GRANT SELECT, INSERT ON ledger_days, ledger_totals, ledger_late_facts TO refundd_app;
GRANT SELECT ON reconciliation_runs, reconciliation_items, ledger_days, ledger_totals,
                ledger_late_facts
   TO refundd_support, refundd_finance;
