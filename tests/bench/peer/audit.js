// The chain of a refund's audit trail, as `refundctl audit verify` computes it.

import { createHash } from 'node:crypto';

export const CHAIN_START = Buffer.alloc(32);

// Fields in the order of the table, each with its length in bytes before it; times in microseconds.
export function entryHash(entry, previous) {
  const fields = [
    entry.chainIndex, entry.receivedAtMs * 1000, entry.occurredAtMs * 1000, entry.source,
    entry.refundId, entry.chargeId, entry.orderId, entry.eventId, 'signed_webhook', entry.verdict,
    entry.statusBefore, entry.status, entry.amount, entry.currency, entry.reason, entry.userId,
    entry.ipAddress, entry.userAgent, /* notes */ '', entry.requestId,
  ];
  let text = '';
  for (const field of fields) {
    const value = String(field ?? '');
    text += `${Buffer.byteLength(value)}:${value}`;
  }
  return createHash('sha256').update('refundd audit entry 1\n').update(previous).update(text)
    .digest();
}
