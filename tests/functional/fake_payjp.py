"""A PAY.JP account as its API v2 shows it (PROVIDERS.md §2)."""

import http
import json

from fake_account import Account, Refused, one_of, refuse_unknown, rfc3339, take_number
from senders import given


class PayjpAccount(Account):
    """Sends an event for each change of a refund."""

    PROVIDER = "payjp"
    TYPE_KEY = "type"
    WORDS = {"succeeded": "successful", "pending": "pending", "requires_action": "pending",
             "failed": "failed", "canceled": "canceled"}

    def create_charge(self, flow_id, amount=10000, order=None, when=None, **more):
        """Paid. The event: payment_flow.succeeded."""
        with self._lock:
            when = rfc3339(when)
            flow = dict(object="payment_flow", id=flow_id, livemode=self.livemode, amount=amount,
                        amount_received=amount, status="succeeded",
                        metadata=given(order_id=order), created_at=when, updated_at=when, **more)
            self.charges[flow_id] = flow
            return self._event("payment_flow.succeeded", flow, when)

    def create_refund(self, refund_id, flow, amount=1000, status="succeeded", order=None, when=None,
                      **more):
        """The event: refund.created."""
        with self._lock:
            when = rfc3339(when)
            refund = dict(object="payment_refund", id=refund_id, livemode=self.livemode,
                          payment_flow_id=flow, amount=amount, status=status, reason=None,
                          metadata=given(order_id=order), created_at=when, updated_at=when, **more)
            self.refunds[refund_id] = refund
            return self._event("refund.created", refund, when)

    def settle(self, refund_id, status="succeeded", when=None, event_type=None, **more):
        """The event: refund.updated, of a failure refund.failed; of PayPay refund.created again."""
        with self._lock:
            when = rfc3339(when)
            refund = self.refunds[refund_id]
            refund.update(status=status, updated_at=when, **more)
            usual = "refund.failed" if status == "failed" else "refund.updated"
            return self._event(event_type or usual, refund, when)

    def _event(self, event_type, data, when):
        return self._make_event(event_type, data, when, pending_webhooks=1, updated_at=when)

    @staticmethod
    def body(event):
        return json.dumps(event, separators=(",", ":")).encode()

    def authorization(self):
        return f"Bearer {self.key}"

    @staticmethod
    def refusal(status, message):
        """(media type, object) of an error: RFC 9457."""
        return "application/problem+json", {
            "type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status,
            "detail": message}

    # What is asked.

    def _list(self, url, items, query):
        """Newest first. A cursor that has vanished from the list still says where it stood."""
        limit = take_number(query, "limit", 10, 1, 100)
        after, before = query.pop("starting_after", None), query.pop("ending_before", None)
        refuse_unknown(query)
        if after and before:
            raise Refused(400, "starting_after and ending_before exclude each other")
        items = self._sorted(items)
        places = {item["id"]: place for place, item in enumerate(items)}
        below = one_of(places, after) if after else len(items)
        above = one_of(places, before) if before else -1
        found = [item for item in items[above + 1:below][::-1] if self._is_shown(item)]
        page = found[-limit:] if before else found[:limit]
        return {"object": "list", "url": url, "has_more": len(found) > limit, "data": page}

    def _refunds(self, query):
        return self._list("/v2/payment_refunds", self.refunds.values(), query)

    def _refund(self, refund_id, query):
        return one_of(self.refunds, refund_id)

    def _flow(self, flow_id, query):
        return one_of(self.charges, flow_id)

    def _refunds_of(self, flow_id, query):
        found = [each for each in self.refunds.values() if each["payment_flow_id"] == flow_id]
        if not found:
            one_of(self.charges, flow_id)
        return self._list(f"/v2/payment_flows/{flow_id}/refunds", found, query)

    def _events(self, query):
        wanted = {name: query.pop(name) for name in ("resource_id", "object", "type")
                  if name in query}
        found = [event for event in self.events.values()
                 if wanted.items() <= {"resource_id": event["data"]["id"],
                                       "object": event["data"]["object"],
                                       "type": event["type"]}.items()]
        page = self._list("/v2/events", found, query)
        return {**page, "data": [self._shown(event) for event in page["data"]]}

    def _event_of(self, event_id, query):
        return self._shown(one_of(self.events, event_id))

    def _shown(self, event):
        return {**event, "pending_webhooks": 0 if 200 <= self._status_of(event) < 300 else 1}

    VIEWS = [("/v2/payment_refunds", _refunds), ("/v2/payment_refunds/([^/]+)", _refund),
             ("/v2/payment_flows/([^/]+)", _flow),
             ("/v2/payment_flows/([^/]+)/refunds", _refunds_of),
             ("/v2/events", _events), ("/v2/events/([^/]+)", _event_of)]
