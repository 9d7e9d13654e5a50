"""What the daemon tells Prometheus, and that alerts and dashboard ask for nothing else."""

import subprocess

import pytest

from deadline import wait_until
from installation import SECRETS, SOURCES
from prometheus import METRICS, OF_ASKED_SOURCES, Metrics
from shop import failed, started, successful
from wire import answers_in, get_plain, post_head, raw_tls, read_to_end


def wait_for(daemon, condition, seconds=30):
    """The first scrape of which it holds: figures from the database come a moment later."""
    def look():
        metrics = Metrics(daemon)
        return condition(metrics) and metrics
    return wait_until(look, seconds, "the metrics say so")


def has_both_sessions(metrics):
    """The daemon opens two with the database, and is ready with the first."""
    return metrics.get("refundd_database_connects_total") == 2


# Webhooks.

def test_every_webhook_is_counted(daemon, client, omise, payjp):
    event = successful(omise, 1)
    client.deliver_all(event, event, started(omise, 2))
    assert client.request("POST", event.path, event.body,
                          event.headers(secret_base64=SECRETS["omise-test-secret"])).status == 401
    assert client.request("POST", event.path, event.body,
                          {"Content-Type": "application/json"}).status == 401
    assert client.request("POST", event.path, b"no JSON", omise.headers(b"no JSON")).status == 400
    metrics = Metrics(daemon)

    events = "refundd_webhook_events_total"
    assert metrics.get(events, source="omise-th", type="refund.success", verdict="applied") == 1
    assert metrics.get(events, source="omise-th", type="refund.success", verdict="duplicate") == 1
    assert metrics.get(events, source="omise-th", type="refund.create", verdict="applied") == 1
    assert sum(metrics[events].values()) == 3
    answers = "refundd_webhook_answers_total"
    assert {status: metrics.get(answers, source="omise-th", status=status)
            for status in ("200", "400", "401")} == {"200": 3, "400": 1, "401": 2}
    failures = "refundd_webhook_authentication_failures_total"
    assert metrics.get(failures, source="omise-th", reason="wrong_signature") == 1
    assert metrics.get(failures, source="omise-th", reason="missing_signature") == 1
    assert metrics.get("refundd_ingest_seconds_count") == 6
    assert metrics.get("refundd_ingest_batch_events_sum") == 3
    assert 0 < metrics.get("refundd_ingest_batch_seconds_sum") < 60


def test_what_is_refused_for_its_head_is_its_sources_where_it_names_one(daemon, client):
    assert client.request("POST", "/webhooks/nobody", b"{}").status == 404
    assert client.request("POST", "/webhooks/omise-th", b"{}").status == 415
    assert client.get("/webhooks/omise-th").status == 405
    for probe in ("/healthz", "/readyz"):
        assert client.get(probe).status == 200
    large = {"Content-Type": "application/json", "Content-Length": "9999999"}
    with raw_tls(daemon.port, daemon.context) as stream:
        stream.sendall(post_head("/webhooks/payjp-jp", b"", large))
        assert answers_in(read_to_end(stream))[0].status == 413
    answers = Metrics(daemon)["refundd_webhook_answers_total"]
    assert answers == {frozenset({("source", source), ("status", status)}): 1 for source, status in
                       [("", "404"), ("omise-th", "415"), ("omise-th", "405"),
                        ("payjp-jp", "413")]}


def test_a_body_that_does_not_come_is_counted(installation):
    installation.configure({"listener": {"body_timeout_seconds": 1}})
    with installation.running() as daemon, raw_tls(daemon.port, daemon.context) as stream:
        stream.sendall(post_head("/webhooks/omise-th", b"{}",
                                 {"Content-Type": "application/json"}))
        assert answers_in(read_to_end(stream))[0].status == 408
        assert Metrics(daemon).get("refundd_webhook_answers_total", source="omise-th",
                                   status="408") == 1


def test_a_type_that_nobody_knows_makes_no_series_of_its_own(daemon, client, omise):
    for n in range(3):
        assert client.deliver(omise.event(f"evnt_{n}", f"new.type_{n}", {})).verdict == "unsupported"
    events = Metrics(daemon)["refundd_webhook_events_total"]
    assert list(events.values()) == [3]
    assert ("type", "other") in next(iter(events))


def test_it_knows_since_when_a_source_is_silent(installation, omise):
    silence = "refundd_source_seconds_since_good_event"
    with installation.running() as daemon, daemon.client() as client:
        assert Metrics(daemon)[silence] == {}
        client.deliver_all(successful(omise, 1))
        assert 0 <= Metrics(daemon).get(silence, source="omise-th") < 60
        client.request("POST", "/webhooks/payjp-jp", b"{}", {"Content-Type": "application/json"})
        assert Metrics(daemon).get(silence, source="payjp-jp") is None
    with installation.running() as daemon:  # another process knows it from the database
        wait_for(daemon, lambda metrics: metrics.get(silence, source="omise-th") is not None)
    others = [source for source in SOURCES if source["name"] != "omise-th"]
    installation.configure(sources=others)
    with installation.running() as daemon:
        wait_for(daemon, lambda metrics: metrics["refundd_refunds"])
        assert Metrics(daemon)[silence] == {}, "who is not configured is not silent"


# The process.

def test_it_says_what_runs_there_and_how(daemon, client):
    client.get("/healthz")
    # The connection of the scrape before may still be there for a moment.
    metrics = wait_for(daemon, lambda metrics: has_both_sessions(metrics) and
                       metrics.get("refundd_http_connections", listener="admin") == 1)
    version = subprocess.run([daemon.process.args[0], "--version"], capture_output=True,
                             text=True).stdout.strip()
    assert metrics.get("refundd_build_info", version=version) == 1
    assert metrics.get("refundd_ready") == 1
    assert metrics.get("refundd_ingest_queue_events") == 0
    assert metrics.get("refundd_ingest_queue_limit_events") == 10000
    assert metrics.get("refundd_http_connections", listener="listener") == 1
    assert metrics.get("refundd_http_connections_limit", listener="listener") == 4096
    assert 1 < metrics.get("refundd_certificate_days_left") <= 2  # as the tests make theirs
    assert set(metrics["refundd_database_errors_total"].values()) == {0}


def test_a_database_that_goes_and_comes_back_shows(own_postgres, own_site):
    installation, _ = own_site
    with installation.running() as daemon:
        wait_for(daemon, has_both_sessions)
        own_postgres.halt("immediate")
        gone = wait_for(daemon, lambda metrics: metrics.get("refundd_ready") == 0)
        own_postgres.start()
        assert gone.get("refundd_database_connects_total") == 2
        back = wait_for(daemon, lambda metrics: metrics.get("refundd_ready") == 1 and
                        metrics.get("refundd_database_connects_total") >= 4)
        assert back.get("refundd_database_errors_total", kind="unavailable") > 0


# From the database.

def test_refunds_and_what_waits_come_from_the_database(installation, books, omise):
    """Without a sink messages wait."""
    with installation.running() as daemon, daemon.client() as client:
        client.deliver_all(started(omise, 1), successful(omise, 2), failed(omise, 3))
    books.execute("UPDATE outbox_messages SET state = 'dead', sink = 'mail' WHERE refund_id = 'rfnd_3'")
    with installation.running() as daemon:
        metrics = wait_for(daemon, lambda metrics: metrics["refundd_refunds"])
    for status in ("pending", "successful", "failed"):
        assert metrics.get("refundd_refunds", source="omise-th", status=status) == 1
    assert metrics.get("refundd_refund_oldest_pending_seconds", source="omise-th") > 0
    messages = {state: books.count("outbox_messages", "state = %s", state)
                for state in ("pending", "dead")}
    assert metrics.get("refundd_outbox_messages", sink="", state="pending") == messages["pending"] > 0
    assert metrics.get("refundd_outbox_messages", sink="mail", state="dead") == messages["dead"] > 0
    assert metrics.get("refundd_outbox_oldest_pending_seconds", sink="") >= 0
    assert metrics.get("refundd_database_figures_age_seconds") < 30
    open_anomalies = {row["kind"]: row["count"] for row in books.rows(
        "SELECT kind, count(*) FROM anomalies WHERE resolved_at IS NULL GROUP BY kind")}
    assert {dict(labels)["kind"]: value
            for labels, value in metrics["refundd_anomalies_open"].items()} == open_anomalies


def test_every_send_is_counted(shop, omise):
    shop.import_orders(1)
    with shop.running() as daemon, daemon.client() as client:
        assert Metrics(daemon).get("refundd_outbox_sends_total", sink="mail", outcome="dead") == 0
        client.deliver(successful(omise, 1))
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        metrics = Metrics(daemon)
    assert metrics.get("refundd_outbox_sends_total", sink="mail", outcome="sent") == 1
    assert metrics.get("refundd_outbox_sends_total", sink="tickets", outcome="sent") == 0


# Who reads them.

@pytest.fixture
def everything(shop, omise):
    """A scrape in which every metric has a sample."""
    with shop.running() as daemon, daemon.client() as client:
        client.deliver_all(started(omise, 1), successful(omise, 2), failed(omise, 3))
        stranger = successful(omise, 4)
        client.request("POST", stranger.path, stranger.body,
                       stranger.headers(secret_base64=SECRETS["omise-test-secret"]))
        yield Metrics(daemon)


def test_promtool_finds_nothing_to_complain_of(everything, promtool):
    """But for days, in which people think of certificates: it would have seconds."""
    in_base_units = "".join(line for line in everything.text.splitlines(keepends=True)
                            if "refundd_certificate_days_left" not in line)
    assert promtool("check", "metrics", input=in_base_units) == ""


def test_there_is_what_rules_and_dashboard_may_ask_for(everything):
    assert everything.names() == METRICS - {"up"} - OF_ASKED_SOURCES


def test_only_the_admin_listener_shows_them(daemon, client):
    for path in ("/metrics", "/status"):
        assert client.get(path).status == 404
        assert get_plain(daemon.admin_port, path).status == 200
