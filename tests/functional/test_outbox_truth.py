"""Nobody is told what no longer holds, and everybody only what is meant for them."""

from deadline import wait_until
from installation import SOURCES
from shop import CUSTOMER, failed, started, successful


def subjects(mails):
    return [mail.subject for mail in mails]


def told(requests):
    """{(audience, template)} of the tickets."""
    return {(request.json["audience"], request.json["type"]) for request in requests}


def told_at_once(shop, *events):
    """All of them happen before anything is sent; then it is."""
    shop.tell_nobody()
    shop.deliver(*events)
    shop.tell()
    with shop.running():
        shop.wait_until_settled()


# What is no longer so.

def test_a_refund_that_ended_before_its_beginning_was_told_is_told_once(shop, omise):
    shop.import_orders(1)
    told_at_once(shop, started(omise), successful(omise))
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 is complete"]
    superseded = shop.message("rfnd_1", "refund_initiated")
    assert (superseded["state"], superseded["attempts"], superseded["sent_at"]) == (
        "superseded", 0, None)
    assert superseded["last_error"] == "no longer so: the refund is successful"


def test_a_refund_that_begins_and_ends_in_one_batch_is_told_once(shop, omise):
    shop.import_orders(1)
    shop.tell(sections={"database": {"connections": 1}})
    with shop.running() as daemon:
        clients = [daemon.client() for _ in range(3)]
        with shop.books.writing_held_up():
            # The first is in the database's hands; the others become the next batch.
            events = [failed(omise, 2), started(omise, 1), successful(omise, 1)]
            for client, event in zip(clients, events):
                client.send_request("POST", event.path, event.body, event.headers())
                wait_until(shop.books.waiting_for_lock)
            wait_until_received(daemon)
        assert [client.read_answer().verdict for client in clients].count("applied") >= 2
        for client in clients:
            client.close()
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        shop.wait_until_settled()
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 is complete"]


def wait_until_received(daemon):
    """The daemon's only loop has read what was sent before: two later requests are answered."""
    with daemon.client() as client:
        for _ in range(2):
            assert client.get("/healthz").status == 200


def test_a_beginning_and_an_end_that_were_true_are_both_told(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(started(omise))
        shop.wait_for_message("rfnd_1", "refund_initiated", state="sent")
        client.deliver(successful(omise))
        mails = shop.mail.wait_for(2)
        shop.wait_until_settled()
    assert subjects(mails) == ["Your refund for order order-1 has been started",
                               "Your refund for order order-1 is complete"]
    assert len(shop.mail.mails) == 2


def test_good_news_that_were_reversed_before_they_were_sent_are_never_told(shop, omise):
    shop.import_orders(1)
    told_at_once(shop, successful(omise), failed(omise, event="reversal", seconds=120))
    assert shop.mail.mails == []
    assert shop.message("rfnd_1", "refund_complete")["state"] == "superseded"
    assert ("rfnd_1", "customer", "refund_correction") not in shop.states()
    assert {("support", "refund_reversed"), ("finance", "refund_reversed")} <= told(
        shop.tickets.requests)


def test_good_news_that_were_sent_are_corrected(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        client.deliver(failed(omise, event="reversal", seconds=120))
        shop.wait_for_message("rfnd_1", "refund_correction", state="sent")
        shop.wait_until_settled()
    assert subjects(shop.mail.mails) == [
        "Your refund for order order-1 is complete",
        "Correction: your refund for order order-1 did not go through"]
    reversals = [request.json for request in shop.tickets.requests
                 if request.json["type"] == "refund_reversed"]
    assert sorted((each["audience"], each["priority"]) for each in reversals) == [
        ("finance", "high"), ("support", "high")]


def test_good_news_that_may_have_been_sent_are_corrected(shop, omise):
    """The daemon was killed before it knew."""
    shop.import_orders(1)
    shop.mail.hang_once()
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        shop.mail.wait_for(1)
        daemon.kill()
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise, event="reversal", seconds=120))
        shop.wait_for_message("rfnd_1", "refund_correction", state="sent")
        shop.make_due()
        shop.wait_until_settled()
    assert subjects(shop.mail.mails) == [
        "Your refund for order order-1 is complete",
        "Correction: your refund for order order-1 did not go through"]
    assert shop.message("rfnd_1", "refund_complete")["state"] == "superseded"


def test_a_retry_finds_out_that_it_is_no_longer_so(shop, omise):
    shop.import_orders(1)
    shop.mail.refuse_always("MAIL", "451 4.3.0 later")
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(started(omise))
        shop.wait_for_failed_attempt("rfnd_1", "refund_initiated")
        shop.put_off()
        shop.mail.refuse_always("MAIL", None)
        client.deliver(successful(omise))
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        shop.make_due()
        shop.wait_for_message("rfnd_1", "refund_initiated", state="superseded", attempts=1)
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 is complete"]


def test_a_failed_refund_that_succeeds_closes_its_ticket(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        opened = shop.wait_for_message("rfnd_1", "refund_failed", state="sent")
        client.deliver(successful(omise, event="recovery", seconds=120))
        shop.wait_for_message("rfnd_1", "refund_recovered", state="sent")
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        shop.wait_until_settled()
    by_type = {request.json["type"]: request.json for request in shop.tickets.requests}
    recovered = by_type["refund_recovered"]
    assert (by_type["refund_failed"]["action"], recovered["action"]) == ("open", "resolve")
    assert opened["external_reference"] is not None
    assert recovered["externalReference"] == opened["external_reference"]
    assert recovered["openedBy"] == by_type["refund_failed"]["id"] == str(opened["message_id"])
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 is complete"]


def test_a_failure_that_was_over_before_it_was_told_opens_no_ticket(shop, omise):
    shop.import_orders(1)
    told_at_once(shop, failed(omise), successful(omise, event="recovery", seconds=120))
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 is complete"]
    states = shop.states()
    assert states["rfnd_1", "support", "refund_failed"] == "superseded"
    assert states["rfnd_1", "support", "refund_recovered"] == "superseded"
    assert not told(shop.tickets.requests) & {("support", "refund_failed"),
                                              ("support", "refund_recovered")}


# Who is told.

def test_a_template_that_is_switched_off_is_not_sent(shop, omise):
    shop.import_orders(1, 2)
    shop.tell(routes=[{"template": "refund_complete", "sink": "off"},
                      {"audience": "support", "source": "omise-told", "sink": "off"}])
    with shop.running() as daemon, daemon.client() as client:
        client.deliver_all(started(omise, 1), successful(omise, 2), failed(omise, 3))
        off = shop.wait_for_message("rfnd_2", "refund_complete", state="suppressed")
        shop.wait_for_message("rfnd_1", "refund_initiated", state="sent")
        shop.wait_for_message("rfnd_3", "refund_failed", state="sent")
    assert (off["last_error"], off["attempts"]) == ("switched off by the configuration", 0)
    assert subjects(shop.mail.mails) == ["Your refund for order order-1 has been started"]


def test_staff_may_be_told_by_mail(shop, omise):
    shop.tell(routes=[{"audience": "support", "template": "refund_*", "sink": "mail",
                       "recipient": "desk@shop.example"}])
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        mail, = shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert mail.recipients == ["desk@shop.example"]
    assert mail.subject == "Refund failed: rfnd_1 (order order-1)"
    assert shop.tickets.requests == []


def test_messages_of_a_sink_that_is_gone_take_the_new_way(shop, omise):
    shop.tell(tickets={"url": "https://localhost:1/nobody"})
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        shop.wait_for_failed_attempt("rfnd_1", "refund_failed")
    sink = {**shop.tickets_sink(), "name": "desk"}
    routes = [{"audience": "customer", "sink": "off"}, {"sink": "desk"}]
    shop.installation.configure(sinks=[sink], routes=routes)
    shop.make_due()
    with shop.running():
        shop.wait_for_message("rfnd_1", "refund_failed", state="sent", attempts=2, sink="desk")
    assert len(shop.tickets.requests) == 1


# Test mode.

def test_a_test_goes_to_the_test_recipient_and_says_so(shop, accounts):
    sender = accounts.omise_told
    shop.import_orders(1, source="omise-told")
    with shop.running() as daemon, daemon.client() as client:
        client.deliver_all(successful(sender, 1), successful(sender, 2), failed(sender, 3))
        mails = shop.mail.wait_for(2)
        request, = shop.tickets.wait_for(1)
        shop.wait_until_settled()
    # Also of an order without a customer; never to the customer.
    assert [mail.recipients for mail in mails] == [["tests@shop.example"]] * 2
    assert sorted(subjects(mails)) == [f"[TEST] Your refund for order order-{n} is complete"
                                       for n in (1, 2)]
    assert (request.json["livemode"], request.json["subject"]) == (
        False, "[TEST] Refund failed: rfnd_3 (order order-3)")
    assert CUSTOMER.encode() not in b"".join(mail.content for mail in mails)


def test_a_test_that_nobody_asked_for_is_not_sent(shop, accounts, omise):
    shop.import_orders(1, source="omise-test")
    shop.import_orders(2, source="omise-told")
    shop.tell_nobody()
    shop.deliver(successful(accounts.omise_test, 1), successful(accounts.omise_told, 2))
    # The second had a recipient when it came, and has none when it would be sent.
    sources = [{name: value for name, value in source.items() if name != "test_recipient"}
               for source in SOURCES]
    shop.tell(sources=sources)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise, 3))
        shop.wait_for_message("rfnd_3", "refund_failed", state="sent")
        shop.wait_until_settled()
    first, second = (shop.message(f"rfnd_{n}", "refund_complete") for n in (1, 2))
    assert (first["state"], second["state"]) == ("suppressed", "suppressed")
    assert second["last_error"] == "test mode without a test_recipient"
    assert shop.mail.mails == []
    assert len(shop.tickets.requests) == 1


# Nobody there.

def test_a_customer_without_an_address_is_a_ticket_once(shop, omise):
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(started(omise))
        first = shop.wait_for_message("rfnd_1", "refund_initiated", state="suppressed")
        shop.wait_for_message("rfnd_1", "customer_unreachable", state="sent")
        client.deliver(successful(omise))
        second = shop.wait_for_message("rfnd_1", "refund_complete", state="suppressed")
        shop.wait_until_settled()
    assert first["last_error"] == second["last_error"] == "no address is known"
    assert shop.mail.mails == []
    request, = shop.tickets.requests
    assert (request.json["audience"], request.json["type"]) == ("support", "customer_unreachable")
    assert request.json["refundId"] == "rfnd_1"
    assert request.json["data"]["untoldTemplate"] == "refund_initiated"
