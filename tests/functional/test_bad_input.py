"""Whatever comes in gets a clear answer, loses nothing, and neither ends nor stalls the daemon.

One daemon serves all tests of this file; after each it must still serve.
"""

import contextlib
import json
import socket
import ssl
import struct
import time

import pytest

from deadline import wait_until
from installation import SECRETS, installed
from wire import answers_in, exchange, get_plain, post_head, raw_tls, read_to_end

# Each deadline of the daemon of this file. Who behaves keeps it, even if a process stands still for
# two seconds in the middle of a handshake or of a body.
STEP_SECONDS = 4
BODY_MAX_BYTES = 262144
LISTENER = {
    "handshake_timeout_seconds": STEP_SECONDS, "head_timeout_seconds": STEP_SECONDS,
    "body_timeout_seconds": STEP_SECONDS, "write_timeout_seconds": STEP_SECONDS,
    "idle_timeout_seconds": 2 * STEP_SECONDS,
}
# A deadline is looked after now and then, and a goodbye takes its time: 2 s at most.
PATIENCE_SECONDS = 3 * STEP_SECONDS + 5


@pytest.fixture(scope="module")
def site(postgres, certificate, tmp_path_factory):
    with installed(postgres, certificate, tmp_path_factory.mktemp("bad_input") / "refundd",
                   {"listener": LISTENER}) as site:
        yield site


@pytest.fixture(scope="module")
def daemon(site):
    installation, _ = site
    with installation.running() as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def serves_afterwards(daemon, omise, request):
    yield
    assert daemon.is_running(), daemon.log()
    with daemon.client() as client:
        assert client.get("/healthz").status == 200
        unique = f"{request.node.name}"
        event = omise.refund(f"after {unique}".replace(" ", "_"), "customer.create", "rfnd_after")
        assert client.deliver(event).status == 200


@pytest.fixture
def counted(books):
    """Nothing but webhook_events and what belongs to them may grow: counts of the others."""
    def counts():
        return {table: books.count(table)
                for table in ("refunds", "charges", "orders", "refund_audit")}
    return counts


def omise_body(omise, **replaced):
    """A good event's body with members of its refund replaced."""
    data = omise.refund_object("rfnd_bad", charge="chrg_bad") | replaced
    return omise.event("evnt_bad", "refund.create", data).body


def patched(omise, old, new):
    body = omise_body(omise)
    assert old in body
    return body.replace(old, new)


# Not an event: 400, and nothing is stored.

NOT_EVENTS = {
    "empty": lambda _: b"",
    "not JSON": lambda _: b"refund=1&amount=2",
    "cut off": lambda omise: omise_body(omise)[:-20],
    "an array": lambda omise: b"[" + omise_body(omise) + b"]",
    "a number": lambda _: b"42",
    "two documents": lambda omise: omise_body(omise) * 2,
    "nested 10 000 deep": lambda _: b'{"a":' * 10000 + b"1" + b"}" * 10000,
    "arrays nested 100 000 deep": lambda _: b"[" * 100000 + b"]" * 100000,
    "nested and never closed": lambda _: b'{"data":' * 10000,
    "duplicate keys": lambda omise: patched(omise, b'"amount": 10000,',
                                            b'"amount": 10000, "amount": 1,'),
    "duplicate keys, one escaped": lambda omise: patched(omise, b'"amount": 10000,',
                                                         b'"amount": 10000, "amoun\\u0074": 1,'),
    "a NUL byte at the end": lambda omise: omise_body(omise) + b"\0",
    "a NUL byte inside": lambda omise: patched(omise, b"rfnd_bad", b"rfnd\0bad"),
    "invalid UTF-8": lambda omise: patched(omise, b"rfnd_bad", b"rfnd\xff\xfebad"),
    "an overlong encoding": lambda omise: patched(omise, b"rfnd_bad", b"rfnd\xc0\xafbad"),
    "a byte order mark": lambda omise: b"\xef\xbb\xbf" + omise_body(omise),
    "UTF-16": lambda omise: omise_body(omise).decode().encode("utf-16"),
    "no event type": lambda _: b'{"object":"event","data":{}}',
    "NaN": lambda omise: patched(omise, b'"amount": 10000', b'"amount": NaN'),
}


@pytest.mark.parametrize("name", NOT_EVENTS)
def test_what_is_not_an_event_is_answered_400(client, books, omise, counted, name):
    before = counted()
    events = books.count("webhook_events")
    answer = client.deliver(omise.raw(NOT_EVENTS[name](omise)))
    assert answer.status == 400
    assert set(answer.json) == {"error"}
    assert counted() == before
    assert books.count("webhook_events") == events


# Well signed but impossible: 200, stored as quarantined with a reason, changes nothing.

IMPOSSIBLE = {
    "negative amount": ({"amount": -1}, "not greater than zero"),
    "zero amount": ({"amount": 0}, "not greater than zero"),
    "fractional amount": ({"amount": 12.99}, "not a whole number"),
    "amount 1e30": ({"amount": 1e30}, "not a whole number"),
    "amount above 64 bits": ({"amount": 2**64 - 1}, "too large"),
    "amount far above 64 bits": ({"amount": 10**30}, "not a whole number"),
    "amount as text": ({"amount": "10000"}, "not a whole number"),
    "amount as list": ({"amount": [10000]}, "not a whole number"),
    "amount true": ({"amount": True}, "not a whole number"),
    "unknown currency": ({"currency": "XYZ"}, "currency"),
    "currency as number": ({"currency": 764}, "currency"),
    "missing refund id": ({"id": None}, "id"),
    "empty refund id": ({"id": ""}, "id"),
    "refund id with a NUL": ({"id": "rfnd\0bad"}, "id"),
    "refund id of 10 000 characters": ({"id": "r" * 10000}, "id"),
    "refund id as number": ({"id": 7}, "id"),
    "charge without an id": ({"charge": {"object": "charge"}}, "charge"),
    "status as number": ({"status": 1}, "status"),
    "voided as text": ({"voided": "yes"}, "voided"),
    "another object": ({"object": "customer"}, "something else"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_applied_is_quarantined_with_a_reason(client, books, omise, counted, name):
    replaced, reason = IMPOSSIBLE[name]
    event_id = "evnt_" + name.replace(" ", "_")
    data = omise.refund_object("rfnd_bad", charge="chrg_bad") | replaced
    before = counted()
    event = omise.event(event_id, "refund.create", data)
    assert client.deliver(event).verdict == "quarantined"
    stored = books.event(event_id)
    assert stored["verdict"] == "quarantined"
    assert reason in stored["verdict_reason"] and " " in stored["verdict_reason"]
    assert books.value("SELECT body FROM webhook_payloads WHERE event_id = %s",
                       event_id) == event.body
    assert counted() == before
    assert books.count("outbox_messages", "audience = 'support' AND payload->>'eventId' = %s",
                       event_id) == 1
    assert client.deliver(event).verdict == "duplicate"


def test_an_amount_too_large_for_any_number_is_quarantined(client, books, omise):
    body = omise_body(omise).replace(b"evnt_bad", b"evnt_1e400").replace(b": 10000", b": 1e400")
    assert client.deliver(omise.raw(body)).verdict == "quarantined"


def test_an_event_without_a_refund_is_quarantined(client, books, omise):
    assert client.deliver(omise.event("evnt_none", "refund.create", None)).verdict == "quarantined"
    assert "no refund" in books.event("evnt_none")["verdict_reason"]


def test_texts_of_any_length_and_script_are_stored(client, books, payjp):
    event = payjp.refund("evnt_text", "re_text", "succeeded", flow="pfw_text",
                         order="注文-1 'quoted' \\ \"x\" {a,b}", reason="å" * 5000)
    assert client.deliver(event).verdict == "applied"
    refund = books.refund("re_text")
    assert refund["order_id"] == "注文-1 'quoted' \\ \"x\" {a,b}"
    assert set(refund["reason"]) == {"å"}


@pytest.mark.parametrize("n, time_text", enumerate([
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:60Z", "1969-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "99999-01-01T00:00:00Z", "yesterday"]))
def test_a_time_at_the_edge_of_the_calendar_harms_nobody(client, site, books, omise, n, time_text):
    installation, _ = site
    refund = {"charge": f"chrg_time_{n}", "order": f"order-time-{n}"}
    event = omise.refund(f"evnt_time_{n}", "refund.create", f"rfnd_time_{n}", **refund)
    event = omise.raw(event.body.replace(b"2026-01-31T10:00:00Z", time_text.encode()))
    assert client.deliver(event).verdict in ("applied", "quarantined")
    assert client.deliver(event).verdict == "duplicate"
    success = omise.refund(f"evnt_time_after_{n}", "refund.success", f"rfnd_time_{n}", **refund)
    assert client.deliver(success).verdict == "applied"
    other = omise.refund(f"evnt_time_other_{n}", "refund.success", f"rfnd_time_other_{n}", **refund)
    assert client.deliver(other).verdict == "applied"
    installation.refundctl("explain", f"rfnd_time_{n}")
    installation.refundctl("audit", "verify")


def test_sums_beyond_64_bits_are_escalated_and_explained(client, site, books, omise):
    installation, _ = site
    for n in range(3):
        event = omise.refund(f"evnt_max_{n}", "refund.success", f"rfnd_max_{n}", seconds=1000 * n,
                             charge="chrg_max", order="order-max", amount=2**63 - 1 - n)
        assert client.deliver(event).verdict == "applied"
    charge = omise.charge("evnt_max", "chrg_max", order="order-max", amount=1)
    assert client.deliver(charge).verdict == "applied"
    assert books.count("anomalies", "kind = 'over_refund' AND charge_id = 'chrg_max'") == 1
    assert books.charge("chrg_max")["refunded_amount"] == 2**63 - 1
    installation.refundctl("explain", "rfnd_max_0")


def test_metadata_with_an_escaped_nul_is_stored(client, books, payjp):
    event = payjp.refund("evnt_nul", "re_nul", "succeeded", flow="pfw_nul", reason="a\0b")
    body = event.body.replace(b'"metadata":{}', b'"metadata":{"note":"a\\u0000b"}')
    assert body != event.body
    assert client.deliver(payjp.raw(body)).verdict == "applied"
    assert books.refund("re_nul")["metadata"] is not None


# Who is not the provider: 401 without a detail, and nothing is stored.

def forged(event, omise):
    return event.headers(secret_base64=SECRETS["omise-test-secret"])


def without(name):
    def headers(event, omise):
        return {key: value for key, value in event.headers().items() if key != name}
    return headers


def replaced(name, value):
    def headers(event, omise):
        return event.headers() | {name: value}
    return headers


STRANGERS = {
    "a wrong secret": forged,
    "no signature": without("Omise-Signature"),
    "no timestamp": without("Omise-Signature-Timestamp"),
    "an empty signature": replaced("Omise-Signature", ""),
    "a short signature": replaced("Omise-Signature", "00"),
    "zeros": replaced("Omise-Signature", "0" * 64),
    "no hexadecimal signature": replaced("Omise-Signature", "z" * 64),
    "another timestamp": replaced("Omise-Signature-Timestamp", str(int(time.time()) - 1)),
    "a timestamp that is no number": replaced("Omise-Signature-Timestamp", "now"),
    "a negative timestamp": replaced("Omise-Signature-Timestamp", "-5"),
    "a timestamp with blanks inside": replaced("Omise-Signature-Timestamp", "17 00"),
    "a huge timestamp": replaced("Omise-Signature-Timestamp", "9" * 30),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_moves_nothing(client, books, omise, counted, name):
    event = omise.refund("evnt_forged", "refund.success", "rfnd_forged", charge="chrg_forged")
    before = counted()
    answer = client.request("POST", event.path, event.body, STRANGERS[name](event, omise))
    assert answer.status == 401
    assert answer.json == {"error": "unauthorized"}
    assert counted() == before
    assert books.count("webhook_events", "event_id = 'evnt_forged'") == 0


def test_a_tampered_body_moves_nothing(client, books, omise):
    event = omise.refund("evnt_tampered", "refund.success", "rfnd_tampered", amount=10000)
    tampered = event.body.replace(b"10000", b"90000")
    assert client.request("POST", event.path, tampered, event.headers()).status == 401
    assert books.count("webhook_events", "event_id = 'evnt_tampered'") == 0


def test_white_space_is_part_of_what_is_signed(client, omise):
    event = omise.refund("evnt_spaces", "refund.success", "rfnd_spaces")
    same_json = json.dumps(json.loads(event.body)).encode()
    assert client.request("POST", event.path, same_json, event.headers()).status == 401


def test_a_signature_of_another_source_moves_nothing(client, accounts):
    event = accounts.omise_test.refund("evnt_other", "refund.success", "rfnd_other")
    answer = client.request("POST", accounts.omise.refund("e", "refund.create", "r").path,
                            event.body, event.headers())
    assert answer.status == 401


@pytest.mark.parametrize("token", [None, "", "wrong", SECRETS["payjp-token"][:-1],
                                   SECRETS["payjp-token"] + "0", SECRETS["payjp-test-token"]])
def test_a_wrong_token_moves_nothing(client, books, payjp, token):
    event = payjp.refund("evnt_token", "re_token", "succeeded")
    headers = event.headers() | {"X-Payjp-Webhook-Token": token}
    if token is None:
        del headers["X-Payjp-Webhook-Token"]
    assert client.request("POST", event.path, event.body, headers).status == 401
    assert books.count("webhook_events", "event_id = 'evnt_token'") == 0


def test_two_signature_headers_are_not_two_chances(daemon, omise):
    event = omise.refund("evnt_two", "refund.success", "rfnd_two")
    head = post_head(event.path, event.body, event.headers())
    head = head.replace(b"Omise-Signature:", b"Omise-Signature: " + b"0" * 64
                        + b"\r\nOmise-Signature:") .replace(b"\r\n\r\n",
                                                            b"\r\nConnection: close\r\n\r\n")
    (answer,) = exchange(daemon.port, daemon.context, head + event.body)
    assert answer.status == 401


def test_both_secrets_count_while_one_is_rotated(client, omise):
    old = omise.refund("evnt_old", "refund.create", "rfnd_rotated")
    new = omise.refund("evnt_new", "refund.create", "rfnd_rotated", seconds=1)
    both = omise.refund("evnt_both", "refund.create", "rfnd_rotated", seconds=2)
    assert client.deliver(old).verdict == "applied"
    assert client.deliver(new, secret_base64=SECRETS["omise-new-secret"]).verdict == "applied"
    headers = both.headers()
    headers["Omise-Signature"] = f"{'0' * 64} , {headers['Omise-Signature']}"
    assert client.request("POST", both.path, both.body, headers).verdict == "applied"


@pytest.mark.parametrize("offset", [-600, 600])
def test_a_late_signature_is_stored_and_told_but_not_applied(client, books, omise, offset):
    name = f"late_{offset}"
    event = omise.refund(f"evnt_{name}", "refund.success", f"rfnd_{name}", charge=f"chrg_{name}")
    answer = client.deliver(event, signed_at=time.time() + offset)
    assert (answer.status, answer.json) == (200, {"verdict": "late"})
    assert books.event(f"evnt_{name}")["verdict"] == "late"
    assert books.count("refunds", "refund_id = %s", f"rfnd_{name}") == 0
    assert ("support", "anomaly_late_signature") in books.messages(f"rfnd_{name}")

    assert client.deliver(event, signed_at=time.time() + offset).verdict == "duplicate"
    assert client.deliver(event).verdict == "applied"
    assert books.event(f"evnt_{name}")["verdict"] == "applied"
    assert books.refund(f"rfnd_{name}")["status"] == "successful"
    assert client.deliver(event).verdict == "duplicate"


def test_a_signature_within_the_tolerance_is_in_time(client, omise):
    event = omise.refund("evnt_within", "refund.success", "rfnd_within")
    assert client.deliver(event, signed_at=time.time() - 280).verdict == "applied"


# HTTP: each misuse has its answer.

def test_a_body_of_300_kib_is_answered_413(client, omise):
    event = omise.raw(b'{"pad":"' + b"x" * 300 * 1024 + b'"}')
    answer = client.deliver(event)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"


def test_a_body_of_exactly_the_limit_is_read(client, omise):
    body = omise_body(omise).rstrip().replace(b"evnt_bad", b"evnt_large")
    body += b" " * (BODY_MAX_BYTES - len(body))
    assert client.deliver(omise.raw(body)).status == 200
    assert client.deliver(omise.raw(body + b" ")).status == 413


@pytest.mark.parametrize("media_type", [None, "", "text/plain", "application/x-www-form-urlencoded",
                                        "application/jsonp", "text/json", "json"])
def test_another_media_type_is_answered_415(client, omise, media_type):
    event = omise.refund("evnt_type", "refund.success", "rfnd_type")
    headers = event.headers() | {"Content-Type": media_type}
    if media_type is None:
        del headers["Content-Type"]
    assert client.request("POST", event.path, event.body, headers).status == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON",
                                        "application/json;charset=UTF-8", "application/json "])
def test_media_type_parameters_and_case_do_not_matter(client, omise, media_type):
    event = omise.event(f"evnt_{len(media_type)}_{media_type[0]}", "account.update", {})
    headers = event.headers() | {"Content-Type": media_type}
    assert client.request("POST", event.path, event.body, headers).status == 200


@pytest.mark.parametrize("method, path, status, allow", [
    ("GET", "/webhooks/omise-th", 405, "POST"),
    ("PUT", "/webhooks/omise-th", 405, "POST"),
    ("DELETE", "/webhooks/payjp-jp", 405, "POST"),
    ("OPTIONS", "/webhooks/payjp-jp", 405, "POST"),
    ("POST", "/healthz", 405, "GET, HEAD"),
    ("POST", "/webhooks/", 404, None),
    ("POST", "/webhooks/nobody", 404, None),
    ("POST", "/webhooks/omise-th/", 404, None),
    ("POST", "/webhooks/OMISE-TH", 404, None),
    ("POST", "/webhooks/omise%2Dth", 404, None),
    ("POST", "/webhooks/../webhooks/omise-th", 404, None),
    ("GET", "/", 404, None),
    ("GET", "/metrics", 404, None),
    ("GET", "/" + "a" * 4000, 404, None),
])
def test_paths_and_methods_have_their_answers(client, method, path, status, allow):
    headers = {"Content-Type": "application/json"}
    if method == "POST":
        headers["Content-Length"] = "0"
    answer = client.request(method, path, b"", headers)
    assert answer.status == status
    assert answer.headers.get("allow") == allow


def test_health_and_readiness_are_served_on_both_listeners(client, daemon):
    for path in ("/healthz", "/readyz"):
        assert client.get(path).status == 200
        assert get_plain(daemon.admin_port, path).status == 200
    assert get_plain(daemon.admin_port, "/webhooks/omise-th").status == 404


# The head gate: what two servers might read in two ways is refused, and the connection ends.

SMUGGLED = b"POST /webhooks/payjp-jp HTTP/1.1\r\nHost: localhost\r\n\r\n"


def head_with(**fields):
    return lambda event: post_head(event.path, event.body, event.headers(), **fields)


def head_with_line(line):
    def head(event):
        whole = post_head(event.path, event.body, event.headers())
        return whole[:-2] + line + b"\r\n\r\n"
    return head


def head_patched(old, new):
    def head(event):
        whole = post_head(event.path, event.body, event.headers())
        assert old in whole
        return whole.replace(old, new)
    return head


HOSTILE_HEADS = {
    "Transfer-Encoding beside Content-Length": (head_with(Transfer_Encoding="chunked"), 501),
    "Transfer-Encoding alone": (head_with(Transfer_Encoding="chunked", Content_Length=None), 501),
    "Transfer-Encoding gzip alone": (head_with(Transfer_Encoding="gzip", Content_Length=None), 501),
    "Transfer-Encoding identity": (head_with(Transfer_Encoding="identity"), 501),
    "Transfer-Encoding in capitals": (head_with_line(b"TRANSFER-ENCODING: chunked"), 501),
    "Transfer-Encoding before a blank": (head_with_line(b"Transfer-Encoding : chunked"), 400),
    "Content-Encoding": (head_with(Content_Encoding="gzip"), 400),
    "two Content-Length": (head_with_line(b"Content-Length: 5"), 400),
    "two equal Content-Length": (head_with_line(b"content-length: %LENGTH%"), 400),
    "Content-Length 5, 5": (head_with(Content_Length="5, 5"), 400),
    "Content-Length +5": (head_with(Content_Length="+5"), 400),
    "Content-Length -1": (head_with(Content_Length="-1"), 400),
    "Content-Length 0x5": (head_with(Content_Length="0x5"), 400),
    "Content-Length empty": (head_with(Content_Length=""), 400),
    "Content-Length of 30 digits": (head_with(Content_Length="9" * 30), 400),
    "Content-Length folded": (head_patched(b"Content-Length: ", b"Content-Length:\r\n "), 400),
    "no Content-Length": (head_with(Content_Length=None), 400),
    "a folded field": (head_with_line(b"X-Folded: a\r\n b"), 400),
    "a field that begins with a blank": (head_with_line(b" X-Blank: a"), 400),
    "a field without a colon": (head_with_line(b"nonsense"), 400),
    "a field without a name": (head_with_line(b": value"), 400),
    "a control character": (head_with_line(b"X-Bell: \x07"), 400),
    "a NUL byte": (head_with_line(b"X-Nul: a\0b"), 400),
    "a byte above ASCII": (head_with_line(b"X-Byte: \xff"), 400),
    "a bare CR": (head_with_line(b"X-Return: a\rb"), 400),
    "two Hosts": (head_with_line(b"Host: other"), 400),
    "no Host": (head_with(Host=None), 400),
    "an empty Host": (head_with(Host=""), 400),
    "a Host with a path": (head_with(Host="localhost/x"), 400),
    "Upgrade": (head_with(Upgrade="h2c", Connection="Upgrade"), 400),
    "HTTP/1.0": (head_patched(b"HTTP/1.1", b"HTTP/1.0"), 400),
    "HTTP/2.0": (head_patched(b"HTTP/1.1", b"HTTP/2.0"), 400),
    "HTTP/1.10": (head_patched(b"HTTP/1.1", b"HTTP/1.10"), 400),
    "no version": (head_patched(b" HTTP/1.1", b""), 400),
    "two blanks": (head_patched(b"POST ", b"POST  "), 400),
    "an absolute target": (head_patched(b"POST /", b"POST https://localhost/"), 400),
    "an asterisk": (head_patched(b"POST /webhooks/omise-th", b"POST *"), 400),
    "a bare LF": (head_patched(b"\r\nHost", b"\nHost"), 400),
    "bare LFs only": (head_patched(b"\r\n", b"\n"), 400),
    "an empty line first": (head_patched(b"POST", b"\r\nPOST"), 400),
    "a TLS record inside": (head_patched(b"POST", b"\x16\x03\x01\x02\x00POST"), 400),
    "an unknown Expect": (head_with(Expect="200-ok"), 417),
    "a head above 8 KiB": (head_with_line(b"X-Long: " + b"x" * 9000), 431),
    "a target above 8 KiB": (head_patched(b"POST /", b"POST /" + b"x" * 9000), 431),
    "101 fields": (head_with_line(b"\r\n".join([b"X-Many: x"] * 101)), 431),
}


@pytest.mark.parametrize("name", HOSTILE_HEADS)
def test_a_hostile_head_is_refused_and_nothing_behind_it_is_read(daemon, books, omise, name):
    make_head, status = HOSTILE_HEADS[name]
    event = omise.refund("evnt_hostile", "refund.success", "rfnd_hostile")
    head = make_head(event).replace(b"%LENGTH%", str(len(event.body)).encode())
    answers = exchange(daemon.port, daemon.context, head + event.body + SMUGGLED)
    assert [answer.status for answer in answers] == [status]
    assert answers[0].headers["connection"] == "close"
    assert books.count("webhook_events", "event_id = 'evnt_hostile'") == 0


def test_chunked_bodies_are_refused_before_they_are_read(daemon, omise):
    event = omise.refund("evnt_chunked", "refund.success", "rfnd_chunked")
    head = post_head(event.path, b"", event.headers(), Content_Length=None,
                     Transfer_Encoding="chunked")
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(event.body), event.body)
    answers = exchange(daemon.port, daemon.context, head + chunks)
    assert [answer.status for answer in answers] == [501]


def test_a_get_with_a_body_is_refused(daemon):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
    (answer,) = exchange(daemon.port, daemon.context, request)
    assert answer.status == 400


def test_two_requests_in_one_write_get_two_answers_in_order(daemon, omise):
    first = omise.event("evnt_pipelined", "account.update", {})
    close = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    request = post_head(first.path, first.body, first.headers()) + first.body + close
    answers = exchange(daemon.port, daemon.context, request)
    assert [answer.json for answer in answers] == [{"verdict": "unsupported"}, {"status": "ok"}]


def test_a_client_that_waits_for_100_continue_gets_it(daemon, omise):
    event = omise.event("evnt_continue", "account.update", {})
    head = post_head(event.path, event.body, event.headers(), Expect="100-continue",
                     Connection="close")
    with raw_tls(daemon.port, daemon.context) as stream:
        stream.sendall(head)
        assert stream.recv(100).startswith(b"HTTP/1.1 100 ")
        stream.sendall(event.body)
        (answer,) = answers_in(read_to_end(stream))
    assert answer.verdict == "unsupported"


# Clients that stall, leave or send garbage cost one connection, and nobody else waits for them.

def received_in_time(stream):
    """All that comes until the daemon closes the connection, which it does in time."""
    start = time.monotonic()
    stream.settimeout(PATIENCE_SECONDS)
    received = read_to_end(stream)
    assert time.monotonic() - start < PATIENCE_SECONDS
    return received


def test_a_stalled_handshake_is_cut(daemon, client):
    with socket.create_connection(("127.0.0.1", daemon.port)) as stalled:
        assert client.get("/healthz").status == 200
        received_in_time(stalled)


def test_half_a_handshake_is_cut(daemon, client):
    with socket.create_connection(("127.0.0.1", daemon.port)) as stalled:
        stalled.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert client.get("/healthz").status == 200
        received_in_time(stalled)


def test_a_connection_without_a_request_is_closed(daemon):
    with raw_tls(daemon.port, daemon.context) as idle:
        assert received_in_time(idle) == b""


@pytest.mark.parametrize("sent", [b"POST", b"POST /webhooks/omise-th HTTP/1.1\r\nHost: local"])
def test_a_stalled_head_is_answered_408(daemon, client, sent):
    with raw_tls(daemon.port, daemon.context) as stalled:
        stalled.sendall(sent)
        assert client.get("/healthz").status == 200
        (answer,) = answers_in(received_in_time(stalled))
    assert (answer.status, answer.headers["connection"]) == (408, "close")


def test_a_truncated_body_is_answered_408(daemon, client, omise, books):
    event = omise.refund("evnt_truncated", "refund.success", "rfnd_truncated")
    with raw_tls(daemon.port, daemon.context) as stalled:
        stalled.sendall(post_head(event.path, event.body, event.headers()) + event.body[:-1])
        assert client.get("/healthz").status == 200
        (answer,) = answers_in(received_in_time(stalled))
    assert answer.status == 408
    assert books.count("webhook_events", "event_id = 'evnt_truncated'") == 0


def test_a_truncated_body_and_a_goodbye_move_nothing(daemon, omise, books):
    event = omise.refund("evnt_half", "refund.success", "rfnd_half")
    with raw_tls(daemon.port, daemon.context) as stream:
        stream.sendall(post_head(event.path, event.body, event.headers()) + event.body[:50])
        stream.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(OSError):  # it may answer the goodbye or just close
            stream.unwrap()
    assert books.count("webhook_events", "event_id = 'evnt_half'") == 0


def test_single_bytes_do_not_move_the_deadline(daemon):
    """A slow loris: each byte comes in time, the head never ends."""
    with raw_tls(daemon.port, daemon.context) as slow:
        start = time.monotonic()
        slow.settimeout(0.1)
        received = b""
        for byte in b"POST /webhooks/omise-th HTTP/1.1\r\n" + b"X: " + b"y" * 1000:
            assert time.monotonic() - start < PATIENCE_SECONDS
            try:
                slow.sendall(bytes([byte]))
                received = slow.recv(65536)
                break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - start < PATIENCE_SECONDS
        assert received == b"" or answers_in(received)[0].status == 408


def test_a_client_that_does_not_read_does_not_hold_the_others(daemon, client):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with raw_tls(daemon.port, daemon.context) as deaf:
        deaf.settimeout(0.2)
        try:
            for _ in range(3000):
                deaf.sendall(request * 100)
        except (TimeoutError, OSError):
            pass
        assert client.get("/healthz").status == 200


def reset(stream):
    """Closes with RST instead of FIN."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def test_resets_are_survived(daemon, omise):
    event = omise.event("evnt_reset", "account.update", {})
    request = post_head(event.path, event.body, event.headers()) + event.body
    for sent in (b"", request[:10], request[:-1], request):
        with raw_tls(daemon.port, daemon.context) as stream:
            stream.sendall(sent)
            reset(stream)
    plain = socket.create_connection(("127.0.0.1", daemon.port))
    reset(plain)


def test_an_event_whose_client_left_is_stored_all_the_same(daemon, books, omise):
    event = omise.event("evnt_left", "account.update", {})
    with raw_tls(daemon.port, daemon.context) as stream:
        stream.sendall(post_head(event.path, event.body, event.headers()) + event.body)
    wait_until(lambda: books.count("webhook_events", "event_id = 'evnt_left'") == 1)


@pytest.mark.parametrize("garbage", [
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0" * 2000, bytes(range(256)) * 8,
    b"\x16\x03\x01\xff\xff" + b"\xaa" * 3000, b"SSH-2.0-client\r\n"],
    ids=["plain HTTP", "zeros", "all bytes", "a broken hello", "SSH"])
def test_garbage_on_the_tls_port_costs_one_connection(daemon, client, garbage):
    with socket.create_connection(("127.0.0.1", daemon.port)) as stream:
        stream.sendall(garbage)
        assert client.get("/healthz").status == 200
        received_in_time(stream)


def tls_of(version, ciphers=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = version
    context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_from_1_2_on_is_spoken(daemon, version):
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    (answer,) = exchange(daemon.port, tls_of(version), request)
    assert answer.status == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version, ciphers", [
    (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
    (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256"),
], ids=["TLS 1.1", "a CBC cipher"])
def test_weak_tls_is_refused(daemon, version, ciphers):
    with pytest.raises(OSError):
        with raw_tls(daemon.port, tls_of(version, ciphers)):
            pass


def test_two_hundred_stalled_connections_do_not_hold_the_others(daemon, client, omise):
    stalled = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(200)]
    try:
        event = omise.event("evnt_beside", "account.update", {})
        assert client.deliver(event).status == 200
    finally:
        for each in stalled:
            each.close()


def test_the_log_holds_neither_secrets_nor_bodies(daemon, client, omise):
    event = omise.refund("evnt_logged", "refund.success", "rfnd_logged", order="very-private-order")
    client.deliver(event)
    log = daemon.log()
    for content in [*SECRETS.values(), "very-private-order"]:
        assert content not in log


# What a stranger can write into the log.

def test_a_flood_of_refusals_does_not_flood_the_log(daemon, omise):
    event = omise.refund("evnt_1", "refund.create", "rfnd_1")
    said_before = len(daemon.log())
    start = time.monotonic()
    for _ in range(400):
        with daemon.client() as client:
            assert client.request("POST", event.path, event.body,
                                  {"Content-Type": "application/json"}).status == 401
    seconds = time.monotonic() - start
    refusals = daemon.log()[said_before:].count("request refused")
    assert 0 < refusals <= 20 + 20 * (seconds + 1)

    def said():
        with daemon.client() as client:
            client.request("POST", event.path, event.body, {"Content-Type": "application/json"})
        return "lines were left out" in daemon.log()[said_before:]
    wait_until(said)
