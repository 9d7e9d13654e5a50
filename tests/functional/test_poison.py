"""An event that PostgreSQL itself refuses must not take its neighbours with it."""

import contextlib

import pytest

from deadline import wait_until

EVENTS = 60


@pytest.fixture
def one_connection(installation):
    """So that one batch takes all events of a burst."""
    text = installation.config_file.read_text()
    assert "connections = 2" in text
    installation.config_file.write_text(text.replace("connections = 2", "connections = 1"))
    return installation


def deliver_in_one_burst(daemon, books, events):
    """All wait for one lock, so that they are together in one or two batches. Their answers."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(daemon.client()) for _ in events]
        for client in clients:
            client.connect()
        with books.writing_held_up():
            for client, event in zip(clients, events):
                client.send_request("POST", event.path, event.body, event.headers())
            wait_until(books.waiting_for_lock)
            with daemon.client() as later:
                assert later.get("/healthz").status == 200
        return [client.read_answer() for client in clients]


@pytest.mark.parametrize("forbidden, on", [
    ("refund_id <> 'rfnd_17'", "refunds"),
    ("refund_id IS DISTINCT FROM 'rfnd_17'", "webhook_events"),
    ("refund_id <> 'rfnd_17'", "refund_audit"),
    ("order_id <> 'order-17'", "orders"),
])
def test_only_the_poison_event_is_quarantined(one_connection, books, omise, forbidden, on):
    books.execute(f"ALTER TABLE {on} ADD CONSTRAINT poison CHECK ({forbidden})")
    events = [omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}", charge=f"chrg_{n}",
                           order=f"order-{n}") for n in range(EVENTS)]
    with one_connection.running() as daemon:
        answers = deliver_in_one_burst(daemon, books, events)
        verdicts = {event.event_id: answer.verdict for event, answer in zip(events, answers)}
        assert verdicts.pop("evnt_17") == "quarantined"
        assert set(verdicts.values()) == {"applied"}
        with daemon.client() as client:
            assert client.deliver(events[17]).verdict == "duplicate"

    stored = books.event("evnt_17")
    assert stored["verdict"] == "quarantined"
    assert "the database refused" in stored["verdict_reason"]
    assert books.value("SELECT body FROM webhook_payloads WHERE event_id = 'evnt_17'") == (
        events[17].body)
    assert books.count("refunds") == EVENTS - 1
    assert books.count("refunds", "refund_id = 'rfnd_17'") == 0
    assert books.count("webhook_events") == EVENTS
    assert books.count("outbox_messages",
                       "audience = 'support' AND payload->>'eventId' = 'evnt_17'") == 1


def test_an_event_that_cannot_even_be_quarantined_fails_alone(one_connection, books, omise):
    books.execute("ALTER TABLE webhook_events ADD CONSTRAINT poison CHECK (event_id <> 'evnt_17')")
    events = [omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}") for n in range(EVENTS)]
    with one_connection.running() as daemon:
        answers = deliver_in_one_burst(daemon, books, events)
        assert daemon.readiness().status == 200
    refused = answers.pop(17)
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    assert {answer.status for answer in answers} == {200}
    assert books.count("refunds") == EVENTS - 1


def test_several_poison_events_among_good_ones(one_connection, books, omise):
    books.execute("ALTER TABLE refunds ADD CONSTRAINT poison CHECK (amount_minor <> 13)")
    poison = {0, 7, 8, 31, EVENTS - 1}
    events = [omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}",
                           amount=13 if n in poison else 5000) for n in range(EVENTS)]
    with one_connection.running() as daemon:
        answers = deliver_in_one_burst(daemon, books, events)
    quarantined = {n for n, answer in enumerate(answers) if answer.verdict == "quarantined"}
    assert quarantined == poison
    assert books.count("refunds") == EVENTS - len(poison)


def test_a_poison_event_of_a_known_refund_leaves_it_as_it_was(one_connection, books, omise):
    create = omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", order="order-1")
    success = omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", order="order-1",
                           seconds=60)
    with one_connection.running() as daemon, daemon.client() as client:
        assert client.deliver(create).verdict == "applied"
        books.execute("ALTER TABLE refunds ADD CONSTRAINT poison CHECK (status <> 'successful')")
        assert client.deliver(success).verdict == "quarantined"
    assert books.refund("rfnd_1")["status"] == "pending"
    assert books.order("order-1")["status"] == "refund_pending"
    one_connection.refundctl("audit", "verify")
