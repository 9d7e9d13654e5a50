"""Stored events taken in again: `events replay`."""

import json

import pytest

from installation import SOURCES
from senders import at
from shop import started, successful


@pytest.fixture
def replay(installation):
    """Runs `events replay` with JSON as anna; where it fails, what it says."""
    def run(*arguments, code=0):
        done = installation.refundctl("--output", "json", "events", "replay", *arguments,
                                      code=code, user="anna")
        return json.loads(done.stdout) if code == 0 else done.stderr
    return run


def with_omise(**keys):
    return [{**source, **keys} if source["name"] == "omise-th" else source for source in SOURCES]


@pytest.fixture
def mismatched(installation, client, books, omise):
    """evnt_end_1 is quarantined: the daemon took the account for one in test mode. The
    configuration is right by now."""
    client.deliver(started(omise, 1))
    with_wrong_mode = with_omise(livemode=False)
    installation.configure(sources=with_wrong_mode)
    with installation.running(name="wrong") as daemon, daemon.client() as other:
        other.deliver(successful(omise, 1))
    installation.configure()
    assert books.event("evnt_end_1")["verdict"] == "quarantined"
    return "evnt_end_1"


def test_a_dry_run_shows_what_would_become_of_it(replay, installation, books, mismatched):
    before = books.rows("SELECT * FROM webhook_events ORDER BY event_id")
    found = replay()
    step, = found["events"]
    assert (step["event_id"], step["verdict_then"], step["verdict_now"]) == (
        mismatched, "quarantined", "applied")
    assert (step["status_before"], step["status_after"]) == ("pending", "successful")
    assert (found["applied"], found["effect_count"]) == (False, 1)
    assert "--apply" in installation.refundctl("events", "replay").stdout
    assert books.rows("SELECT * FROM webhook_events ORDER BY event_id") == before
    assert books.refund("rfnd_1")["status"] == "pending"
    assert len(books.audit("rfnd_1")) == 2  # the first event, and the one set aside


def test_a_replayed_event_takes_effect_once(replay, books, mismatched):
    sent = books.event(mismatched)
    apply = ["--apply", "--reason", "the account is live"]
    assert replay(*apply)["effect_count"] == 1
    event = books.event(mismatched)
    assert (event["verdict"], event["verdict_reason"]) == ("applied", None)
    for column in ["evidence", "received_at", "occurred_at", "remote_address", "body_sha256",
                   "content_sha256"]:
        assert event[column] == sent[column], column
    assert books.refund("rfnd_1")["status"] == "successful"
    entry = books.audit("rfnd_1")[-1]
    assert (entry["user_id"], entry["notes"]) == ("anna", "replayed: the account is live")
    assert entry["evidence"] == "signed_webhook"
    assert ("customer", "refund_complete") in books.messages("rfnd_1")

    audit, messages = books.audit("rfnd_1"), books.messages("rfnd_1")
    assert replay(*apply)["events"] == []
    step, = replay(mismatched, *apply)["events"]
    assert (step["verdict_now"], step["takes_effect"]) == ("applied", False)
    assert "took effect" in step["why"]
    assert books.audit("rfnd_1") == audit and books.messages("rfnd_1") == messages
    assert books.count("webhook_payloads") == 2


def test_the_audit_trail_still_proves_itself(replay, installation, mismatched):
    replay("--apply", "--reason", "x")
    installation.refundctl("audit", "verify")


def test_a_late_event_is_believed_where_a_person_says_so(replay, client, books, omise):
    client.deliver(successful(omise, 1), signed_at=0)
    assert books.event("evnt_end_1")["verdict"] == "late"
    assert replay("--verdict", "quarantined")["events"] == []
    assert replay("--verdict", "late", "--apply", "--reason", "seen at Omise")["effect_count"] == 1
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["evidence"]) == ("successful", "signed_webhook")
    assert books.audit("rfnd_1")[-1]["user_id"] == "anna"


def test_what_is_still_not_understood_stays(replay, client, books, omise):
    client.deliver_all(started(omise, 1, status="on_its_way"), started(omise, 2, amount="much"))
    found = replay("--apply", "--reason", "x")
    assert found["effect_count"] == 0
    steps = {step["event_id"]: step for step in found["events"]}
    assert steps["evnt_start_1"]["verdict_now"] == "unsupported"
    assert "on_its_way" in steps["evnt_start_1"]["why"]
    assert steps["evnt_start_2"]["verdict_now"] == "quarantined"
    assert "whole number" in steps["evnt_start_2"]["why"]
    assert books.event("evnt_start_2")["verdict"] == "quarantined"


def test_events_are_chosen(replay, client, books, omise, payjp):
    client.deliver_all(started(omise, 1, amount="much"), started(omise, 2, amount="much"),
                       payjp.refund("evt_1", "re_1", "succeeded", amount="much"))
    for minute, event_id in enumerate(["evnt_start_1", "evnt_start_2", "evt_1"]):
        books.execute("UPDATE webhook_events SET received_at = %s WHERE event_id = %s",
                      at(60 * minute), event_id)

    def chosen(*filters):
        return [step["event_id"] for step in replay(*filters)["events"]]
    assert chosen() == ["evnt_start_1", "evnt_start_2", "evt_1"]
    assert chosen("--source", "payjp-jp") == ["evt_1"]
    assert chosen("--since", at(60), "--until", at(120)) == ["evnt_start_2"]
    assert chosen("--event-type", "refund.created") == ["evt_1"]
    assert chosen("--limit", "1") == ["evnt_start_1"]
    assert replay("--limit", "1")["has_more"] is True
    assert chosen("evt_1", "evnt_start_1") == ["evnt_start_1", "evt_1"]


def test_more_events_than_one_rehearsal_takes(replay, client, books, omise):
    events = [successful(omise, n) for n in range(1, 251)]
    for event in events:
        client.deliver(event, signed_at=0)
    assert replay("--limit", "1000")["effect_count"] == 250
    assert books.count("refunds") == 0


def test_without_its_bytes_nothing_can_be_replayed(replay, client, books, omise):
    client.deliver(started(omise, 1, amount="much"))
    books.execute("DELETE FROM webhook_payloads")
    step, = replay("--apply", "--reason", "x")["events"]
    assert (step["takes_effect"], step["why"]) == (False, "its bytes are no longer kept")


def test_an_event_that_never_came(replay):
    assert "no such event" in replay("evnt_0", code=1)


@pytest.mark.parametrize("arguments", [
    ["--apply"], ["--apply", "--reason", " "], ["--source", "nobody"], ["--verdict", "applied"],
    ["--since", "yesterday"], ["--limit", "0"]])
def test_wrong_usage(replay, arguments):
    replay(*arguments, code=2)
