"""What a webhook says is confirmed at the provider, and what no webhook says is asked for."""

import time

import pytest

from deadline import wait_until
from fake_provider import Fault
from reading import (EVENTS, LISTS_ONCE, SINGLE_REFUNDS, ago, ask_for_shop, fake_provider,
                     import_orders, running_ready, source_read, wait_until_caught_up, wait_until_right)
from senders import seconds_now

STARTED = "Your refund for order order-1 has been started"
COMPLETE = "Your refund for order order-1 is complete"


@pytest.fixture
def omise_api(certificate):
    with fake_provider("omise", certificate) as provider:
        provider.account.create_charge("ch_1", amount=100000, order="order-1")
        yield provider


@pytest.fixture
def payjp_api(certificate):
    with fake_provider("payjp", certificate) as provider:
        provider.account.create_charge("ch_1", amount=100000, order="order-1")
        yield provider


def subjects(shop):
    return [mail.subject for mail in shop.mail.mails]


def wait_for_more_reads(books, refund_id, more=2):
    """The provider has said it again. By its time: the number of reads begins anew where a message
    is held."""
    for _ in range(more):
        before = last_read_of(books, refund_id)
        wait_until(lambda: last_read_of(books, refund_id) != before,
                   what=f"{refund_id} is asked for")


def last_read_of(books, refund_id):
    return books.value("SELECT max(last_read_at) FROM refund_reads WHERE refund_id = %s", refund_id)


def reads_of(books, refund_id):
    return books.value("SELECT coalesce(max(reads), 0) FROM refund_reads WHERE refund_id = %s",
                       refund_id)


def wait_for_anomaly(books, refund_id, kind):
    return wait_until(lambda: books.anomalies(refund_id).get(kind), what=f"{kind} of {refund_id}")


def wait_for_ticket(shop, template):
    """The anomaly's ticket has arrived."""
    wait_until(lambda: any(request.json["type"] == template for request in shop.tickets.requests),
               what=template)


# PAY.JP does not sign.

def test_a_webhook_is_told_once_the_provider_has_said_the_same(shop, books, payjp_api, payjp):
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        event = payjp_api.account.create_refund("re_1", "ch_1", order="order-1")
        assert client.deliver(payjp_api.account.webhook(payjp, event)).verdict == "applied"
        shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert subjects(shop) == [COMPLETE]
    assert payjp_api.count("/v2/payment_refunds/re_1") >= 1
    assert books.refund("re_1")["status"] == "successful"
    assert books.anomalies("re_1") == {}
    read = books.row("SELECT * FROM refund_reads WHERE refund_id = 're_1'")
    assert (read["status"], read["next_read_at"], read["last_error"]) == ("successful", None, None)


def test_a_forged_success_is_not_told(shop, books, payjp_api, payjp):
    """The token is right: somebody has read it."""
    import_orders(shop, payjp_api)
    payjp_api.account.create_refund("re_1", "ch_1", status="pending", order="order-1",
                                    when=ago(minutes=5))
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        shop.wait_for_message("re_1", "refund_initiated", state="sent")
        forged = payjp.refund("evnt_forged", "re_1", "succeeded", flow="ch_1", order="order-1",
                              seconds=seconds_now())
        client.deliver(forged)
        wait_for_anomaly(books, "re_1", "provider_disagrees")
        wait_for_ticket(shop, "anomaly_provider_disagrees")
        wait_for_more_reads(books, "re_1")
        assert subjects(shop) == [STARTED]

        payjp_api.account.settle("re_1")
        shop.mail.wait_for(2)
        shop.wait_until_settled()
    assert subjects(shop) == [STARTED, COMPLETE]
    assert books.refund("re_1")["status"] == "successful"


def test_a_forged_success_of_a_failed_refund_is_not_told(shop, books, payjp_api, payjp):
    import_orders(shop, payjp_api)
    payjp_api.account.create_refund("re_1", "ch_1", status="failed", order="order-1",
                                    when=ago(minutes=5))
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        wait_for_ticket(shop, "refund_failed")
        client.deliver(payjp.refund("evnt_forged", "re_1", "succeeded", flow="ch_1",
                                    order="order-1", seconds=seconds_now()))
        wait_until_right(books, payjp_api)
        wait_for_ticket(shop, "refund_reversed")
        shop.wait_until_settled()
    assert shop.mail.mails == []
    assert "contradicting_outcome" in books.anomalies("re_1")


def test_a_refund_that_the_provider_does_not_know_is_not_told(shop, books, payjp_api, payjp):
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        client.deliver(payjp.refund("evnt_forged", "re_9", "succeeded", flow="ch_1",
                                    order="order-1", seconds=seconds_now()))
        wait_for_anomaly(books, "re_9", "unknown_to_provider")
        wait_for_ticket(shop, "anomaly_unknown_to_provider")
    assert payjp_api.count("/v2/payment_refunds/re_9") >= 1
    assert shop.mail.mails == []
    assert shop.message("re_9", "refund_complete")["state"] != "sent"


@pytest.mark.parametrize("fault", [Fault.status(500), Fault.reset()], ids=["500", "reset"])
def test_the_customer_waits_while_the_provider_cannot_be_asked(shop, books, payjp_api, payjp,
                                                               fault):
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        payjp_api.fail(fault)
        event = payjp_api.account.create_refund("re_1", "ch_1", order="order-1")
        client.deliver(payjp_api.account.webhook(payjp, event))
        payjp_api.wait_for(3, SINGLE_REFUNDS["payjp"], timeout=60)
        assert shop.mail.mails == []
        payjp_api.heal()
        shop.mail.wait_for(1, timeout=60)
        shop.wait_until_settled()
    assert subjects(shop) == [COMPLETE]


def test_a_refund_that_the_provider_comes_to_know_is_told(shop, books, payjp_api, payjp):
    """What announces a refund may be quicker than the API."""
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        payjp_api.fail(Fault.status(404), SINGLE_REFUNDS["payjp"], times=1)
        event = payjp_api.account.create_refund("re_1", "ch_1", order="order-1")
        client.deliver(payjp_api.account.webhook(payjp, event))
        shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert subjects(shop) == [COMPLETE]
    assert payjp_api.count(SINGLE_REFUNDS["payjp"]) >= 2
    assert books.count("anomalies") == 0


def test_one_refund_that_cannot_be_asked_for_does_not_hold_up_the_others(shop, books, payjp_api,
                                                                         payjp):
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, payjp_api)
        payjp_api.fail(Fault.status(500, retry_after=3600), "/v2/payment_refunds/re_1")
        events = [payjp_api.account.create_refund(refund_id, "ch_1", order="order-1")
                  for refund_id in ("re_1", "re_2", "re_3")]
        client.deliver(payjp_api.account.webhook(payjp, events[0]))
        payjp_api.wait_for(1, "/v2/payment_refunds/re_1")
        for event in events[1:]:
            client.deliver(payjp_api.account.webhook(payjp, event))
        shop.mail.wait_for(2)
    assert subjects(shop) == [COMPLETE] * 2


def test_lists_that_fail_do_not_hold_up_single_refunds(shop, books, payjp_api, payjp):
    import_orders(shop, payjp_api)
    payjp_api.fail(Fault.status(500, retry_after=3600), EVENTS["payjp"])
    ask_for_shop(shop, payjp_api)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until(lambda: (source_read(books, payjp_api) or {}).get("failures"))
        event = payjp_api.account.create_refund("re_1", "ch_1", order="order-1")
        client.deliver(payjp_api.account.webhook(payjp, event))
        shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert subjects(shop) == [COMPLETE]
    assert payjp_api.count(EVENTS["payjp"]) == 1


def test_a_source_may_do_without_confirmation(shop, books, payjp_api, payjp):
    import_orders(shop, payjp_api)
    payjp_api.fail(Fault.status(500))
    ask_for_shop(shop, payjp_api, confirm="off", **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        event = payjp_api.account.create_refund("re_1", "ch_1", order="order-1")
        client.deliver(payjp_api.account.webhook(payjp, event))
        shop.mail.wait_for(1)
    assert subjects(shop) == [COMPLETE]


# Omise signs, and sends no more than the beginning.

def test_a_late_event_is_confirmed(shop, books, omise_api, omise):
    import_orders(shop, omise_api)
    ask_for_shop(shop, omise_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", order="order-1")
        answer = client.deliver(omise_api.account.webhook(omise, event),
                                signed_at=time.time() - 4000)
        assert answer.verdict == "late"
        shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert subjects(shop) == [COMPLETE]
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["evidence"]) == ("successful", "api_read")
    assert books.event(event["id"])["verdict"] == "late"


def test_a_pending_refund_is_asked_for_until_it_ends(shop, books, omise_api, omise):
    import_orders(shop, omise_api)
    ask_for_shop(shop, omise_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", status="pending", order="order-1")
        client.deliver(omise_api.account.webhook(omise, event))
        shop.mail.wait_for(1)
        wait_for_more_reads(books, "rfnd_1")
        omise_api.account.settle("rfnd_1")
        shop.mail.wait_for(2)
        shop.wait_until_settled()
    assert subjects(shop) == [STARTED, COMPLETE]
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["evidence"]) == ("successful", "api_read")
    assert refund["last_event_id"].startswith("read:")
    assert books.event(refund["last_event_id"])["event_type"] == "refund.read"
    ends = [line for line in books.audit("rfnd_1") if line["status_before"] != line["status_after"]]
    assert [(line["evidence"], line["status_after"]) for line in ends] == [
        ("signed_webhook", "pending"), ("api_read", "successful")]


@pytest.mark.parametrize("missing_status", ["pending", "successful"])
def test_an_event_without_a_status_is_confirmed(shop, books, omise_api, omise, missing_status):
    """Whatever such an event is taken for, the customer hears what the provider says."""
    import_orders(shop, omise_api)
    ask_for_shop(shop, omise_api, missing_status=missing_status, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", order="order-1",
                                                without=["status"])
        client.deliver(omise_api.account.webhook(omise, event))
        wait_until(lambda: COMPLETE in subjects(shop), what="the customer is told")
        shop.wait_until_settled()
    assert subjects(shop).count(COMPLETE) == 1
    assert omise_api.count(SINGLE_REFUNDS["omise"]) >= 1
    assert books.refund("rfnd_1")["status"] == "successful"


def expect_told_when_it_is_so(shop, omise_api):
    """Not while the API says that the refund is pending."""
    omise_api.wait_for(3, SINGLE_REFUNDS["omise"])
    assert COMPLETE not in subjects(shop)
    omise_api.account.settle("rfnd_1")
    wait_until(lambda: COMPLETE in subjects(shop), what="the customer is told")
    shop.wait_until_settled()


def test_a_missing_status_is_not_told_as_a_success_that_there_is_not(shop, books, omise_api, omise):
    import_orders(shop, omise_api)
    ask_for_shop(shop, omise_api, missing_status="successful", **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", status="pending", order="order-1",
                                                without=["status"])
        client.deliver(omise_api.account.webhook(omise, event))
        expect_told_when_it_is_so(shop, omise_api)
    assert subjects(shop).count(COMPLETE) == 1


def test_a_status_that_the_list_of_events_left_out_is_confirmed(shop, books, omise_api):
    """The webhook was lost; the list of events has it as it was sent."""
    import_orders(shop, omise_api)
    omise_api.account.create_refund("rfnd_1", "ch_1", status="pending", order="order-1",
                                    without=["status"])
    ask_for_shop(shop, omise_api, missing_status="successful")
    with running_ready(shop.installation):
        wait_until(lambda: books.count("refunds"), what="it is found")
        expect_told_when_it_is_so(shop, omise_api)
    assert subjects(shop).count(COMPLETE) == 1


def test_a_refund_that_the_provider_forgets_is_a_ticket(shop, books, omise_api, omise):
    """It said pending before: that is not the same as saying so again."""
    ask_for_shop(shop, omise_api, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", status="pending", order="order-1")
        client.deliver(omise_api.account.webhook(omise, event))
        wait_until(lambda: reads_of(books, "rfnd_1"), what="it is asked for")
        omise_api.fail(Fault.status(404), SINGLE_REFUNDS["omise"])
        wait_until(lambda: ("anomaly_unknown_to_provider", "rfnd_1") in told_support(shop),
                   what="a ticket")
        wait_for_more_reads(books, "rfnd_1")
    assert books.count("anomalies", "kind = 'unknown_to_provider' AND resolved_at IS NULL") == 1
    assert books.count("finance_open_exceptions", "refund_id = 'rfnd_1'") == 1


def told_support(shop):
    """What each ticket is about, and whose."""
    return [(request.json["type"], request.json.get("refundId")) for request in shop.tickets.requests]


def test_giving_up_is_a_ticket(shop, books, omise_api, omise):
    ask_for_shop(shop, omise_api, poll_give_up_days=1, **LISTS_ONCE)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        event = omise_api.account.create_refund("rfnd_1", "ch_1", status="pending", order="order-1")
        client.deliver(omise_api.account.webhook(omise, event))
        wait_until(lambda: reads_of(books, "rfnd_1"), what="it is asked for")
        books.execute("UPDATE refund_reads SET first_due_at = now() - interval '2 days'")
        books.execute("UPDATE refunds SET requested_at = now() - interval '2 days'")
        wait_until(lambda: books.count("refund_reads", "given_up_at IS NOT NULL"), what="given up")
        wait_until(lambda: ("anomaly_unconfirmed", "rfnd_1") in told_support(shop), what="a ticket")
    assert books.value("SELECT next_read_at FROM refund_reads WHERE refund_id = 'rfnd_1'") is None
    assert books.refund("rfnd_1")["status"] == "pending"
    assert books.count("anomalies", "kind = 'unconfirmed' AND resolved_at IS NULL") == 1
