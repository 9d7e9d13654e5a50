"""Omise and PAY.JP as they send: bodies in their shapes, signed as their documentation says.

Written from the documentation, not from the product: base64, hmac and json of Python only.
"""

import base64
import dataclasses
import datetime
import hashlib
import hmac
import json
import time

BASE_TIME = datetime.datetime(2026, 1, 31, 10, 0, 0, tzinfo=datetime.timezone.utc)


def at(seconds):
    """An event's time, `seconds` after all tests' common beginning, as the providers write it."""
    return (BASE_TIME + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_now():
    """The `seconds` that are now."""
    return int((datetime.datetime.now(datetime.timezone.utc) - BASE_TIME).total_seconds())


def given(**members):
    """Without what is None: a provider leaves such members out."""
    return {name: value for name, value in members.items() if value is not None}


@dataclasses.dataclass(frozen=True)
class Event:
    """A body on its way; its sender signs it anew for each delivery."""

    sender: object
    event_id: str
    body: bytes

    @property
    def path(self):
        return f"/webhooks/{self.sender.source}"

    def headers(self, **options):
        return self.sender.headers(self.body, **options)


class Omise:
    """An Omise account whose webhooks are signed with `secret_base64`."""

    def __init__(self, source, secret_base64, livemode=True):
        self.source = source
        self.secret_base64 = secret_base64
        self.livemode = livemode

    def signature(self, timestamp, body, secret_base64=None):
        key = base64.b64decode(secret_base64 or self.secret_base64)
        return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()

    def headers(self, body, signed_at=None, secret_base64=None):
        timestamp = str(int(time.time()) if signed_at is None else int(signed_at))
        return {"Content-Type": "application/json",
                "Omise-Signature": self.signature(timestamp, body, secret_base64),
                "Omise-Signature-Timestamp": timestamp}

    def raw(self, body, event_id=None):
        return Event(self, event_id, body)

    def event(self, event_id, key, data, seconds=0, **more):
        envelope = {"object": "event", "id": event_id, "livemode": self.livemode,
                    "location": f"/events/{event_id}", "webhook_deliveries": [], "data": data,
                    "key": key, "created_at": at(seconds), **more}
        return Event(self, event_id, json.dumps(envelope, indent=2).encode() + b"\n")

    def refund_object(self, refund_id, charge=None, amount=10000, status="pending", order=None,
                      seconds=0, currency="THB", voided=False, metadata=(), **more):
        return given(object="refund", id=refund_id, livemode=self.livemode,
                     location=f"/charges/{charge}/refunds/{refund_id}", amount=amount,
                     currency=currency, funding_amount=amount, funding_currency=currency,
                     charge=charge, status=status, voided=voided,
                     metadata={**given(order_id=order), **dict(metadata)},
                     created_at=at(seconds), **more)

    def refund(self, event_id, key, refund_id, seconds=0, user_uid=None, **refund):
        """refund.create, refund.success or refund.fail; the status follows from the key."""
        status = {"refund.success": "successful", "refund.fail": "failed"}.get(key, "pending")
        refund.setdefault("status", status)
        data = self.refund_object(refund_id, seconds=seconds, **refund)
        return self.event(event_id, key, data, seconds, **given(user_uid=user_uid))

    def charge_object(self, charge_id, amount=100000, status="successful", order=None, seconds=0,
                      currency="THB", **more):
        return given(object="charge", id=charge_id, livemode=self.livemode,
                     location=f"/charges/{charge_id}", amount=amount, currency=currency,
                     refunded_amount=0, status=status, metadata=given(order_id=order),
                     paid_at=at(seconds) if status == "successful" else None,
                     created_at=at(seconds), **more)

    def charge(self, event_id, charge_id, key="charge.complete", seconds=0, **charge):
        return self.event(event_id, key, self.charge_object(charge_id, seconds=seconds, **charge),
                          seconds)


class Payjp:
    """A PAY.JP v2 account: a fixed token, compact bodies, whole yen."""

    def __init__(self, source, token, livemode=True):
        self.source = source
        self.token = token
        self.livemode = livemode

    def headers(self, body, token=None):
        return {"Content-Type": "application/json; charset=utf-8",
                "X-Payjp-Webhook-Token": token or self.token}

    def raw(self, body, event_id=None):
        return Event(self, event_id, body)

    def event(self, event_id, event_type, data, seconds=0):
        envelope = {"object": "event", "id": event_id, "livemode": self.livemode,
                    "type": event_type, "pending_webhooks": 1, "data": data,
                    "created_at": at(seconds), "updated_at": at(seconds)}
        return Event(self, event_id, json.dumps(envelope, separators=(",", ":")).encode())

    def refund(self, event_id, refund_id, status, event_type="refund.created", flow=None,
               amount=1000, order=None, seconds=0, **more):
        data = given(object="payment_refund", id=refund_id, livemode=self.livemode,
                     payment_flow_id=flow, amount=amount, status=status,
                     metadata=given(order_id=order), created_at=at(seconds),
                     updated_at=at(seconds), **more)
        return self.event(event_id, event_type, data, seconds)

    def flow(self, event_id, flow_id, amount=3000, order=None, seconds=0, **more):
        """payment_flow.succeeded."""
        data = given(object="payment_flow", id=flow_id, livemode=self.livemode, amount=amount,
                     amount_received=amount, status="succeeded", metadata=given(order_id=order),
                     created_at=at(seconds), updated_at=at(seconds), **more)
        return self.event(event_id, "payment_flow.succeeded", data, seconds)
