// Omise's webhooks: who sent one, and what it says about a refund.

import { createHmac, timingSafeEqual } from 'node:crypto';

const TOLERANCE_SECONDS = 300;

const STATUSES = {
  pending: 'pending', closed: 'successful', successful: 'successful', failed: 'failed',
  canceled: 'canceled',
};
const STATUS_OF_KEY = { 'refund.success': 'successful', 'refund.fail': 'failed' };
const REFUND_KEYS = new Set(['refund.create', 'refund.success', 'refund.fail']);

// During a rotation of the secret the header holds two signatures, with a comma between them.
export function isAuthentic(headers, body, secret, nowSeconds) {
  const signatures = headers['omise-signature'];
  const timestamp = headers['omise-signature-timestamp'];
  if (!signatures || !timestamp || !(Math.abs(nowSeconds - timestamp) <= TOLERANCE_SECONDS)) {
    return false;
  }
  const expected = createHmac('sha256', secret).update(timestamp).update('.').update(body).digest();
  return signatures.split(',').some((hex) => {
    const signature = Buffer.from(hex.trim(), 'hex');
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

// What the event says about a refund; null where it is about something else.
export function readRefund(event) {
  const { data } = event;
  if (!REFUND_KEYS.has(event.key) || typeof data?.id !== 'string') {
    return null;
  }
  const status = STATUS_OF_KEY[event.key] ?? STATUSES[data.voided ? 'successful' : data.status];
  if (!status) {
    return null;
  }
  const hasAmount = Number.isSafeInteger(data.amount) && data.amount > 0;
  return {
    refundId: data.id,
    status,
    voided: data.voided === true && status === 'successful',
    providerStatus: data.status ?? '',
    chargeId: (typeof data.charge === 'object' ? data.charge?.id : data.charge) ?? null,
    orderId: data.metadata?.order_id ?? null,
    amount: hasAmount ? data.amount : null,
    currency: hasAmount ? (data.currency ?? 'THB').toUpperCase() : null,
    reason: data.reason ?? null,
    failureCode: data.failure_code ?? null,
    failureMessage: data.failure_message ?? null,
    metadata: data.metadata ? JSON.stringify(data.metadata) : null,
  };
}
