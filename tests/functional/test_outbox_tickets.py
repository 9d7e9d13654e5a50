"""What support is told: one ticket each, by an endpoint that may be away, refuse, hang or lie."""

import contextlib
import datetime
import email.utils
import http.client
import re
import threading
import time

from deadline import wait_until
from endpoints import Reply, TicketServer, is_signed
from fleet import deliver_shared_out
from installation import Certificate, Installation
from shop import TICKETS_SECRET, Shop, deaf_port, failed, successful


def dead_line(daemon, refund_id):
    """What the log says of the refund's dead message: the row may be dead before."""
    pattern = rf".*a message is dead.*refund_id={refund_id}\b.*\n"
    found = wait_until(lambda: re.search(pattern, daemon.log()),
                       what=f"the log says that the message of {refund_id} is dead")
    return found[0]


def open_transactions(books):
    return books.value("""SELECT count(*) FROM pg_stat_activity
                           WHERE datname = current_database() AND pid <> pg_backend_pid()
                             AND xact_start IS NOT NULL""")


def wait_until_nothing_is_begun(client):
    """The dispatcher is told of the stop after the log, and before connections are closed."""
    def is_refused():
        try:
            client.get("/healthz")
        except (OSError, http.client.HTTPException):
            return True
    wait_until(is_refused, what="the daemon takes no requests")


# Delivered once.

def test_a_failed_refund_is_one_signed_ticket(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        event = failed(omise, failure_message="The account is closed")
        assert client.deliver_all(event, event) == ["applied", "duplicate"]
        request, = shop.tickets.wait_for(1)
        sent = shop.wait_for_message("rfnd_1", "refund_failed", state="sent")
        shop.wait_until_settled()
    assert shop.tickets.requests == [request]
    assert shop.mail.mails == []

    assert (request.method, request.path) == ("POST", "/tickets")
    assert request.is_signed
    assert is_signed(TICKETS_SECRET, request.headers, request.body)
    assert not is_signed(TICKETS_SECRET, request.headers, request.body + b" ")
    assert request.headers["content-type"] == "application/json"
    message_id = str(sent["message_id"])
    assert request.headers["idempotency-key"] == request.message_id == message_id

    told = request.json
    assert (told["id"], told["type"], told["action"]) == (message_id, "refund_failed", "open")
    assert (told["audience"], told["priority"], told["livemode"]) == ("support", "normal", True)
    assert (told["refundId"], told["orderId"], told["source"]) == ("rfnd_1", "order-1", "omise-th")
    assert told["subject"] == "Refund failed: rfnd_1 (order order-1)"
    assert "The account is closed" in told["text"] and "What to do next:" in told["text"]
    assert told["data"] == sent["payload"]
    assert told["data"]["failureCode"] == "account_closed"

    assert (sent["external_reference"], sent["attempts"], sent["last_error"]) == ("1", 1, None)


# What the endpoint answers.

def test_every_answer_means_something(shop, omise):
    shop.tell(tickets={"concurrency": 1})
    refused = [400, 401, 403, 404, 409, 410, 413, 422]
    with shop.running() as daemon, daemon.client() as client:
        in_two_hours = email.utils.formatdate(time.time() + 7200, usegmt=True)
        retried = [  # answer, the next attempt in seconds, from and to
            (Reply.later(503, retry_after=in_two_hours), 7190, 7200),  # first: it comes nearer
            (Reply(500), 3.75, 6.25),
            (Reply.later(503), 3.75, 6.25),
            (Reply.later(503, retry_after=1), 3.75, 6.25),  # never sooner than we would
            (Reply.later(429, retry_after=120), 120, 120),
            (Reply.later(429, retry_after=10_000_000), 86400, 86400),  # a day is the most
            (Reply(408), 3.75, 6.25),
        ]
        for n, (reply, soonest, latest) in enumerate(retried):
            shop.tickets.reply(reply)
            before = datetime.datetime.now(datetime.timezone.utc)
            client.deliver(failed(omise, n))
            waiting = shop.wait_for_failed_attempt(f"rfnd_{n}", "refund_failed")
            shop.put_off()
            taken = (datetime.datetime.now(datetime.timezone.utc) - before).total_seconds()
            due_in = (waiting["next_attempt_at"] - before).total_seconds()
            assert soonest <= due_in <= latest + taken, reply
            assert waiting["last_error"] == f"the endpoint answered {reply.status}"
            assert waiting["sent_at"] is None
            # An answer of another kind in between: many failures in a row are another test's.
            client.deliver(failed(omise, f"{n}_well"))
            shop.wait_for_message(f"rfnd_{n}_well", "refund_failed", state="sent")
        assert "a message is dead" not in daemon.log()

        for status in refused:
            shop.tickets.reply(Reply(status))
            client.deliver(failed(omise, status))
            dead = shop.wait_for_message(f"rfnd_{status}", "refund_failed", state="dead")
            assert f"the endpoint answered {status}" in dead["last_error"]
            assert (dead["attempts"], dead["leased_until"]) == (1, None)
            line = dead_line(daemon, f"rfnd_{status}")
            assert "error" in line and str(status) in line and str(dead["message_id"]) in line
    assert len(shop.tickets.requests) == 2 * len(retried) + len(refused)


def test_a_redirect_is_not_followed(shop, omise, certificate):
    with TicketServer(certificate) as elsewhere:
        shop.tickets.reply(*(Reply.redirect(elsewhere.url, status)
                             for status in (301, 302, 307, 308)))
        with shop.running() as daemon, daemon.client() as client:
            for n in range(4):
                client.deliver(failed(omise, n))
                dead = shop.wait_for_message(f"rfnd_{n}", "refund_failed", state="dead")
                assert "redirect" in dead["last_error"]
                dead_line(daemon, f"rfnd_{n}")
        assert elsewhere.requests == []
    assert len(shop.tickets.requests) == 4


def test_a_ticket_without_a_usable_id_has_arrived_all_the_same(shop, omise):
    bodies = [b"", b"not json", b"[]", b'{"ticket": {"id": {"a": 1}}}', b'{"ticket": {"id": 1.5}}',
              b'{"ticket": {"id": "a\\r\\nb"}}', b"[" * 60_000, b"x" * 1_000_000]
    with shop.running() as daemon, daemon.client() as client:
        for n, body in enumerate(bodies):
            shop.tickets.reply(Reply(201, body=body))
            client.deliver(failed(omise, n))
            sent = shop.wait_for_message(f"rfnd_{n}", "refund_failed", state="sent")
            assert sent["external_reference"] is None, body[:50]


# No answer.

def test_an_endpoint_that_hangs_or_cuts_gets_the_same_message_again(shop, omise):
    shop.tell(tickets={"timeout_seconds": 5})
    shop.tickets.reply(Reply.hang(), Reply.reset())
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        for attempts in (1, 2):
            waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_failed", attempts)
            assert waiting["last_error"].startswith("network:")
            shop.make_due()
        sent = shop.wait_for_message("rfnd_1", "refund_failed", state="sent", attempts=3)
        shop.wait_until_settled()
    assert [request.message_id for request in shop.tickets.requests] == [
        str(sent["message_id"])] * 3
    assert len({request.headers["idempotency-key"] for request in shop.tickets.requests}) == 1
    assert all(request.is_signed for request in shop.tickets.requests)


def test_an_endpoint_that_nobody_reaches_gets_the_ticket_later(shop, omise, certificate):
    with deaf_port() as port:
        shop.tell(tickets={"url": f"https://localhost:{port}"})
        with shop.running() as daemon, daemon.client() as client:
            client.deliver(failed(omise))
            waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_failed")
            assert waiting["last_error"].startswith("network:")
            with TicketServer(certificate, TICKETS_SECRET, port=port) as server:
                shop.make_due()
                server.wait_for(1)
                sent = shop.wait_for_message("rfnd_1", "refund_failed", state="sent")
                assert len(server.requests) == 1
    assert (sent["attempts"], sent["last_error"], sent["external_reference"]) == (2, None, "1")


def test_an_endpoint_with_a_bad_certificate_is_told_nothing(shop, omise, tmp_path):
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    shop.tell(tickets={"ca_file": str(Certificate(other_folder).file)})
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_failed")
        assert waiting["last_error"].startswith("TLS: the certificate is not trusted")
    assert shop.tickets.requests == []
    shop.tell()
    shop.make_due()
    with shop.running():
        shop.wait_for_message("rfnd_1", "refund_failed", state="sent", attempts=2)
    assert len(shop.tickets.requests) == 1


def test_after_the_last_attempt_the_message_is_dead(shop, omise):
    shop.limit_attempts(3)
    shop.tickets.reply_always(Reply(503))
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        for attempts in (1, 2):
            shop.wait_for_failed_attempt("rfnd_1", "refund_failed", attempts)
            shop.make_due()
        dead = shop.wait_for_message("rfnd_1", "refund_failed", state="dead", attempts=3)
        assert dead["last_error"] == "the endpoint answered 503"
        assert "attempts=3" in dead_line(daemon, "rfnd_1")
    assert len(shop.tickets.requests) == 3


# A dead endpoint and the others.

def test_a_dead_mail_server_keeps_no_ticket_waiting(shop, omise):
    mails, tickets = range(20), range(100, 120)
    shop.import_orders(*mails)
    shop.tell_nobody()
    shop.deliver(*(successful(omise, n) for n in mails), *(failed(omise, n) for n in tickets))
    with deaf_port() as port:
        shop.tell(mail={"url": f"smtp://localhost:{port}", "concurrency": 1})
        with shop.running() as daemon:
            shop.tickets.wait_for(len(tickets))
            wait_until(lambda: "a sink is left alone for a while" in daemon.log())
            # And those that come now.
            with daemon.client() as client:
                client.deliver_all(successful(omise, 200), failed(omise, 201))
            shop.wait_for_message("rfnd_201", "refund_failed", state="sent")
    states = shop.states()
    for n in mails:
        assert states[f"rfnd_{n}", "customer", "refund_complete"] == "pending"
    for n in tickets:
        assert states[f"rfnd_{n}", "support", "refund_failed"] == "sent"
    # The endpoint is left alone before each message has spent an attempt on it.
    assert shop.books.value("SELECT sum(attempts) FROM outbox_messages"
                            " WHERE template = 'refund_complete'") == 5


# A crash between the send and its mark.

def test_the_attempt_is_committed_before_the_call(shop, omise):
    release = threading.Event()
    shop.tickets.reply(Reply(201, not_before=release))
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        shop.tickets.wait_for(1)
        in_hand = shop.message("rfnd_1", "refund_failed")
        # Those of the poll end at once; one that stayed open for the call would be there all along.
        wait_until(lambda: open_transactions(shop.books) == 0, 5)
        assert shop.message("rfnd_1", "refund_failed")["state"] == "pending"
        release.set()
        sent = shop.wait_for_message("rfnd_1", "refund_failed", state="sent")
    assert (in_hand["state"], in_hand["attempts"]) == ("pending", 1)
    lease = in_hand["leased_until"] - in_hand["created_at"]
    assert datetime.timedelta(seconds=30) < lease < datetime.timedelta(seconds=90)
    assert in_hand["next_attempt_at"] == in_hand["leased_until"]
    assert (sent["attempts"], sent["leased_until"]) == (1, None)


def test_kill_9_before_the_mark_repeats_the_ticket_once_with_the_same_id(shop, omise):
    shop.tickets.reply(Reply.hang())
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise, 1))
        shop.tickets.wait_for(1)
        daemon.kill()
    assert shop.message("rfnd_1", "refund_failed")["attempts"] == 1

    with shop.running() as daemon, daemon.client() as client:
        # Its lease has not ended: only the other is sent.
        client.deliver(failed(omise, 2))
        assert shop.tickets.wait_for(2)[1].json["refundId"] == "rfnd_2"
        shop.wait_for_message("rfnd_2", "refund_failed", state="sent")
        assert shop.message("rfnd_1", "refund_failed")["state"] == "pending"
        shop.make_due()
        first, _, again = shop.tickets.wait_for(3)
        shop.wait_for_message("rfnd_1", "refund_failed", state="sent", attempts=2)
        shop.wait_until_settled()
    assert len(shop.tickets.requests) == 3
    assert again.message_id == first.message_id
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"]
    assert again.body == first.body


def test_a_message_that_kills_its_sender_runs_out_of_attempts(shop, omise):
    shop.limit_attempts(1)
    shop.tickets.reply(Reply.hang())
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        shop.tickets.wait_for(1)
        daemon.kill()
    shop.make_due()
    with shop.running() as daemon:
        dead = shop.wait_for_message("rfnd_1", "refund_failed", state="dead", attempts=1)
        assert "crashed" in dead["last_error"]
        dead_line(daemon, "rfnd_1")
    assert len(shop.tickets.requests) == 1


# The end.

def test_sigterm_waits_for_the_send_in_hand(shop, omise):
    release = threading.Event()
    shop.tickets.reply(Reply(201, body=b'{"ticket": {"id": 77}}', not_before=release))
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise))
        shop.tickets.wait_for(1)
        daemon.terminate()
        wait_until(lambda: "stopping" in daemon.log())
        wait_until_nothing_is_begun(client)
        assert daemon.is_running()
        assert shop.message("rfnd_1", "refund_failed")["state"] == "pending"
        release.set()
        assert daemon.wait_for_exit() == 0
    sent = shop.message("rfnd_1", "refund_failed")
    assert (sent["state"], sent["attempts"], sent["external_reference"]) == ("sent", 1, "77")


def test_sigterm_begins_nothing_new(shop, omise):
    release = threading.Event()
    shop.tell(tickets={"concurrency": 1})
    shop.tickets.reply_always(Reply(201, not_before=release))
    with shop.running() as daemon, daemon.client() as client:
        client.deliver_all(failed(omise, 1), failed(omise, 2))
        shop.tickets.wait_for(1)
        daemon.terminate()
        wait_until(lambda: "stopping" in daemon.log())
        wait_until_nothing_is_begun(client)
        release.set()
        assert daemon.wait_for_exit() == 0
    assert len(shop.tickets.requests) == 1
    first, second = (shop.message(f"rfnd_{n}", "refund_failed") for n in (1, 2))
    assert (first["state"], first["attempts"]) == ("sent", 1)
    assert (second["state"], second["attempts"]) == ("pending", 0)


# Two daemons.

def test_two_daemons_send_each_of_a_thousand_tickets_once(shop, omise, certificate):
    count = 1000
    events = [failed(omise, n) for n in range(count)]
    shop.tell_nobody()
    with shop.running() as daemon:  # what waits when the two begin
        assert deliver_shared_out(daemon, events[:count // 2]).statuses == {200: count // 2}

    other = Shop(Installation(shop.installation.folder / "two", certificate, shop.books.url),
                 shop.books, shop.mail, shop.tickets)
    # Nobody is answered before both send, or the one that starts first might send all.
    both_send = threading.Event()
    shop.tickets.reply_always(Reply(201, body=b'{"ticket": {"id": 1}}', not_before=both_send))
    for each, path in ((shop, "/one"), (other, "/two")):
        each.tell(tickets={"url": shop.tickets.url + path, "timeout_seconds": 20})
    with contextlib.ExitStack() as stack:
        one, _ = [stack.enter_context(each.running()) for each in (shop, other)]
        wait_until(lambda: len({request.path for request in shop.tickets.requests}) == 2)
        shop.tickets.reply_always(None)
        both_send.set()
        # And what comes while they send.
        assert deliver_shared_out(one, events[count // 2:]).statuses == {200: count // 2}
        requests = shop.tickets.wait_for(count, 60)
        wait_until(lambda: shop.books.count("outbox_messages", "state = 'sent'") == count, 60)
    assert len(shop.tickets.requests) == count
    assert len({request.message_id for request in requests}) == count
    assert {request.json["refundId"] for request in requests} == {f"rfnd_{n}" for n in range(count)}
    assert {request.path for request in requests} == {"/one", "/two"}
    assert shop.books.count("outbox_messages",
                            "attempts = 1 AND external_reference IS NOT NULL") == count
