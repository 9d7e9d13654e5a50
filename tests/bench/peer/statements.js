// The SQL of one event. Every statement is named, so each connection parses and plans it once, and
// what can go together is one statement: each one is a round trip.

// Of those values that are not text.
const TYPES = {
  amount: 'bigint', body: 'bytea', bodySha256: 'bytea', chainIndex: 'bigint', entryHash: 'bytea',
  episode: 'integer', headers: 'jsonb', ipAddress: 'inet', livemode: 'boolean', message: 'jsonb',
  messageId: 'uuid', metadata: 'jsonb', occurredAt: 'timestamptz', pending: 'bigint',
  previousHash: 'bytea', receivedAt: 'timestamptz', refunded: 'bigint', voided: 'boolean',
};

// @name in a text is the value of that name; see run.
function statement(name, text) {
  const keys = [];
  const numbered = text.replace(/@(\w+)/g, (_, key) => {
    const at = keys.indexOf(key);
    return `$${at < 0 ? keys.push(key) : at + 1}::${TYPES[key] ?? 'text'}`;
  });
  return { name, text: numbered, keys };
}

export const run = (client, { name, text, keys }, values) =>
  client.query({ name, text, values: keys.map((key) => values[key]) });

// No row: the event was here before.
export const remember = statement('remember', `
WITH fresh AS (
  INSERT INTO webhook_events
         (source, event_id, event_type, refund_id, charge_id, verdict, evidence, occurred_at,
          received_at, body_sha256, content_sha256, remote_address)
  VALUES (@source, @eventId, @eventType, @refundId, @chargeId, @verdict, 'signed_webhook',
          @occurredAt, @receivedAt, @bodySha256, @bodySha256, @ipAddress)
  ON CONFLICT (source, event_id) DO NOTHING
  RETURNING source, event_id, received_at)
INSERT INTO webhook_payloads (source, event_id, received_at, headers, body)
SELECT source, event_id, received_at, @headers, @body FROM fresh`);

export const lockRefund = statement('lock-refund', `
SELECT status, charge_id, order_id, amount_minor, currency, reason, metadata::text, occurred_at,
       episode, audit_hash, audit_length
  FROM refunds
 WHERE source = @source AND refund_id = @refundId
   FOR UPDATE`);

const addAudit = `
INSERT INTO refund_audit
       (recorded_at, occurred_at, source, refund_id, charge_id, order_id, event_id, evidence,
        verdict, status_before, status_after, amount_minor, currency, reason, user_id, ip_address,
        user_agent, request_id, chain_index, previous_hash, entry_hash)
VALUES (@receivedAt, @occurredAt, @source, @refundId, @chargeId, @orderId, @eventId,
        'signed_webhook', @verdict, @statusBefore, @status, @amount, @currency, @reason, @userId,
        @ipAddress, @userAgent, @requestId, @chainIndex, @previousHash, @entryHash)`;

const addMessage = `
INSERT INTO outbox_messages
       (message_id, audience, template, priority, source, refund_id, order_id, livemode, episode,
        payload, state, next_attempt_at, created_at)
SELECT @messageId, @audience, @template, 'normal', @source, @refundId, @orderId, @livemode,
       @episode::text, @message, 'pending', @receivedAt, @receivedAt
 WHERE @template IS NOT NULL
ON CONFLICT DO NOTHING`;

const addCharge = `
INSERT INTO charges (source, charge_id, livemode, updated_at, report_keys, revision)
SELECT @source, @chargeId, @livemode, @receivedAt, E'\\t\\t\\t\\t\\t', 1
 WHERE @chargeId IS NOT NULL
ON CONFLICT (source, charge_id) DO NOTHING`;

// The sums are kept by differences: adding up all refunds of the order would take one more lock.
const addToOrder = `
INSERT INTO orders AS o
       (order_id, livemode, status, total_known, currency, refunded_minor, pending_minor,
        updated_at, revision)
SELECT @orderId, @livemode, @orderStatus, false, @currency, @refunded, @pending, @receivedAt, 1
 WHERE @orderId IS NOT NULL
ON CONFLICT (order_id, livemode) DO UPDATE
   SET refunded_minor = o.refunded_minor + @refunded, pending_minor = o.pending_minor + @pending,
       status = CASE
         WHEN o.refunded_minor + @refunded > 0
              THEN CASE WHEN o.refunded_minor + @refunded >= o.total_minor THEN 'refunded'
                        ELSE 'partially_refunded' END
         WHEN o.pending_minor + @pending > 0 THEN 'refund_pending'
         WHEN 'refund_failed' IN (o.status, @orderStatus) THEN 'refund_failed'
         ELSE 'paid' END,
       currency = coalesce(o.currency, @currency), updated_at = @receivedAt,
       revision = o.revision + 1`;

const changeOrder = `
UPDATE orders o
   SET refunded_minor = o.refunded_minor + @refunded, pending_minor = o.pending_minor + @pending,
       status = CASE
         WHEN o.refunded_minor + @refunded > 0
              THEN CASE WHEN o.refunded_minor + @refunded >= o.total_minor THEN 'refunded'
                        ELSE 'partially_refunded' END
         WHEN o.pending_minor + @pending > 0 THEN 'refund_pending'
         WHEN 'refund_failed' IN (o.status, @orderStatus) THEN 'refund_failed'
         ELSE 'paid' END,
       updated_at = @receivedAt, revision = o.revision + 1
 WHERE order_id = @orderId AND livemode = @livemode`;

// No row: another transaction was faster with the same refund.
export const addRefund = statement('add-refund', `
WITH charge AS (${addCharge}
), audit AS (${addAudit}
), message AS (${addMessage}
), order_sums AS (${addToOrder}
)
INSERT INTO refunds
       (source, refund_id, charge_id, order_id, livemode, status, action_required, voided,
        provider_status, amount_minor, currency, reason, failure_code, failure_message, metadata,
        evidence, occurred_at, requested_at, first_seen_at, updated_at, last_event_id,
        reported_order_id, episode, report_keys, audit_hash, audit_length, revision)
VALUES (@source, @refundId, @chargeId, @orderId, @livemode, @status, false, @voided,
        @providerStatus, @amount, @currency, @reason, @failureCode, @failureMessage, @metadata,
        'signed_webhook', @occurredAt, @occurredAt, @receivedAt, @receivedAt, @eventId, @orderId,
        @episode, E'\\t\\t\\t\\t', @entryHash, @chainIndex, 1)
ON CONFLICT (source, refund_id) DO NOTHING`);

const changeRefundRow = `
UPDATE refunds
   SET status = @status, voided = @voided, provider_status = @providerStatus,
       amount_minor = @amount, currency = @currency, reason = @reason,
       failure_code = @failureCode, failure_message = @failureMessage, metadata = @metadata,
       evidence = 'signed_webhook', occurred_at = @occurredAt,
       requested_at = least(requested_at, @occurredAt), updated_at = @receivedAt,
       last_event_id = @eventId, episode = @episode, audit_hash = @entryHash,
       audit_length = @chainIndex, revision = revision + 1`;

export const changeRefund = statement('change-refund', `
WITH audit AS (${addAudit}
), message AS (${addMessage}
), order_sums AS (${changeOrder}
)${changeRefundRow}
 WHERE source = @source AND refund_id = @refundId`);

// The same where only now the report says which charge or order the refund belongs to.
export const attachRefund = statement('attach-refund', `
WITH charge AS (${addCharge}
), audit AS (${addAudit}
), message AS (${addMessage}
), order_sums AS (${addToOrder}
)${changeRefundRow},
       charge_id = @chargeId, order_id = @orderId, reported_order_id = @orderId
 WHERE source = @source AND refund_id = @refundId`);

// For a report that moves nothing.
export const onlyNote = statement('only-note', `
WITH audit AS (${addAudit}
), verdict AS (
UPDATE webhook_events SET verdict = @verdict WHERE source = @source AND event_id = @eventId
)
UPDATE refunds
   SET audit_hash = @entryHash, audit_length = @chainIndex, revision = revision + 1
 WHERE source = @source AND refund_id = @refundId`);
