"""An Omise account as its API 2019-05-29 shows it (PROVIDERS.md §1)."""

import base64
import json

from fake_account import (Account, Refused, created, instant, one_of, refuse_unknown, rfc3339,
                          take_number)
from senders import given

ORDERS = ("chronological", "reverse_chronological")
ERROR_CODES = {400: "bad_request", 401: "authentication_failure", 404: "not_found",
               429: "too_many_requests"}


class OmiseAccount(Account):
    """Sends refund.create, and nothing else about a refund."""

    PROVIDER = "omise"
    TYPE_KEY = "key"
    WORDS = {"pending": "pending", "closed": "successful", "successful": "successful",
             "failed": "failed"}

    def create_charge(self, charge_id, amount=100000, order=None, when=None, **more):
        """Paid. The event: charge.complete."""
        with self._lock:
            when = rfc3339(when)
            charge = dict(object="charge", id=charge_id, livemode=self.livemode,
                          location=f"/charges/{charge_id}", amount=amount, currency="THB",
                          refunded_amount=0, status="successful", metadata=given(order_id=order),
                          paid_at=when, created_at=when, **more)
            self.charges[charge_id] = charge
            return self._event("charge.complete", charge, when)

    def create_refund(self, refund_id, charge, amount=10000, status="closed", order=None, when=None,
                      without=(), **more):
        """The event. `without`: members that its data lacks, as those of an older account do."""
        with self._lock:
            when = rfc3339(when)
            refund = dict(object="refund", id=refund_id, livemode=self.livemode,
                          location=f"/charges/{charge}/refunds/{refund_id}", amount=amount,
                          currency="THB", funding_amount=amount, funding_currency="THB",
                          charge=charge, transaction=f"trxn_{refund_id}", status=status,
                          voided=False, metadata=given(order_id=order), created_at=when, **more)
            self.refunds[refund_id] = refund
            self._count_refunded(refund)
            told = {name: value for name, value in refund.items() if name not in without}
            return self._event("refund.create", told, when)

    def settle(self, refund_id, status="closed", **more):
        """Nobody is told."""
        with self._lock:
            refund = self.refunds[refund_id]
            refund.update(status=status, **more)
            self._count_refunded(refund)

    def _count_refunded(self, refund):
        if refund["status"] == "closed" and refund["charge"] in self.charges:
            self.charges[refund["charge"]]["refunded_amount"] += refund["amount"]

    def _event(self, key, data, when):
        return self._make_event(key, data, when, webhook_deliveries=[])

    @staticmethod
    def body(event):
        return json.dumps(event, indent=2).encode() + b"\n"

    def authorization(self):
        return "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()

    @staticmethod
    def refusal(status, message):
        """(media type, object) of an error."""
        code = ERROR_CODES.get(status, "internal_error")
        return "application/json; charset=utf-8", {
            "object": "error", "location": f"https://www.omise.co/api-errors#{code}",
            "code": code, "message": message}

    # What is asked.

    def _list(self, location, items, query):
        """`from` and `to` are both included."""
        limit, offset = take_number(query, "limit", 20, 1, 100), take_number(query, "offset", 0)
        first, last = query.pop("from", "1970-01-01T00:00:00Z"), query.pop("to", rfc3339())
        order = query.pop("order", ORDERS[0])
        refuse_unknown(query)
        if order not in ORDERS:
            raise Refused(400, f"unknown order: {order}")
        found = [item for item in self._sorted(items)
                 if self._is_shown(item) and instant(first) <= created(item) <= instant(last)]
        if order != ORDERS[0]:
            found.reverse()
        return {"object": "list", "from": first, "to": last, "offset": offset, "limit": limit,
                "total": len(found), "order": order, "location": location,
                "data": found[offset:offset + limit]}

    def _refunds(self, query):
        return self._list("/refunds", self.refunds.values(), query)

    def _refunds_of(self, charge_id, query):
        found = [each for each in self.refunds.values() if each["charge"] == charge_id]
        if not found:
            one_of(self.charges, charge_id)
        return self._list(f"/charges/{charge_id}/refunds", found, query)

    def _refund(self, charge_id, refund_id, query):
        refund = one_of(self.refunds, refund_id)
        if refund["charge"] != charge_id:
            raise Refused(404, f"{refund_id} was not found")
        return refund

    def _charge(self, charge_id, query):
        return one_of(self.charges, charge_id)

    def _events(self, query):
        page = self._list("/events", self.events.values(), query)
        return {**page, "data": [self._shown(event) for event in page["data"]]}

    def _event_of(self, event_id, query):
        return self._shown(one_of(self.events, event_id))

    def _shown(self, event):
        """With its delivery, in which the body stands once more as text."""
        delivery = {"object": "webhook_delivery", "id": event["id"].replace("evnt", "whdl"),
                    "uri": "https://shop.example/webhooks/omise", "key": event["key"],
                    "status": self._status_of(event), "error": None,
                    "payload": self.body(event).decode()}
        return {**event, "webhook_deliveries": [delivery]}

    VIEWS = [("/refunds", _refunds), ("/charges/([^/]+)", _charge),
             ("/charges/([^/]+)/refunds", _refunds_of),
             ("/charges/([^/]+)/refunds/([^/]+)", _refund),
             ("/events", _events), ("/events/([^/]+)", _event_of)]
