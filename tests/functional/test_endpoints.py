"""The servers that messages are sent to in other tests behave as those tests rely on."""

import base64
import email.message
import hashlib
import hmac
import http.client
import json
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from endpoints import MailServer, Reply, TicketServer, is_signed
from wire import TIMEOUT_SECONDS, trusting

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


# Mail.

def a_mail(subject="返金完了", text="Done.\n"):
    message = email.message.EmailMessage()
    message["From"] = "refunds@shop.example"
    message["To"] = "customer@example.com"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


def smtp(server):
    return smtplib.SMTP("localhost", server.port, timeout=TIMEOUT_SECONDS)


def test_mail_in_the_clear_is_kept():
    with MailServer() as server:
        with smtp(server) as client:
            client.send_message(a_mail())
        mail, = server.wait_for(1)
    assert (mail.sender, mail.recipients) == ("refunds@shop.example", ["customer@example.com"])
    assert (mail.subject, mail.text, mail.user) == ("返金完了", "Done.\n", None)
    assert "<p>Done." in mail.html
    assert not mail.is_tls


def test_a_mail_server_with_starttls_takes_nothing_before_it(certificate):
    with MailServer(certificate) as server:
        with smtp(server) as client:
            with pytest.raises(smtplib.SMTPResponseException) as refusal:
                client.send_message(a_mail())
            assert refusal.value.smtp_code == 530
        with smtp(server) as client:
            client.starttls(context=trusting(certificate.file))
            client.send_message(a_mail())
        assert server.wait_for(1)[0].is_tls


def test_a_mail_server_may_speak_tls_at_once(certificate):
    with MailServer(certificate, tls_at_once=True) as server:
        assert server.url == f"smtps://localhost:{server.port}"
        with smtplib.SMTP_SSL("localhost", server.port, timeout=TIMEOUT_SECONDS,
                              context=trusting(certificate.file)) as client:
            client.send_message(a_mail())
        assert server.wait_for(1)[0].is_tls


@pytest.mark.parametrize("tls", ["none", "starttls", "at once"])
def test_mail_users_log_in(certificate, tls):
    options = {"none": {}, "starttls": {"certificate": certificate},
               "at once": {"certificate": certificate, "tls_at_once": True}}[tls]
    context = trusting(certificate.file)

    def connected():
        if tls == "at once":
            return smtplib.SMTP_SSL("localhost", server.port, timeout=TIMEOUT_SECONDS,
                                    context=context)
        client = smtp(server)
        if tls == "starttls":
            client.starttls(context=context)
        return client

    with MailServer(users={"shop": "open sesame"}, **options) as server:
        with connected() as client, pytest.raises(smtplib.SMTPResponseException) as refusal:
            client.send_message(a_mail())
        assert refusal.value.smtp_code == 530
        with connected() as client, pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("shop", "wrong")
        with connected() as client, pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("nobody", "")
        with connected() as client:
            client.login("shop", "open sesame")
            client.send_message(a_mail())
        assert server.wait_for(1)[0].user == "shop"
        assert ("shop", False) in server.logins and ("shop", True) in server.logins


@pytest.mark.parametrize("command, reply, code", [
    ("MAIL", "451 4.3.0 later", 451), ("RCPT", "550 5.1.1 no such user", 550),
    ("DATA", "554 5.7.1 not wanted", 554)])
def test_a_mail_server_refuses_as_often_as_told(command, reply, code):
    with MailServer() as server:
        server.refuse(command, reply)
        with smtp(server) as client:
            with pytest.raises(smtplib.SMTPException) as refusal:
                client.send_message(a_mail())
            assert str(code) in str(refusal.value)
        with smtp(server) as client:
            client.send_message(a_mail())
        assert len(server.wait_for(1)) == 1
        server.refuse_always(command, reply)
        for _ in range(2):
            with smtp(server) as client, pytest.raises(smtplib.SMTPException):
                client.send_message(a_mail())
        assert len(server.mails) == 1


# Tickets.

def sign(body, message_id="msg_1", timestamp=None, secret=SECRET):
    timestamp = str(int(time.time()) if timestamp is None else timestamp)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode()}


@pytest.fixture
def tickets(certificate):
    with TicketServer(certificate) as server:
        yield server


@pytest.fixture
def call(certificate):
    def call(server, body=b"{}", method="POST", headers=None, path="/tickets"):
        """(status, headers, JSON of the answer), not following redirects."""
        request = urllib.request.Request(server.url + path, body, headers or {}, method=method)
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trusting(certificate.file)), NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers, json.load(answer)
    return call


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_the_published_signature_is_right():
    headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    body = b'{"test": 2432232314}'
    assert is_signed(SECRET, headers, body, now=1614265330)
    assert not is_signed(SECRET, headers, body + b" ", now=1614265330)
    assert not is_signed(SECRET, headers, body, now=1614265330 + 301)
    assert not is_signed(SECRET, {**headers, "webhook-id": "msg_2"}, body, now=1614265330)
    assert not is_signed(SECRET, {}, body)


def test_requests_are_kept_and_get_ticket_ids(tickets, call):
    status, _, answer = call(tickets, b'{"a": 1}', headers={"Idempotency-Key": "k"})
    assert (status, answer) == (201, {"ticket": {"id": 1}})
    assert call(tickets)[2] == {"ticket": {"id": 2}}
    assert call(tickets, method="PUT", path="/tickets/2")[0] == 200
    first, _, third = tickets.wait_for(3)
    assert (first.method, first.path, first.json) == ("POST", "/tickets", {"a": 1})
    assert first.headers["idempotency-key"] == "k"
    assert (third.method, third.path) == ("PUT", "/tickets/2")
    assert first.is_signed is None


def test_only_signed_requests_are_taken(certificate, call):
    with TicketServer(certificate, SECRET) as server:
        assert call(server, b"{}", headers=sign(b"{}"))[0] == 201
        assert call(server, b"{ }", headers=sign(b"{}"))[0] == 401
        assert call(server, b"{}", headers=sign(b"{}", timestamp=1614265330))[0] == 401
        assert call(server, b"{}")[0] == 401
        assert [each.is_signed for each in server.requests] == [True, False, False, False]


def test_replies_are_as_told(tickets, call):
    tickets.reply(Reply.later(503, 7), Reply.redirect("https://elsewhere.example/"),
                  Reply.ticket("INC-1"), Reply(422))
    assert call(tickets)[1]["Retry-After"] == "7"
    status, headers, _ = call(tickets)
    assert (status, headers["Location"]) == (302, "https://elsewhere.example/")
    assert call(tickets)[2] == {"ticket": {"id": "INC-1"}}
    assert call(tickets)[0] == 422
    assert call(tickets)[0] == 201
    tickets.reply_always(Reply(500))
    assert [call(tickets)[0] for _ in range(2)] == [500, 500]
    tickets.reply_always(None)
    assert call(tickets)[0] == 201


def test_a_hanging_ticket_server_still_ends(certificate, call):
    with ThreadPoolExecutor(1) as clients:
        with TicketServer(certificate) as server:
            server.reply(Reply.hang())
            hanging = clients.submit(call, server)
            assert len(server.wait_for(1)) == 1
            assert call(server)[0] == 201
            assert not hanging.done()
        assert isinstance(hanging.exception(TIMEOUT_SECONDS / 2), OSError), "cut at the end"


def test_a_connection_can_be_reset(tickets, call):
    tickets.reply(Reply.reset())
    with pytest.raises((ConnectionResetError, urllib.error.URLError)):
        call(tickets)
    assert call(tickets)[0] == 201


def test_a_ticket_server_keeps_connections_open(tickets, certificate):
    connection = http.client.HTTPSConnection("localhost", tickets.port, timeout=TIMEOUT_SECONDS,
                                             context=trusting(certificate.file))
    for _ in range(2):
        connection.request("POST", "/", b"{}")
        connection.getresponse().read()
    connection.close()
    first, second = tickets.wait_for(2)
    assert first.connection == second.connection


def test_a_stranger_to_the_certificate_sends_nothing(tickets):
    with pytest.raises(urllib.error.URLError) as refusal:
        urllib.request.urlopen(tickets.url, b"{}", timeout=TIMEOUT_SECONDS)
    assert isinstance(refusal.value.reason, ssl.SSLCertVerificationError)
    assert tickets.requests == []


def test_waiting_ends_at_the_deadline(tickets):
    with pytest.raises(AssertionError, match="0 of 1"):
        tickets.wait_for(1, timeout=0.01)
