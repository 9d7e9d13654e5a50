"""refundctl status: how everything is, in sentences."""

import re

from deadline import wait_until
from installation import SECRETS
from shop import failed, started, successful


def status(installation, daemon, *arguments, code):
    return installation.refundctl("status", "--admin", f"127.0.0.1:{daemon.admin_port}", *arguments,
                                  code=code).stdout


def test_all_is_well(installation, daemon, client, omise):
    client.deliver_all(successful(omise, 1))
    # The certificate of the tests ends in two days, which is the one thing that is not well.
    said = status(installation, daemon, code=1)
    assert re.search(r"^refundd at 127\.0\.0\.1:\d+: version \S+, up for \d+ s, ready$", said,
                     re.MULTILINE)
    assert re.search(r"^omise-th: last good event \d+ s ago$", said, re.MULTILINE)
    assert "payjp-jp: no good event in the last 30 days\n" in said
    assert "refunds: none is pending\n" in said
    needs = said.partition("Needs a person:\n")[2].splitlines()
    assert len(needs) == 1 and "certificate" in needs[0]


def test_a_service_without_fault_ends_with_0(installation, omise):
    installation.configure({"listener": {"tls": "off", "certificate_file": None,
                                         "private_key_file": None}})
    with installation.running() as daemon:
        assert status(installation, daemon, code=0).endswith("\nAll is well.\n")


def test_it_says_who_was_turned_away(installation, daemon, client, omise):
    client.deliver_all(successful(omise, 1))
    stranger = successful(omise, 2)
    for _ in range(3):
        client.request("POST", stranger.path, stranger.body,
                       stranger.headers(secret_base64=SECRETS["omise-test-secret"]))
    client.request("POST", "/webhooks/payjp-jp", b"{}", {"Content-Type": "application/json"})
    said = status(installation, daemon, code=1)
    assert re.search(r"^omise-th: last good event \d+ s ago; 3 rejected requests in the last hour, "
                     r"the last one \d+ s ago \(wrong_signature\)$", said, re.MULTILINE)
    assert "omise-th had rejected requests" not in said
    assert "payjp-jp had rejected requests in the last hour and not one good event" in said


def test_it_says_what_waits_and_what_is_dead(installation, books, daemon, client, omise):
    client.deliver_all(started(omise, 1), failed(omise, 2))
    books.execute("UPDATE refunds SET requested_at = now() - '3 hours'::interval "
                  "WHERE refund_id = 'rfnd_1'")
    books.execute("UPDATE outbox_messages SET state = 'dead', sink = 'tickets' "
                  "WHERE refund_id = 'rfnd_2'")
    said = status(installation, daemon, code=1)
    assert "refunds of omise-th: 1 pending, the oldest for 3 h\n" in said
    assert re.search(r"^messages without a sink: \d+ messages? waits?, the oldest for \d+ s$", said,
                     re.MULTILINE)
    assert "refundctl outbox list --state dead" in said
    told = installation.refundctl_json("status", "--admin", f"127.0.0.1:{daemon.admin_port}", code=1)
    assert told["well"] is False and len(told["needs_a_person"]) == 2
    assert told["refunds"][0]["pending"] == 1
    assert {sink["sink"]: sink["dead"] for sink in told["messages"]}["tickets"] > 0
    assert told["sources"][0]["name"] == "omise-th" and told["sources"][0]["last_good_event_at"]


def test_several_daemons_are_one_service(installation, omise):
    with installation.running(name="one") as one, installation.running(name="two") as two:
        with one.client() as client:
            client.deliver_all(successful(omise, 1))
        said = status(installation, one, "--admin", f"127.0.0.1:{two.admin_port}", code=1)
    assert len(re.findall(r"^refundd at .* ready$", said, re.MULTILINE)) == 2
    assert re.search(r"^omise-th: last good event \d+ s ago$", said, re.MULTILINE)


def test_a_daemon_that_is_not_there_needs_a_person(installation, books, omise):
    with installation.running() as daemon, daemon.client() as client:
        client.deliver_all(successful(omise, 1))
    said = status(installation, daemon, code=1)
    assert re.search(r"^refundd at 127\.0\.0\.1:\d+: no answer: ", said, re.MULTILINE)
    assert "does not answer: systemctl status refundd" in said
    assert re.search(r"^omise-th: last good event \d+ s ago$", said, re.MULTILINE), "the database knows"


def test_a_daemon_without_its_database_says_so(own_postgres, own_site):
    installation, _ = own_site
    with installation.running() as daemon:
        own_postgres.halt("immediate")
        wait_until(lambda: daemon.readiness().status == 503)
        said = status(installation, daemon, code=1)
    assert "not ready: database away" in said
    assert "the database cannot be read" in said


def test_it_needs_no_secrets(installation, daemon):
    """A support agent may not read them."""
    for name in SECRETS:
        (installation.folder / name).unlink()
    assert "ready" in status(installation, daemon, code=1)
