"""What is in the log, and what never is; where it goes; and the id that joins it with the answer and
the audit trail."""

import json
import re

import pytest

from deadline import wait_until
from installation import SECRETS
from journal import Journal, with_own_mounts
from shop import failed, successful
from wire import get_plain

REQUEST_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]+")


def lines_of(daemon, message):
    """The fields of each line of JSON with this message."""
    lines = [json.loads(line) for line in daemon.log().splitlines()]
    return [line for line in lines if line["msg"] == message]


@pytest.fixture
def in_json(installation):
    installation.configure({"log": {"format": "json", "level": "debug"}})
    with installation.running() as daemon:
        yield daemon


# The request's id.

def test_a_request_has_one_id_in_answer_log_and_audit(in_json, books, omise):
    with in_json.client() as client:
        answer = client.deliver(successful(omise, 1))
    request_id = answer.headers["x-request-id"]
    assert REQUEST_ID.fullmatch(request_id)
    assert [entry["request_id"] for entry in books.audit("rfnd_1")] == [request_id]
    committed, = lines_of(in_json, "event committed")
    assert (committed["request_id"], committed["refund_id"]) == (request_id, "rfnd_1")
    answered = [line for line in lines_of(in_json, "request answered")
                if line["request_id"] == request_id]
    assert [line["status"] for line in answered] == [200]


def test_every_answer_has_an_id_of_its_own(in_json, omise):
    with in_json.client() as client:
        event = successful(omise, 1)
        answers = [client.deliver(event), client.deliver(event), client.get("/healthz"),
                   client.request("POST", event.path, b"{}", {"Content-Type": "application/json"}),
                   client.request("POST", "/webhooks/nobody", b"{}"),
                   client.request("GET", "/healthz", headers={"Transfer-Encoding": "gzip"})]
    statuses = [answer.status for answer in answers]
    assert statuses == [200, 200, 200, 401, 404, 501]
    ids = [answer.headers["x-request-id"] for answer in answers]
    ids.append(get_plain(in_json.admin_port, "/readyz").headers["X-Request-Id"])
    assert len(set(ids)) == len(ids)
    refused = {line["request_id"]: line["status"] for line in lines_of(in_json, "request refused")}
    assert refused[ids[3]] == 401


def test_an_id_is_not_the_senders_to_choose(in_json, omise):
    event = successful(omise, 1)
    with in_json.client() as client:
        answer = client.request("POST", event.path, event.body,
                                {**event.headers(), "X-Request-Id": "mine"})
    assert REQUEST_ID.fullmatch(answer.headers["x-request-id"])


def test_the_id_belongs_to_what_the_hash_chain_protects(installation, books, client, omise):
    client.deliver(successful(omise, 1))
    assert installation.refundctl("audit", "verify")
    books.execute("UPDATE refund_audit SET request_id = 'other'")
    assert "edited" in installation.refundctl("audit", "verify", code=1).stdout


# What may be in it.

CANARIES = ["Somchai Canary", "canary@mail.example", "+66-81-000-0000", "4242424242424242",
            "1 Canary Road", "tok_canary", "sprd_canary"]


def canary_event(sender, n, **refund):
    """A refund whose every free field holds what nobody may read in a log."""
    name, mail, phone, card, street, token, spread = CANARIES
    metadata = {"customer": name, "email": mail, "phone": phone, "address": street, "token": token}
    return successful(sender, n, metadata=metadata, reason=f"{name} asked", card=card,
                      description=f"{name} {mail} {phone}", billing_address={"street1": street},
                      source={"name": name, "number": card, "id": token}, spread=spread, **refund)


def test_of_a_payload_only_ids_type_and_amount_are_logged(in_json, books, omise, payjp):
    with in_json.client() as client:
        assert client.deliver(canary_event(omise, 1)).verdict == "applied"
        quarantined = canary_event(omise, 2, amount="canary@mail.example")
        assert client.deliver(quarantined).verdict == "quarantined"
        rejected = canary_event(omise, 3)
        books.execute("ALTER TABLE refunds ADD CONSTRAINT nobody_wants CHECK (refund_id <> 'rfnd_3')")
        assert client.deliver(rejected).verdict == "quarantined"
        stranger = canary_event(omise, 4)
        client.request("POST", stranger.path, stranger.body,
                       {**stranger.headers(secret_base64=SECRETS["omise-test-secret"]),
                        "Authorization": "Bearer tok_canary", "Cookie": "tok_canary"})
        client.request("POST", "/webhooks/" + CANARIES[5], stranger.body)
        client.request("POST", payjp.raw(b"{}").path, stranger.body,
                       {"Content-Type": "application/json", "X-Payjp-Webhook-Token": "tok_canary"})
    in_json.stop()
    applied = lines_of(in_json, "event committed")[0]
    assert set(applied) == {"ts", "level", "msg", "source", "event_id", "type", "verdict",
                            "refund_id", "charge_id", "amount_minor", "currency", "request_id"}
    assert (applied["amount_minor"], applied["currency"]) == ("25000", "THB")
    log = in_json.log()
    assert "rfnd_3" not in log or "quarantined" in log
    for secret in [*CANARIES, *SECRETS.values()]:
        assert secret not in log, secret


def test_what_needs_a_look_is_a_warning_and_what_is_nothing_new_is_not_there(installation, omise):
    installation.configure({"log": {"format": "json"}})
    with installation.running() as daemon, daemon.client() as client:
        event = failed(omise, 1)
        wrong = successful(omise, 2, amount="much")
        client.deliver_all(event, event, wrong)
    levels = [(line["level"], line["verdict"]) for line in lines_of(daemon, "event committed")]
    assert levels == [("info", "applied"), ("warn", "quarantined")]


def test_a_balancers_connection_is_many_clients(installation, omise):
    """Each of them has its line, and its address."""
    installation.configure({"listener": {"trusted_proxies": ["127.0.0.1"],
                                         "client_address": "x_forwarded_for"},
                            "log": {"format": "json"}})
    event = successful(omise, 1)
    with installation.running() as daemon, daemon.client() as client:
        for address in ("203.0.113.1", "203.0.113.2"):
            client.request("POST", event.path, event.body, {"Content-Type": "application/json",
                                                            "X-Forwarded-For": address})
        client.request("POST", event.path, event.body, {"Content-Type": "application/json"})
    refused = lines_of(daemon, "request refused")
    assert [line["remote"] for line in refused] == ["203.0.113.1", "203.0.113.2", "127.0.0.1"]
    assert {line["source"] for line in refused} == {"omise-th"}


# The journal.

def test_systemd_is_told_the_level_of_each_line(installation, omise):
    """Where standard error is the journal's, as $JOURNAL_STREAM says."""
    log_file = installation.folder / "refundd.log"
    log_file.touch()
    status = log_file.stat()
    mine = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
    with installation.running(environment=mine) as daemon, daemon.client() as client:
        client.deliver_all(successful(omise, 1, amount="much"))
    levels = {line[:3] for line in daemon.log().splitlines() if " info " in line}
    assert levels == {"<6>"}
    assert re.search(r"^<4>\S+ warn event committed", daemon.log(), re.MULTILINE)
    with installation.running(environment={"JOURNAL_STREAM": "1:1"}) as daemon:
        pass
    assert "<" not in daemon.log()


def test_the_journal_keeps_every_field(installation, omise, tmp_path):
    installation.configure({"log": {"format": "journald"}})
    with Journal(tmp_path) as journal:
        def lines():
            return "".join(entry["MESSAGE"] + "\n" for entry in
                           journal.entries("SYSLOG_IDENTIFIER=refundd"))
        with installation.running(command=journal.inside, read_log=lines) as daemon:
            with daemon.client() as client:
                answer = client.deliver(successful(omise, 1))
            entry, = wait_until(lambda: journal.entries("REFUNDD_REFUND_ID=rfnd_1"))
        assert (installation.folder / "refundd.log").read_text() == "", "and nowhere else"
    assert entry["REFUNDD_REQUEST_ID"] == answer.headers["x-request-id"]
    assert entry["PRIORITY"] == "6"
    assert entry["MESSAGE"].startswith("event committed source=omise-th event_id=evnt_end_1 ")


def test_without_a_journal_there_is_text(installation):
    """Where /run/systemd/journal is not: tests run in containers too."""
    installation.configure({"log": {"format": "journald"}})
    hidden = [*with_own_mounts(), "sh", "-ec", 'mount -t tmpfs tmpfs /run; exec "$@"', "sh"]
    with installation.running(command=hidden) as daemon:
        assert "no journal takes log lines here" in daemon.log()
