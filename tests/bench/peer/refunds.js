// One event is one transaction: remembered, taken in, committed; only then the answer.

import { createHash, randomUUID } from 'node:crypto';
import { CHAIN_START, entryHash } from './audit.js';
import { amountText } from './money.js';
import * as sql from './statements.js';

const ATTEMPTS_MAX = 5;
const RETRIABLE = new Set(['40001', '40P01']); // serialization failure, deadlock

const RANKS = { pending: 0, successful: 2, canceled: 3, failed: 4 };
const MESSAGES = {
  pending: ['customer', 'refund_initiated'],
  successful: ['customer', 'refund_complete'],
  failed: ['support', 'refund_failed'],
  canceled: ['support', 'refund_canceled'],
};
// Of an order with this refund only.
const ORDER_STATUSES = {
  pending: 'refund_pending', successful: 'partially_refunded', failed: 'refund_failed',
  canceled: 'paid',
};

class LostRace extends Error {}

// The verdict, after the commit.
export async function applyDelivery(pool, delivery) {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    let broken;
    try {
      await client.query('BEGIN');
      const verdict = await takeIn(client, delivery);
      await client.query('COMMIT');
      return verdict;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure) => { broken = failure; });
      const again = error instanceof LostRace || RETRIABLE.has(error.code);
      if (!again || broken || attempt === ATTEMPTS_MAX) {
        throw error;
      }
    } finally {
      client.release(broken);
    }
  }
}

// `values` holds what the statements name: the delivery and its refund, and step by step what
// becomes of them.
async function takeIn(client, { refund, ...values }) {
  values.verdict = refund ? 'applied' : 'unsupported';
  values.bodySha256 = createHash('sha256').update(values.body).digest();
  Object.assign(values, refund);
  const remembered = await sql.run(client, sql.remember, values);
  if (remembered.rowCount === 0) {
    return 'duplicate';
  }
  if (!refund) {
    return values.verdict;
  }
  const current = (await sql.run(client, sql.lockRefund, values)).rows[0];
  values.verdict = verdictOf(current, values);
  const written = await (values.verdict === 'applied' ? move : note)(client, current, values);
  if (written.rowCount === 0) {
    throw new LostRace('another delivery was faster with this refund');
  }
  return values.verdict;
}

// A terminal state is never reopened; of two alike the later one counts.
function verdictOf(current, { status, occurredAtMs }) {
  if (!current) {
    return 'applied';
  }
  const order = (current.status !== 'pending') - (status !== 'pending') ||
    current.occurred_at.getTime() - occurredAtMs || RANKS[current.status] - RANKS[status];
  if (order < 0) {
    return 'applied';
  }
  return current.status === status ? 'unchanged' : 'stale';
}

// What a refund's row says of those facts that not every report carries.
const keptBy = (row) => ({
  chargeId: row?.charge_id ?? null,
  orderId: row?.order_id ?? null,
  amount: row?.amount_minor ? Number(row.amount_minor) : null,
  currency: row?.currency ?? null,
  reason: row?.reason ?? null,
  metadata: row?.metadata ?? null,
});

function move(client, current, values) {
  const before = keptBy(current);
  for (const fact of Object.keys(before)) {
    values[fact] ??= before[fact];
  }
  values.orderId = before.orderId ?? values.orderId;
  const isReplaced = current && current.status !== 'pending' && current.status !== values.status;
  values.episode = (current?.episode ?? 1) + (isReplaced ? 1 : 0);
  addAudit(values, current);
  addSums(values, current, before);
  addMessage(values, current);
  if (!current) {
    return sql.run(client, sql.addRefund, values);
  }
  const isAttached = before.chargeId !== values.chargeId || before.orderId !== values.orderId;
  return sql.run(client, isAttached ? sql.attachRefund : sql.changeRefund, values);
}

function note(client, current, values) {
  Object.assign(values, keptBy(current), { status: current.status });
  addAudit(values, current);
  return sql.run(client, sql.onlyNote, values);
}

function addAudit(values, current) {
  values.statusBefore = current?.status ?? null;
  values.chainIndex = Number(current?.audit_length ?? 0) + 1;
  values.previousHash = current?.audit_hash ?? CHAIN_START;
  values.entryHash = entryHash(values, values.previousHash);
}

// By how much the order's sums change.
function addSums(values, current, before) {
  const isCounted = current && before.orderId !== null;
  const share = (status) =>
    (values.status === status ? values.amount : 0) -
    (isCounted && current.status === status ? before.amount : 0);
  values.refunded = share('successful');
  values.pending = share('pending');
  values.orderStatus = ORDER_STATUSES[values.status];
}

function addMessage(values, current) {
  values.template = null;
  if (current?.status === values.status) {
    return;
  }
  [values.audience, values.template] = MESSAGES[values.status];
  values.messageId = randomUUID();
  values.message = JSON.stringify({
    type: values.template,
    refundId: values.refundId,
    chargeId: values.chargeId ?? undefined,
    orderId: values.orderId ?? undefined,
    eventId: values.eventId,
    amount: values.amount ?? undefined,
    currency: values.currency ?? undefined,
    amountText: amountText(values.amount, values.currency),
    failureCode: values.failureCode ?? undefined,
    failureMessage: values.failureMessage ?? undefined,
    estimatedDays: values.status === 'pending' ? '5-10 business days' : undefined,
  });
}
