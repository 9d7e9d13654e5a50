"""A signed webhook becomes committed state: refunds, charges, orders, audit, messages."""

import datetime

import pytest

from senders import BASE_TIME
from wire import USER_AGENT


def test_refund_create_is_pending_and_the_customer_is_told(client, books, omise):
    event = omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", amount=25000,
                         order="order-1", reason="requested_by_customer")
    assert client.deliver(event).verdict == "applied"

    refund = books.refund("rfnd_1")
    assert (refund["source"], refund["status"], refund["provider_status"]) == (
        "omise-th", "pending", "pending")
    assert (refund["amount_minor"], refund["currency"]) == (25000, "THB")
    assert (refund["charge_id"], refund["order_id"]) == ("chrg_1", "order-1")
    assert (refund["livemode"], refund["action_required"], refund["voided"]) == (True, False, False)
    assert (refund["reason"], refund["evidence"]) == ("requested_by_customer", "signed_webhook")
    assert refund["metadata"] == {"order_id": "order-1"}
    assert (refund["occurred_at"], refund["last_event_id"]) == (BASE_TIME, "evnt_1")

    (message,) = books.messages("rfnd_1").values()
    assert (message["audience"], message["template"], message["state"]) == (
        "customer", "refund_initiated", "pending")
    assert message["payload"] == {
        "type": "refund_initiated", "refundId": "rfnd_1", "chargeId": "chrg_1",
        "orderId": "order-1", "eventId": "evnt_1", "amount": 25000, "currency": "THB",
        "amountText": "250.00 THB", "estimatedDays": "5-10 business days"}

    order = books.order("order-1")
    assert (order["status"], order["total_known"]) == ("refund_pending", False)
    assert (order["refunded_minor"], order["pending_minor"]) == (0, 25000)


def test_refund_success_completes_and_the_customer_is_told(client, books, omise):
    verdicts = client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", order="order-1"),
        omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", order="order-1",
                     seconds=60))
    assert verdicts == ["applied", "applied"]
    assert books.refund("rfnd_1")["status"] == "successful"
    assert set(books.messages("rfnd_1")) == {("customer", "refund_initiated"),
                                             ("customer", "refund_complete")}
    assert books.anomalies("rfnd_1") == {}


def test_refund_fail_opens_a_ticket_that_says_what_to_do(client, books, omise):
    client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", order="order-1"),
        omise.refund("evnt_2", "refund.fail", "rfnd_1", charge="chrg_1", order="order-1",
                     seconds=60, failure_code="insufficient_balance",
                     failure_message="The balance does not suffice"))
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["failure_code"], refund["failure_message"]) == (
        "failed", "insufficient_balance", "The balance does not suffice")
    assert books.order("order-1")["status"] == "refund_failed"

    messages = books.messages("rfnd_1")
    assert set(messages) == {("customer", "refund_initiated"), ("support", "refund_failed"),
                             ("finance", "insufficient_balance")}
    ticket = messages["support", "refund_failed"]["payload"]
    assert ticket.pop("nextStep").startswith("Ask finance to top up")
    assert ticket == {
        "type": "refund_failed", "refundId": "rfnd_1", "chargeId": "chrg_1", "orderId": "order-1",
        "eventId": "evnt_2", "amount": 10000, "currency": "THB", "amountText": "100.00 THB",
        "failureCode": "insufficient_balance", "failureMessage": "The balance does not suffice"}


def test_closed_and_voided_refunds_are_successful_at_first_sight(client, books, omise):
    verdicts = client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", status="closed"),
        omise.refund("evnt_2", "refund.create", "rfnd_2", charge="chrg_2", status="pending",
                     voided=True))
    assert verdicts == ["applied", "applied"]
    first, second = books.refund("rfnd_1"), books.refund("rfnd_2")
    assert (first["status"], first["voided"], first["provider_status"]) == (
        "successful", False, "closed")
    assert (second["status"], second["voided"]) == ("successful", True)


def test_an_older_account_sends_neither_status_nor_mode(client, books, accounts):
    old = accounts.omise_old
    data = {"object": "refund", "id": "rfnd_1", "amount": 5000, "currency": "thb",
            "voided": False, "charge": "chrg_1", "transaction": "trxn_1", "metadata": {},
            "created": "2026-01-31T17:00:00+07:00"}
    event = old.raw(old.event("evnt_1", "refund.create", data).body.replace(
        b'  "livemode": true,\n', b""))
    assert client.deliver(event).verdict == "applied"
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["provider_status"]) == ("successful", "")
    assert (refund["currency"], refund["livemode"]) == ("THB", True)


def test_the_resources_time_counts_where_the_event_has_none(client, books, omise):
    data = omise.refund_object("rfnd_1", "chrg_1") | {"created_at": "2026-01-31T17:00:00+07:00"}
    event = omise.event("evnt_1", "refund.create", data)
    body = event.body.replace(b',\n  "created_at": "2026-01-31T10:00:00Z"', b"")
    assert body != event.body
    assert client.deliver(omise.raw(body)).verdict == "applied"
    assert books.refund("rfnd_1")["occurred_at"] == BASE_TIME


@pytest.mark.parametrize("word, status, action_required, told", [
    ("succeeded", "successful", False, {("customer", "refund_complete")}),
    ("pending", "pending", False, {("customer", "refund_initiated")}),
    ("requires_action", "pending", True, {("customer", "refund_initiated"),
                                          ("support", "refund_requires_action")}),
    ("failed", "failed", False, {("support", "refund_failed")}),
    ("canceled", "canceled", False, {("support", "refund_canceled")}),
])
def test_refund_created_has_five_statuses(client, books, payjp, word, status, action_required,
                                          told):
    event = payjp.refund("evnt_1", "re_1", word, flow="pfw_1", order="order-1",
                         reason="requested_by_customer")
    assert client.deliver(event).verdict == "applied"
    refund = books.refund("re_1")
    assert (refund["status"], refund["action_required"]) == (status, action_required)
    assert (refund["amount_minor"], refund["currency"]) == (1000, "JPY")
    assert (refund["provider_status"], refund["evidence"]) == (word, "token_webhook")
    assert refund["reason"] == "requested_by_customer"
    assert set(books.messages("re_1")) == told


def test_refund_failed_without_a_status_means_failed(client, books, payjp):
    event = payjp.refund("evnt_1", "re_1", None, event_type="refund.failed", flow="pfw_1")
    assert client.deliver(event).verdict == "applied"
    assert books.refund("re_1")["status"] == "failed"


def test_a_paypay_refund_goes_through_requires_action_to_success(client, books, payjp):
    def step(number, status, **more):
        return payjp.refund(f"evnt_{number}", "re_1", status, flow="pfw_1", order="order-1",
                            amount=3000, seconds=60 * number, **more)

    client.deliver(payjp.flow("evnt_0", "pfw_1", amount=3000, order="order-1",
                              payment_method_types=["paypay"]))
    assert client.deliver(step(1, "pending")).verdict == "applied"
    assert books.refund("re_1")["action_required"] is False
    assert client.deliver(step(2, "requires_action")).verdict == "applied"
    assert books.refund("re_1")["action_required"] is True
    assert client.deliver(step(3, "succeeded")).verdict == "applied"
    refund = books.refund("re_1")
    assert (refund["status"], refund["action_required"]) == ("successful", False)
    assert set(books.messages("re_1")) == {
        ("customer", "refund_initiated"), ("support", "refund_requires_action"),
        ("customer", "refund_complete")}
    assert [line["status_after"] for line in books.audit("re_1")] == [
        "pending", "pending", "successful"]
    order = books.order("order-1")
    assert (order["status"], order["total_minor"], order["currency"]) == ("refunded", 3000, "JPY")


def test_the_documentations_own_sample_is_accepted(client, books, payjp):
    body = (b'{"type":"refund.created","data":{"id":"re_xxxxx","status":"succeeded",'
            b'"amount":1000,"payment_flow":"pfw_xxxxx"}}')
    assert client.deliver(payjp.raw(body)).verdict == "applied"
    assert client.deliver(payjp.raw(body)).verdict == "duplicate"
    refund = books.refund("re_xxxxx")
    assert (refund["status"], refund["charge_id"]) == ("successful", "pfw_xxxxx")
    assert refund["last_event_id"].startswith("derived:")


def test_an_unsupported_event_is_stored_and_changes_nothing(client, books, omise):
    event = omise.event("evnt_1", "customer.create", {"object": "customer", "id": "cust_1"})
    assert client.deliver(event).verdict == "unsupported"
    assert books.event("evnt_1")["event_type"] == "customer.create"
    assert books.count("refunds") == 0
    assert books.value("SELECT body FROM webhook_payloads") == event.body


def test_an_unknown_status_is_stored_and_support_is_told(client, books, omise):
    event = omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", status="evaporated")
    assert client.deliver(event).verdict == "unsupported"
    assert "evaporated" in books.event("evnt_1")["verdict_reason"]
    assert books.count("refunds") == 0
    assert ("support", "anomaly_unsupported_status") in books.messages("rfnd_1")


def test_a_charge_teaches_total_and_order(client, books, omise):
    client.deliver_all(
        omise.charge("evnt_1", "chrg_1", amount=100000, order="order-1",
                     source={"object": "source", "type": "promptpay"}),
        omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", amount=100000,
                     seconds=60))
    assert books.refund("rfnd_1")["order_id"] == "order-1"
    order = books.order("order-1")
    assert (order["status"], order["total_known"], order["total_minor"]) == (
        "refunded", True, 100000)
    charge = books.row("SELECT * FROM charges WHERE charge_id = 'chrg_1'")
    assert (charge["status"], charge["payment_method"], charge["charged_at"]) == (
        "successful", "promptpay", BASE_TIME)


def test_a_payment_flow_teaches_total_and_order(client, books, payjp):
    client.deliver_all(
        payjp.flow("evnt_1", "pfw_1", amount=3000, order="order-1"),
        payjp.refund("evnt_2", "re_1", "succeeded", flow="pfw_1", amount=1000, seconds=60))
    order = books.order("order-1")
    assert (order["status"], order["total_known"], order["total_minor"]) == (
        "partially_refunded", True, 3000)
    assert order["refunded_minor"] == 1000


def test_an_order_is_attached_when_its_charge_becomes_known_later(client, books, omise):
    client.deliver(omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1",
                                amount=40000))
    assert books.refund("rfnd_1")["order_id"] is None
    assert books.anomalies("rfnd_1")["unknown_order"]["resolved_at"] is None
    assert books.count("orders") == 0

    assert client.deliver(omise.charge("evnt_2", "chrg_1", amount=100000, order="order-1",
                                       seconds=-60)).verdict == "applied"
    assert books.refund("rfnd_1")["order_id"] == "order-1"
    assert books.anomalies("rfnd_1")["unknown_order"]["resolved_at"] is not None
    order = books.order("order-1")
    assert (order["status"], order["total_minor"], order["refunded_minor"]) == (
        "partially_refunded", 100000, 40000)
    assert books.audit("rfnd_1")[-1]["order_id"] == "order-1"


def test_an_expanded_charge_teaches_as_much_as_its_own_event(client, books, omise):
    data = omise.refund_object("rfnd_1", amount=100000, status="closed")
    data["charge"] = omise.charge_object("chrg_1", amount=100000, order="order-1")
    assert client.deliver(omise.event("evnt_1", "refund.create", data)).verdict == "applied"
    assert books.refund("rfnd_1")["charge_id"] == "chrg_1"
    assert books.order("order-1")["status"] == "refunded"


def test_an_order_without_a_known_total_is_never_called_refunded(client, books, omise):
    client.deliver(omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1",
                                order="order-1", amount=100000))
    order = books.order("order-1")
    assert (order["status"], order["total_known"], order["total_minor"]) == (
        "partially_refunded", False, None)


def test_three_partial_refunds_leave_the_balance(client, books, omise):
    client.deliver(omise.charge("evnt_0", "chrg_1", amount=100000, order="order-1"))
    for number, amount in enumerate([10000, 30000, 25000], start=1):
        client.deliver(omise.refund(f"evnt_{number}", "refund.success", f"rfnd_{number}",
                                    charge="chrg_1", amount=amount, seconds=3600 * number))
    charge = books.charge("chrg_1")
    assert (charge["original_amount"], charge["refunded_amount"]) == (100000, 65000)
    assert (charge["pending_amount"], charge["remaining_amount"]) == (0, 35000)
    assert (charge["refund_count"], charge["fully_refunded"]) == (3, False)
    assert (float(charge["refunded_percentage"]), charge["currency"]) == (65.0, "THB")
    order = books.order("order-1")
    assert (order["status"], order["refunded_minor"]) == ("partially_refunded", 65000)


def test_failed_and_canceled_refunds_leave_the_balance_alone(client, books, omise):
    client.deliver_all(
        omise.charge("evnt_0", "chrg_1", amount=100000, order="order-1"),
        omise.refund("evnt_1", "refund.fail", "rfnd_1", charge="chrg_1", amount=10000, seconds=60),
        omise.refund("evnt_2", "refund.create", "rfnd_2", charge="chrg_1", amount=20000,
                     status="canceled", seconds=120),
        omise.refund("evnt_3", "refund.create", "rfnd_3", charge="chrg_1", amount=30000,
                     seconds=180))
    charge = books.charge("chrg_1")
    assert (charge["refunded_amount"], charge["pending_amount"], charge["remaining_amount"]) == (
        0, 30000, 70000)
    assert books.order("order-1")["status"] == "refund_pending"


def test_a_full_refund_and_its_duplicate_change_the_books_once(client, books, omise):
    charge = omise.charge("evnt_0", "chrg_1", amount=100000, order="order-1")
    refund = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", amount=100000,
                          seconds=60)
    assert client.deliver_all(charge, refund, refund, charge) == [
        "applied", "applied", "duplicate", "duplicate"]
    assert books.order("order-1")["status"] == "refunded"
    assert books.charge("chrg_1")["fully_refunded"] is True
    assert books.count("webhook_events") == 2
    assert books.count("webhook_payloads") == 2
    assert books.count("refund_audit") == 1
    assert books.count("outbox_messages") == 1
    assert books.count("anomalies") == 0


def test_another_delivery_counter_does_not_make_another_event(client, books, payjp):
    event = payjp.refund("evnt_1", "re_1", "succeeded", flow="pfw_1")
    again = payjp.raw(event.body.replace(b'"pending_webhooks":1', b'"pending_webhooks":0'))
    assert client.deliver_all(event, again) == ["applied", "duplicate"]
    assert "conflicting_duplicate" not in books.anomalies("re_1")


def test_one_event_id_with_two_contents_is_escalated(client, books, omise):
    first = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", amount=10000)
    second = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", amount=90000)
    assert client.deliver_all(first, second) == ["applied", "duplicate"]
    assert books.refund("rfnd_1")["amount_minor"] == 10000
    assert "conflicting_duplicate" in books.anomalies("rfnd_1")
    assert ("support", "anomaly_conflicting_duplicate") in books.messages("rfnd_1")
    assert books.count("webhook_payloads", "event_id = 'evnt_1'") == 2


def test_an_older_report_is_stale_and_a_repeated_one_unchanged(client, books, omise):
    verdicts = client.deliver_all(
        omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", seconds=60),
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", seconds=0),
        omise.refund("evnt_0", "refund.success", "rfnd_1", charge="chrg_1", seconds=30))
    assert verdicts == ["applied", "stale", "unchanged"]
    assert books.refund("rfnd_1")["status"] == "successful"
    assert ("customer", "refund_initiated") not in books.messages("rfnd_1")
    assert [line["verdict"] for line in books.audit("rfnd_1")] == ["applied", "stale", "unchanged"]


def test_a_reversal_is_urgent_and_corrects_good_news_that_was_sent(client, books, omise):
    success = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", order="order-1")
    failure = omise.refund("evnt_2", "refund.fail", "rfnd_1", charge="chrg_1", order="order-1",
                           seconds=3600, failure_code="account_closed")
    assert client.deliver(success).verdict == "applied"
    books.execute("UPDATE outbox_messages SET state = 'sent', sent_at = now(), attempts = 1")
    assert client.deliver(failure).verdict == "applied"
    assert books.refund("rfnd_1")["status"] == "failed"
    messages = books.messages("rfnd_1")
    assert ("customer", "refund_correction") in messages
    assert messages["support", "refund_reversed"]["priority"] == "high"
    assert ("finance", "refund_reversed") in messages
    assert "contradicting_outcome" in books.anomalies("rfnd_1")
    assert books.order("order-1")["refunded_minor"] == 0


def test_a_reversal_corrects_nothing_that_was_never_sent(client, books, omise):
    client.deliver_all(
        omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1"),
        omise.refund("evnt_2", "refund.fail", "rfnd_1", charge="chrg_1", seconds=3600))
    messages = books.messages("rfnd_1")
    assert ("support", "refund_reversed") in messages
    assert ("customer", "refund_correction") not in messages


def test_more_refunded_than_charged_is_escalated_to_finance_too(client, books, omise):
    client.deliver_all(
        omise.charge("evnt_0", "chrg_1", amount=10000, order="order-1"),
        omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", amount=8000,
                     seconds=60),
        omise.refund("evnt_2", "refund.success", "rfnd_2", charge="chrg_1", amount=7000,
                     seconds=3600))
    assert books.count("anomalies", "kind = 'over_refund' AND charge_id = 'chrg_1'") == 1
    assert books.count("outbox_messages",
                       "template = 'anomaly_over_refund' AND audience = 'finance'") == 1
    assert books.order("order-1")["status"] == "refunded"


def test_two_refunds_that_look_like_one_sent_twice_are_escalated(client, books, omise):
    client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", amount=5000),
        omise.refund("evnt_2", "refund.create", "rfnd_2", charge="chrg_1", amount=5000,
                     seconds=299))
    assert "suspected_duplicate_refund" in books.anomalies("rfnd_2")


def test_test_mode_is_kept_apart_and_its_messages_are_suppressed(client, books, accounts):
    live = accounts.omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1",
                                 order="order-1")
    test = accounts.omise_test.refund("evnt_test_1", "refund.create", "rfnd_test_1",
                                      charge="chrg_test_1", order="order-1", amount=777)
    assert client.deliver_all(live, test) == ["applied", "applied"]
    assert books.refund("rfnd_test_1")["livemode"] is False
    assert books.order("order-1", livemode=True)["refunded_minor"] == 10000
    assert books.order("order-1", livemode=False)["pending_minor"] == 777
    assert {row["state"] for row in books.messages("rfnd_test_1").values()} == {"suppressed"}
    assert {row["state"] for row in books.messages("rfnd_1").values()} == {"pending"}


def test_test_mode_messages_are_sent_where_somebody_takes_them(client, books, accounts):
    event = accounts.omise_told.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1",
                                       order="order-1")
    assert client.deliver(event).verdict == "applied"
    assert {row["state"] for row in books.messages("rfnd_1").values()} == {"pending"}


@pytest.mark.parametrize("sender, other", [("omise", "omise_test"), ("omise_test", "omise"),
                                           ("payjp", "payjp_test")])
def test_an_event_of_the_other_mode_is_quarantined(client, books, accounts, sender, other):
    sender, other = getattr(accounts, sender), getattr(accounts, other)
    body = (other.refund("evnt_1", "re_1", "succeeded") if sender is accounts.payjp else
            other.refund("evnt_1", "refund.success", "re_1", charge="chrg_1")).body
    assert client.deliver(sender.raw(body)).verdict == "quarantined"
    assert "mode" in books.event("evnt_1")["verdict_reason"]
    assert books.count("refunds") == 0
    assert books.count("anomalies", "kind = 'mode_mismatch'") == 1


def test_an_audit_entry_says_who_what_when_and_from_where(client, books, omise):
    before = datetime.datetime.now(datetime.timezone.utc)
    client.deliver(omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1",
                                order="order-1", amount=25000, seconds=90, user_uid="user_42",
                                reason="fraudulent"))
    after = datetime.datetime.now(datetime.timezone.utc)
    (entry,) = books.audit("rfnd_1")
    assert entry["occurred_at"] == BASE_TIME + datetime.timedelta(seconds=90)
    assert before <= entry["recorded_at"] <= after
    assert (entry["source"], entry["event_id"]) == ("omise-th", "evnt_1")
    assert (entry["charge_id"], entry["refund_id"]) == ("chrg_1", "rfnd_1")
    assert (entry["order_id"], entry["evidence"]) == ("order-1", "signed_webhook")
    assert (entry["amount_minor"], entry["currency"]) == (25000, "THB")
    assert (entry["verdict"], entry["status_before"], entry["status_after"]) == (
        "applied", None, "pending")
    assert (entry["reason"], entry["user_id"]) == ("fraudulent", "user_42")
    assert str(entry["ip_address"]) == "127.0.0.1"
    assert entry["user_agent"] == USER_AGENT


def test_the_audit_notes_say_why(client, books, omise):
    client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1"),
        omise.refund("evnt_2", "refund.create", "rfnd_1", charge="chrg_1", amount=-5))
    entries = books.audit("rfnd_1")
    assert [entry["verdict"] for entry in entries] == ["applied", "quarantined"]
    assert "not greater than zero" in entries[1]["notes"]


def test_what_was_received_is_kept_without_secrets(client, books, omise, payjp):
    first = omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1")
    second = payjp.refund("evnt_2", "re_1", "pending", flow="pfw_1")
    client.deliver_all(first, second)
    kept = {row["event_id"]: row for row in books.rows("SELECT * FROM webhook_payloads")}
    assert kept["evnt_1"]["body"] == first.body
    assert kept["evnt_2"]["body"] == second.body
    assert "omise-signature-timestamp" in kept["evnt_1"]["headers"]
    assert "x-payjp-webhook-token" not in kept["evnt_2"]["headers"]
    assert payjp.token not in str(kept["evnt_2"]["headers"])


def test_payloads_go_into_the_partition_of_their_month(client, books, omise):
    client.deliver(omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1"))
    partition = books.value("SELECT tableoid::regclass::text FROM webhook_payloads")
    assert partition != "webhook_payloads_default"
    months = books.count("pg_inherits", "inhparent = 'webhook_payloads'::regclass")
    assert months >= 4  # this month, two ahead, the default


def test_the_timeline_tells_everything_in_order(client, books, omise):
    client.deliver_all(
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", order="order-1"),
        omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", order="order-1",
                     seconds=60))
    lines = books.rows("SELECT * FROM refund_timeline WHERE refund_id = 'rfnd_1' ORDER BY at")
    told = [(line["what"], line["event_id"]) for line in lines]
    for what in ("event", "audit", "message"):
        assert [event for kind, event in told if kind == what] == ["evnt_1", "evnt_2"]
