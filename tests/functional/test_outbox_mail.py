"""What customers are told: one mail each, by a server that may be away, refuse or fall silent."""

import re

import pytest

from deadline import wait_until
from endpoints import MailServer
from shop import CUSTOMER, MAIL_PASSWORD, MAIL_USER, deaf_port, started, successful


# Delivered once.

def test_a_successful_refund_is_one_mail(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        event = successful(omise)
        assert client.deliver_all(event, event) == ["applied", "duplicate"]
        mail, = shop.mail.wait_for(1)
        sent = shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        shop.wait_until_settled()
    assert shop.mail.mails == [mail]
    assert shop.tickets.requests == []

    assert (mail.sender, mail.recipients) == ("refunds@shop.example", [CUSTOMER])
    assert (mail.is_tls, mail.user) == (True, MAIL_USER)
    message = mail.message
    assert mail.subject == "Your refund for order order-1 is complete"
    assert (message["From"], message["To"]) == ("Test Shop <refunds@shop.example>", CUSTOMER)
    assert message["Message-ID"] == f"<{sent['message_id']}@shop.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for text in (mail.text, mail.html):
        for shown in ("order-1", "250.00", "rfnd_1"):
            assert shown in text
    assert "Test & Co" in mail.text
    assert "Test &amp; Co" in mail.html

    assert (sent["attempts"], sent["last_error"], sent["leased_until"]) == (1, None, None)
    assert sent["sent_at"] >= sent["created_at"]


@pytest.mark.parametrize("tls", ["none", "at once"])
def test_a_mail_server_may_speak_no_tls_or_nothing_else(shop, omise, certificate, tls):
    options = {"none": {}, "at once": {"certificate": certificate, "tls_at_once": True,
                                       "users": {MAIL_USER: MAIL_PASSWORD}}}[tls]
    changes = {"none": {"tls": "none", "user": None, "password_file": None, "ca_file": None},
               "at once": {}}[tls]
    shop.import_orders(1)
    with MailServer(**options) as server:
        shop.tell(mail={"url": server.url, **changes})
        with shop.running() as daemon, daemon.client() as client:
            client.deliver(successful(omise))
            mail, = server.wait_for(1)
            shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
    assert mail.is_tls == (tls == "at once")
    assert mail.user == (None if tls == "none" else MAIL_USER)


def test_the_customer_reads_the_language_of_the_order(shop, omise):
    shop.import_orders(1, locale="ja")
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        mail, = shop.mail.wait_for(1)
    assert mail.subject == "返金完了のお知らせ（ご注文番号 order-1）"
    assert mail.message["Content-Language"] == "ja"


# Not the first time.

def test_a_mail_server_that_nobody_reaches_gets_the_mail_later(shop, omise, certificate):
    shop.import_orders(1)
    with deaf_port() as port:
        shop.tell(mail={"url": f"smtp://localhost:{port}"})
        with shop.running() as daemon, daemon.client() as client:
            client.deliver(successful(omise))
            waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_complete")
            assert waiting["last_error"].startswith("network:")
            with MailServer(certificate, users={MAIL_USER: MAIL_PASSWORD}, port=port) as server:
                shop.make_due()
                mail, = server.wait_for(1)
                sent = shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
    assert (sent["attempts"], sent["last_error"]) == (2, None)
    assert mail.recipients == [CUSTOMER]


def test_a_mail_server_that_refuses_for_now_gets_the_mail_later(shop, omise):
    shop.import_orders(1)
    shop.mail.refuse("MAIL", "421 4.3.2 too busy")
    shop.mail.refuse("RCPT", "451 4.7.1 greylisted")
    shop.mail.refuse("DATA", "452 4.2.2 mailbox full")
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        for attempts, reply in enumerate(["421", "451", "452"], start=1):
            waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_complete", attempts)
            assert reply in waiting["last_error"]
            shop.make_due()
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent", attempts=4)
    assert len(shop.mail.mails) == 1


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_mail_that_is_refused_for_good_is_dead(shop, omise, command):
    shop.import_orders(1)
    shop.mail.refuse(command, "550 5.1.1 no")
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        dead = shop.wait_for_message("rfnd_1", "refund_complete", state="dead")
    assert (dead["attempts"], dead["sent_at"]) == (1, None)
    assert "550" in dead["last_error"]
    line = re.search(r".*a message is dead.*", daemon.log())[0]
    assert "error" in line and "refund_id=rfnd_1" in line
    assert CUSTOMER not in daemon.log()


@pytest.mark.parametrize("changes, said", [
    ({"password_file": "wrong-password"}, "user name or password"),
    ({"ca_file": None}, "TLS: the certificate is not trusted"),
])
def test_a_mail_server_that_cannot_be_used_keeps_the_mail_waiting(shop, omise, changes, said):
    """Ours to put right: the mail waits until somebody has."""
    shop.installation.write_secret("wrong-password", "sesame, close")
    shop.import_orders(1)
    shop.tell(mail=changes)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        assert said in shop.wait_for_failed_attempt("rfnd_1", "refund_complete")["last_error"]
    assert MAIL_PASSWORD not in daemon.log() and "sesame" not in daemon.log()
    assert shop.mail.mails == []
    shop.tell()
    shop.make_due()
    with shop.running():
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent", attempts=2)


def test_a_server_that_offers_no_tls_gets_neither_mail_nor_password(shop, omise):
    shop.import_orders(1)
    with MailServer(users={MAIL_USER: MAIL_PASSWORD}) as server:
        shop.tell(mail={"url": server.url})
        with shop.running() as daemon, daemon.client() as client:
            client.deliver(successful(omise))
            waiting = shop.wait_for_failed_attempt("rfnd_1", "refund_complete")
        assert waiting["last_error"].startswith("TLS:")
        assert (server.mails, server.logins) == ([], [])


# A crash between the send and its mark.

def test_kill_9_before_the_mark_repeats_the_mail_with_the_same_id(shop, omise):
    shop.import_orders(1, 2)
    shop.mail.hang_once()
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        shop.mail.wait_for(1)
        assert shop.message("rfnd_1", "refund_complete")["attempts"] == 1
        daemon.kill()

    with shop.running() as daemon, daemon.client() as client:
        # Its lease has not ended: only the other is sent.
        client.deliver(successful(omise, 2))
        assert "order-2" in shop.mail.wait_for(2)[1].subject
        shop.wait_for_message("rfnd_2", "refund_complete", state="sent")
        shop.make_due()
        first, _, again = shop.mail.wait_for(3)
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent", attempts=2)
        shop.wait_until_settled()
    assert len(shop.mail.mails) == 3
    assert again.message["Message-ID"] == first.message["Message-ID"]
    assert again.text == first.text


# What others may write into our mails.

def header_names(mail):
    return {name.lower() for name, _ in mail.message.raw_items()}


ORDINARY_HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted",
                    "x-auto-response-suppress", "content-language", "mime-version", "content-type"}
INJECTION = "order-9\r\nBcc: x@evil.example\r\n\r\nClick here"


def test_a_line_break_in_an_order_id_of_the_provider_adds_no_header(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise, order=INJECTION))
        mail, = shop.mail.wait_for(1)
    # Not an order id at all: the charge's order is the refund's.
    assert mail.subject == "Your refund for order order-1 is complete"
    assert header_names(mail) == ORDINARY_HEADERS
    assert mail.recipients == [CUSTOMER]
    assert b"evil" not in mail.content


def test_a_line_break_that_is_in_the_database_adds_no_header(shop, omise):
    """However it came there."""
    shop.import_orders(1)
    shop.tell_nobody()
    shop.deliver(successful(omise))
    for table in ("orders", "refunds", "outbox_messages"):
        shop.books.execute(f"UPDATE {table} SET order_id = %s WHERE order_id = 'order-1'",
                           INJECTION)
    shop.tell()
    with shop.running():
        mail, = shop.mail.wait_for(1)
    assert header_names(mail) == ORDINARY_HEADERS
    assert mail.recipients == [CUSTOMER]
    assert "Bcc: x@evil.example" in mail.subject
    assert "\n" not in mail.subject and "\r" not in mail.subject


@pytest.mark.parametrize("address", ["a@b.example>\r\nBcc: x@evil.example", "no address",
                                     "a@b.example, x@y.example"])
def test_what_is_no_address_gets_no_mail(shop, omise, address):
    shop.import_orders(1)
    shop.books.execute("UPDATE orders SET customer_email = %s", address)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        dead = shop.wait_for_message("rfnd_1", "refund_complete", state="dead")
    assert dead["last_error"] == "the recipient is no mail address"
    assert shop.mail.mails == []


def test_markup_in_an_order_id_is_text(shop, omise):
    order = "<b>&amp;\"'</b>"
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(started(omise, order=order, seconds=-60))
        shop.wait_for_message("rfnd_1", "refund_initiated", state="suppressed")
        shop.books.execute("UPDATE orders SET customer_email = %s", CUSTOMER)
        client.deliver(successful(omise, order=order))
        mail, = shop.mail.wait_for(1)
        shop.wait_until_settled()
    assert f"Order number: {order}\n" in mail.text
    assert mail.subject == f"Your refund for order {order} is complete"
    assert "&lt;b&gt;&amp;amp;" in mail.html
    assert "<b>" not in mail.html


# The end.

def test_sigterm_waits_for_the_mail_in_hand(shop, omise):
    shop.import_orders(1)
    shop.tell(mail={"timeout_seconds": 5})
    shop.mail.hang_once()
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise))
        shop.mail.wait_for(1)
        daemon.terminate()
        wait_until(lambda: "stopping" in daemon.log())
        assert daemon.wait_for_exit() == 0
    waiting = shop.message("rfnd_1", "refund_complete")
    assert (waiting["state"], waiting["attempts"], waiting["leased_until"]) == ("pending", 1, None)
    assert waiting["last_error"].startswith("network:")
