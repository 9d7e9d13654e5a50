"""Processes and networks end at any moment. What was answered 200 is in the database; everything
else was answered 503, or not at all, and comes again."""

import time

import pytest

from deadline import wait_until
from fleet import Load, deliver_shared_out
from gate import Gate
from installation import Installation, installed
from shop import successful

REFUNDS = 500


def story(omise):
    """For each refund: its charge, its beginning and its end."""
    events = []
    for n in range(REFUNDS):
        charge = {"charge": f"chrg_{n}", "order": f"order-{n}", "amount": 10000}
        events += [
            omise.charge(f"evnt_1_{n}", f"chrg_{n}", amount=10000, order=f"order-{n}"),
            omise.refund(f"evnt_2_{n}", "refund.create", f"rfnd_{n}", seconds=60, **charge),
            omise.refund(f"evnt_3_{n}", "refund.success", f"rfnd_{n}", seconds=120, **charge),
        ]
    return events


def check_all_are_there(books, accepted):
    stored = {row["event_id"] for row in books.rows("SELECT event_id FROM webhook_events")}
    assert accepted - stored == set()


def check_the_end_of_the_story(installation, books):
    assert books.count("webhook_events") == 3 * REFUNDS
    assert books.count("refunds", "status = 'successful' AND audit_length = 2") == REFUNDS
    assert books.count("orders", "status = 'refunded' AND refunded_minor = 10000") == REFUNDS
    assert books.count("outbox_messages", "template = 'refund_complete'") == REFUNDS
    assert books.count("refund_audit") == 2 * REFUNDS
    installation.refundctl("audit", "verify")


def test_kill_9_under_load_loses_nothing_that_was_answered(installation, books, omise):
    events = story(omise)
    accepted = set()
    for round_number in (1, 2, 3):
        with installation.running() as daemon:
            with Load(daemon, events[(round_number - 1) * REFUNDS:]) as load:
                wait_until(lambda: len(load.record.accepted) >= 150 * round_number, 60)
                daemon.kill()
                wait_until(load.has_ended)
            assert load.record.unanswered == 4
            assert set(load.record.statuses) == {200}
            accepted |= load.record.accepted
            check_all_are_there(books, accepted)

    with installation.running() as daemon:
        record = deliver_shared_out(daemon, events)
    assert record.statuses == {200: len(events)}
    for event_id in accepted:
        assert record.verdicts[event_id] == ["duplicate"]
    check_the_end_of_the_story(installation, books)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_outage_is_answered_503_and_ends_by_itself(own_postgres, certificate, tmp_path,
                                                              omise, mode):
    events = story(omise)
    with installed(own_postgres, certificate, tmp_path / "refundd") as (installation, books):
        with installation.running() as daemon, Load(daemon, events) as load:
            wait_until(lambda: len(load.record.accepted) >= 150, 60)
            books.close()
            own_postgres.halt(mode)
            wait_until(lambda: load.record.statuses[503] >= 20, 30)
            assert daemon.readiness().status == 503
            with daemon.client() as client:
                assert client.get("/healthz").status == 200
            before = load.record.statuses[200]
            own_postgres.start()
            daemon.wait_for_ready()
            wait_until(lambda: load.record.statuses[200] > before + 150, 60)
        record = load.record
        assert set(record.statuses) == {200, 503}
        assert record.unanswered == 0
        for answer in record.refusals:
            assert int(answer.headers["retry-after"]) > 0

        books.connect()
        check_all_are_there(books, record.accepted)
        with installation.running() as daemon:
            deliver_shared_out(daemon, events)
        check_the_end_of_the_story(installation, books)


def test_a_database_that_is_away_for_a_minute_is_waited_for(own_site, own_postgres, omise):
    """Alive, not ready, 503 all the while, and a log that is not filled."""
    installation, _ = own_site
    event = successful(omise)
    with installation.running() as daemon, daemon.client() as client:
        own_postgres.halt()
        halted = len(daemon.log())  # a server that stops refuses for a reason of its own
        wait_until(lambda: daemon.readiness().status == 503)
        end = time.monotonic() + 60

        def is_over():
            assert client.deliver(event).status == 503
            assert client.get("/healthz").status == 200
            assert daemon.readiness().status == 503
            return time.monotonic() > end
        wait_until(is_over, 90)
        said = daemon.log()[halted:]
        assert said.count("the database is away") <= 4, "once a reason and thread"
        own_postgres.start()
        daemon.wait_for_ready()
        assert client.deliver(event).verdict == "applied"


def test_a_daemon_that_starts_before_its_database_waits_for_it(own_postgres, certificate, tmp_path,
                                                               omise):
    with installed(own_postgres, certificate, tmp_path / "refundd") as (installation, books):
        books.close()
        own_postgres.halt()
        try:
            with installation.running(ready=False) as daemon, daemon.client() as client:
                event = omise.refund("evnt_1", "refund.create", "rfnd_1")
                answer = client.deliver(event)
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) > 0
                assert client.get("/healthz").status == 200
                assert client.get("/readyz").status == 503
                own_postgres.start()
                daemon.wait_for_ready()
                assert client.deliver(event).verdict == "applied"
        finally:
            own_postgres.start()


def test_a_database_without_the_schema_is_not_ready(postgres, certificate, tmp_path, omise):
    with postgres.database() as name:
        installation = Installation(tmp_path / "refundd", certificate, postgres.url(name))
        with installation.running(ready=False) as daemon, daemon.client() as client:
            wait_until(lambda: "refundctl migrate" in daemon.readiness().body.decode())
            event = omise.refund("evnt_1", "refund.create", "rfnd_1")
            assert client.deliver(event).status == 503
            installation.refundctl("migrate")
            daemon.wait_for_ready()
            assert client.deliver(event).verdict == "applied"


# A network between daemon and PostgreSQL that fails.

@pytest.fixture
def gate(postgres):
    with Gate(postgres.tcp_port) as gate:
        yield gate


@pytest.fixture
def gated(postgres, certificate, tmp_path, gate):
    """(Installation, Books): the daemon's way to PostgreSQL leads through the gate, the Books' way
    does not."""
    def url(name):
        return f"postgresql://postgres@127.0.0.1:{gate.port}/{name}?sslmode=disable"
    with installed(postgres, certificate, tmp_path / "refundd", url=url) as site:
        yield site


@pytest.mark.parametrize("when, second_verdict", [("after", "duplicate"), ("before", "applied")])
def test_a_commit_in_doubt_is_answered_503_and_counts_once(gated, gate, omise, when,
                                                           second_verdict):
    installation, books = gated
    event = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", order="order-1")
    with installation.running() as daemon, daemon.client() as client:
        gate.cut_next_commit(when)
        answer = client.deliver(event)
        assert gate.was_cut.is_set()
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert books.count("webhook_events") == (1 if when == "after" else 0)

        answer = wait_until(lambda: accepted_answer(client, event), 30)
        assert answer.verdict == second_verdict
    for table in ("webhook_events", "webhook_payloads", "refunds", "refund_audit",
                  "outbox_messages"):
        assert books.count(table) == 1, table
    assert books.order("order-1")["refunded_minor"] == 10000


def accepted_answer(client, event):
    answer = client.deliver(event)
    return answer if answer.status == 200 else None


def test_commits_in_doubt_under_load_count_once(gated, gate, omise):
    installation, books = gated
    events = story(omise)
    with installation.running() as daemon:
        with Load(daemon, events) as load:
            gate.cut_commits(("after", "before", "after", "before", "after"), passing=30)
            assert gate.was_cut.wait(60)
        assert set(load.record.statuses) == {200, 503}
        assert load.record.unanswered == 0
        check_all_are_there(books, load.record.accepted)
        daemon.wait_for_ready()
        record = deliver_shared_out(daemon, events)
    assert set(record.statuses) == {200}
    check_the_end_of_the_story(installation, books)


def test_a_silent_partition_is_answered_503_in_time_and_ends_by_itself(gated, gate, omise):
    installation, books = gated
    event = omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", order="order-1")
    with installation.running() as daemon, daemon.client() as client:
        gate.fall_silent()
        start = time.monotonic()
        answer = client.deliver(event)
        assert time.monotonic() - start < 10
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert client.get("/healthz").status == 200
        wait_until(lambda: client.get("/readyz").status == 503, 15)

        gate.let_new_connections_pass()
        answer = wait_until(lambda: accepted_answer(client, event), 30)
        assert answer.verdict == "applied"
        daemon.wait_for_ready()
    assert books.count("refunds") == 1


# Stopping.

def test_sigterm_under_load_answers_what_was_accepted_and_exits_0(installation, books, omise):
    events = story(omise)
    with installation.running() as daemon:
        with Load(daemon, events) as load:
            wait_until(lambda: len(load.record.accepted) >= 300, 60)
            daemon.terminate()
            assert daemon.wait_for_exit() == 0
            wait_until(load.has_ended)
    assert set(load.record.statuses) <= {200, 503}
    for answer in load.record.refusals:
        assert int(answer.headers["retry-after"]) > 0
    check_all_are_there(books, load.record.accepted)
    with installation.running() as daemon:
        assert deliver_shared_out(daemon, events).statuses == {200: len(events)}
    check_the_end_of_the_story(installation, books)


def wait_until_received(daemon):
    """The loop has read everything that was sent before: it is one thread, and two later requests
    are answered."""
    with daemon.client() as client:
        for _ in range(2):
            assert client.get("/healthz").status == 200


def test_sigterm_waits_for_every_request_in_hand(installation, books, omise):
    clients = []
    with installation.running() as daemon:
        try:
            for _ in range(20):
                clients.append(daemon.client())
                clients[-1].connect()
            with books.writing_held_up():
                for n, client in enumerate(clients):
                    event = omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}")
                    client.send_request("POST", event.path, event.body, event.headers())
                wait_until(books.waiting_for_lock)
                wait_until_received(daemon)
                daemon.terminate()
                wait_until(lambda: "stopping" in daemon.log())
                assert daemon.is_running()
            answers = [client.read_answer() for client in clients]
        finally:
            for client in clients:
                client.close()
        assert daemon.wait_for_exit() == 0
    assert [answer.verdict for answer in answers] == ["applied"] * 20
    assert {answer.headers["connection"] for answer in answers} == {"close"}
    assert books.count("refunds") == 20


def test_sigterm_does_not_wait_for_idle_or_stalled_clients(installation):
    with installation.running() as daemon:
        with daemon.client() as idle:
            idle.connect()
            assert idle.get("/healthz").status == 200
            start = time.monotonic()
            daemon.stop()
            assert time.monotonic() - start < 10


def test_sigterm_ends_in_time_while_the_database_is_silent(gated, gate, omise):
    """Also where only a connection without a batch hangs: the daemon looks after both of its two
    now and then."""
    installation, _ = gated
    with installation.running() as daemon, daemon.client() as client:
        gate.fall_silent()
        event = omise.refund("evnt_1", "refund.create", "rfnd_1")
        client.send_request("POST", event.path, event.body, event.headers())
        wait_until_received(daemon)
        daemon.terminate()
        assert client.read_answer().status == 503
        assert daemon.wait_for_exit(25) == 0


# Limits.

def test_a_full_queue_is_answered_503_at_once(postgres, certificate, tmp_path, omise):
    sections = {"ingest": {"queue_max": 3, "batch_max": 1}, "database": {"connections": 1}}
    with installed(postgres, certificate, tmp_path / "refundd", sections) as (installation, books):
        with installation.running() as daemon:
            clients = [daemon.client() for _ in range(8)]
            try:
                for client in clients:
                    client.connect()
                with books.writing_held_up():
                    for n, client in enumerate(clients):
                        event = omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}")
                        client.send_request("POST", event.path, event.body, event.headers())
                        # The first is not to wait in the queue while the connection is checked.
                        wait_until(books.waiting_for_lock)
                    wait_until_received(daemon)
                    assert daemon.readiness().status == 503
                answers = [client.read_answer() for client in clients]
            finally:
                for client in clients:
                    client.close()
            # One in the database's hands, three in the queue.
            assert sorted(answer.status for answer in answers) == [200] * 4 + [503] * 4
            assert books.count("webhook_events") == 4
            daemon.wait_for_ready()


def test_connections_beyond_the_limit_wait_for_a_free_place(postgres, certificate, tmp_path):
    sections = {"listener": {"connections_max": 2}}
    with installed(postgres, certificate, tmp_path / "refundd", sections) as (installation, _):
        with installation.running() as daemon:
            clients = [daemon.client() for _ in range(2)]
            try:
                for client in clients:
                    assert client.get("/healthz").status == 200
                with daemon.client(timeout_seconds=0.5) as third, pytest.raises(TimeoutError):
                    third.get("/healthz")
                clients.pop().close()
                with daemon.client() as third:
                    assert third.get("/healthz").status == 200
            finally:
                for client in clients:
                    client.close()
