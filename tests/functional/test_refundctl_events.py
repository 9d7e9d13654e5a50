"""What an operator asks about events and anomalies: `events`, `anomalies`."""

import json

import pytest

from senders import at
from shop import started, successful


@pytest.fixture
def refundctl(installation):
    """Runs refundctl with JSON as this user; where it fails, what it says."""
    def run(*arguments, code=0, user="anna"):
        done = installation.refundctl("--output", "json", *arguments, code=code, user=user)
        return json.loads(done.stdout) if code == 0 else done.stderr
    return run


# events list.

@pytest.fixture
def received(client, omise, payjp, books):
    """Four events of two sources, a minute apart, the last one quarantined."""
    events = [started(omise, 1), successful(omise, 1),
              payjp.refund("evt_1", "re_1", "succeeded", flow="pfw_1"),
              successful(omise, 2, amount="much")]
    client.deliver_all(*events)
    for minute, event in enumerate(events):
        books.execute("UPDATE webhook_events SET received_at = %s WHERE event_id = %s",
                      at(60 * minute), event.event_id)
    return [event.event_id for event in events]


def ids(listed):
    return [event["event_id"] for event in listed["events"]]


def test_events_are_listed_the_newest_first(refundctl, received):
    listed = refundctl("events", "list")
    assert ids(listed) == received[::-1]
    assert listed["has_more"] is False
    quarantined, payjp, *_ = listed["events"]
    assert (quarantined["verdict"], quarantined["refund_id"]) == ("quarantined", "rfnd_2")
    assert quarantined["verdict_reason"]
    assert (payjp["source"], payjp["evidence"]) == ("payjp-jp", "token_webhook")
    assert payjp["remote_address"] == "127.0.0.1"


@pytest.mark.parametrize("filters, expected", [
    (["--source", "payjp-jp"], [2]), (["--verdict", "quarantined"], [3]),
    (["--refund", "rfnd_1"], [1, 0]), (["--refund", "rfnd_1", "--verdict", "quarantined"], []),
    (["--since", at(60)], [3, 2, 1]), (["--until", at(60)], [0]),
    (["--since", at(60), "--until", at(120)], [1]), (["--since", "2026-02-01"], [])])
def test_events_are_filtered(refundctl, received, filters, expected):
    assert ids(refundctl("events", "list", *filters)) == [received[n] for n in expected]


def test_a_list_says_that_there_is_more(refundctl, installation, received):
    listed = refundctl("events", "list", "--limit", "3")
    assert (len(ids(listed)), listed["has_more"]) == (3, True)
    assert "--limit shows them" in installation.refundctl("events", "list", "--limit", "3").stdout
    assert "no events" in installation.refundctl("events", "list", "--source", "nobody").stdout


@pytest.mark.parametrize("arguments", [
    ["events"], ["events", "list", "--since", "yesterday"], ["events", "list", "--verdict", "good"],
    ["events", "list", "--limit", "0"], ["events", "show"], ["anomalies"],
    ["anomalies", "resolve", "--reason", "x"], ["anomalies", "resolve", "1"],
    ["anomalies", "resolve", "1", "--reason", " "], ["anomalies", "resolve", "x", "--reason", "y"]])
def test_wrong_usage(refundctl, arguments):
    refundctl(*arguments, code=2)


# events show.

def test_an_event_is_shown_as_it_came(refundctl, installation, client, omise):
    event = successful(omise, 1)
    client.deliver(event)
    shown, = refundctl("events", "show", event.event_id)["events"]
    payload, = shown["payloads"]
    assert payload["body"].encode() == event.body
    assert "Omise-Signature-Timestamp".lower() in {name.lower() for name in payload["headers"]}
    assert shown["verdict"] == "applied"
    assert "rfnd_1" in installation.refundctl("events", "show", event.event_id).stdout


def test_a_conflicting_duplicate_is_shown_beside_the_first(refundctl, client, omise):
    client.deliver_all(successful(omise, 1), successful(omise, 1, amount=1))
    shown, = refundctl("events", "show", "evnt_end_1")["events"]
    assert len(shown["payloads"]) == 2


def test_bytes_that_are_no_longer_kept_are_no_error(refundctl, installation, books, client, omise):
    client.deliver(successful(omise, 1))
    books.execute("DELETE FROM webhook_payloads")
    assert refundctl("events", "show", "evnt_end_1")["events"][0]["payloads"] == []
    assert "no longer kept" in installation.refundctl("events", "show", "evnt_end_1").stdout


def test_sources_may_have_the_same_id(refundctl, client, accounts):
    for sender in (accounts.omise, accounts.omise_old):
        client.deliver(successful(sender, 1))
    assert len(refundctl("events", "show", "evnt_end_1")["events"]) == 2
    one, = refundctl("events", "show", "evnt_end_1", "--source", "omise-old")["events"]
    assert one["source"] == "omise-old"


def test_an_event_that_never_came(refundctl):
    assert "there is no event evnt_0" in refundctl("events", "show", "evnt_0", code=1)


# anomalies.

@pytest.fixture
def odd(client, omise, books):
    """{kind: id} of the open anomalies; one of them is an over_refund."""
    client.deliver_all(
        omise.charge("evnt_1", "chrg_1", amount=10000, order="order-1"),
        omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", amount=9000),
        omise.refund("evnt_3", "refund.success", "rfnd_2", charge="chrg_1", amount=9000,
                     seconds=9999))
    found = {row["kind"]: row["anomaly_id"] for row in
             books.rows("SELECT kind, anomaly_id FROM anomalies WHERE resolved_at IS NULL")}
    assert "over_refund" in found
    return found


def kinds(listed):
    return [anomaly["kind"] for anomaly in listed["anomalies"]]


def test_open_anomalies_are_listed(refundctl, installation, odd):
    listed = refundctl("anomalies", "list")
    assert sorted(kinds(listed)) == sorted(odd)
    assert listed["total"] == len(odd)
    only = refundctl("anomalies", "list", "--kind", "over_refund")["anomalies"]
    assert [(each["charge_id"], each["resolved_at"]) for each in only] == [("chrg_1", None)]
    assert isinstance(only[0]["details"], dict)
    assert kinds(refundctl("anomalies", "list", "--charge", "chrg_2")) == []
    assert "over_refund" in installation.refundctl("anomalies", "list").stdout


def test_an_anomaly_is_resolved_once_with_a_reason(refundctl, books, odd, client, omise):
    over = odd["over_refund"]
    resolved = refundctl("anomalies", "resolve", str(over), "--reason", "店長が承認", user="花子")
    assert kinds(resolved) == ["over_refund"]
    row = books.row("SELECT * FROM anomalies WHERE anomaly_id = %s", over)
    assert (row["resolved_by"], row["resolution"]) == ("花子", "店長が承認")
    assert "over_refund" not in kinds(refundctl("anomalies", "list"))
    shown, = refundctl("anomalies", "list", "--all", "--kind", "over_refund")["anomalies"]
    assert (shown["resolved_by"], shown["resolution"]) == ("花子", "店長が承認")

    said = refundctl("anomalies", "resolve", str(over), "--reason", "again", user="bob", code=1)
    assert "was resolved before, by 花子: 店長が承認" in said
    assert books.row("SELECT * FROM anomalies WHERE anomaly_id = %s", over) == row


def test_several_are_resolved_at_once(refundctl, odd):
    resolved = refundctl("anomalies", "resolve", *map(str, odd.values()), "--reason", "checked")
    assert sorted(kinds(resolved)) == sorted(odd)
    assert kinds(refundctl("anomalies", "list")) == []


def test_an_anomaly_that_is_not_there(refundctl):
    assert "there is no anomaly 7" in refundctl("anomalies", "resolve", "7", "--reason", "x", code=1)
