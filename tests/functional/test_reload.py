"""SIGHUP: a new configuration counts as a whole or not at all, and nobody loses a connection."""

import contextlib
import signal
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from deadline import wait_until
from installation import SOURCES, Certificate
from service_manager import NotifySocket
from shop import failed, successful
from wire import Client, raw_tls, trusting


def source(name, **changes):
    found = next(keys for keys in SOURCES if keys["name"] == name)
    return {**found, **changes}


@pytest.fixture
def renewed(installation, tmp_path):
    """A new certificate for the same name; the daemon's next reload finds it."""
    folder = tmp_path / "renewed"
    folder.mkdir()
    certificate = Certificate(folder)
    installation.configure({"listener": {"certificate_file": str(certificate.file),
                                         "private_key_file": str(certificate.key_file)}})
    return certificate


def shown_certificate(daemon, trusted):
    with raw_tls(daemon.port, trusting(trusted.file)) as stream:
        return stream.getpeercert(binary_form=True)


def as_der(certificate):
    return ssl.PEM_cert_to_DER_cert(certificate.file.read_text())


def test_a_certificate_is_renewed_under_load_without_a_failed_request(installation, certificate,
                                                                      omise, tmp_path):
    stop = threading.Event()
    statuses = []

    def deliver(daemon, context, number):
        count = 0
        while not stop.is_set():
            with Client(daemon.port, context) as client:
                for _ in range(5):
                    count += 1
                    event = successful(omise, f"{number}_{count}")
                    statuses.append(client.deliver(event).status)

    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(installation.running())
        folder = tmp_path / "renewed"
        folder.mkdir()
        new = Certificate(folder)
        context = trusting(certificate.file)
        context.load_verify_locations(str(new.file))
        pool = stack.enter_context(ThreadPoolExecutor(3))
        stack.callback(stop.set)
        clients = [pool.submit(deliver, daemon, context, number) for number in range(3)]
        for round_number, current in enumerate((new, certificate, new)):
            wait_until(lambda: len(statuses) > 60 * (round_number + 1), 60)
            installation.configure({"listener": {"certificate_file": str(current.file),
                                                 "private_key_file": str(current.key_file)}})
            assert "reloaded" in daemon.reload()
            assert shown_certificate(daemon, current) == as_der(current)
        seen = len(statuses)
        wait_until(lambda: len(statuses) > seen + 60, 60)
        stop.set()
        for client in clients:
            client.result(60)
    assert set(statuses) == {200}


def test_a_connection_outlives_the_certificate_that_it_began_with(installation, certificate, omise,
                                                                  daemon, renewed):
    with daemon.client() as client:
        assert client.deliver(successful(omise, 1)).verdict == "applied"
        daemon.reload()
        assert client.deliver(successful(omise, 2)).verdict == "applied"
    assert shown_certificate(daemon, renewed) == as_der(renewed)


def test_a_secret_is_rotated_with_no_event_rejected(installation, omise, accounts):
    old, new = accounts.omise.secret_base64, "bmV3IHNlY3JldCBvZiB0aGlydHktdHdvIGJ5dGVzLi4="
    only_old = [source("omise-th", webhook_secret_files=["omise-secret"])]
    installation.configure(sources=only_old)
    with installation.running() as daemon, daemon.client() as client:
        assert client.deliver(successful(omise, 1), secret_base64=new).status == 401
        installation.write_secret("omise-next", new + "\n")
        installation.configure(sources=[
            source("omise-th", webhook_secret_files=["omise-secret", "omise-next"])])
        daemon.reload()
        assert client.deliver(successful(omise, 2), secret_base64=old).verdict == "applied"
        assert client.deliver(successful(omise, 3), secret_base64=new).verdict == "applied"
        installation.configure(sources=[source("omise-th", webhook_secret_files=["omise-next"])])
        daemon.reload()
        assert client.deliver(successful(omise, 4), secret_base64=old).status == 401
        assert client.deliver(successful(omise, 5), secret_base64=new).verdict == "applied"


def test_a_token_is_rotated_with_no_event_rejected(installation, payjp):
    with installation.running() as daemon, daemon.client() as client:
        event = payjp.refund("evnt_1", "re_1", "succeeded")
        with_new = {**event.headers(), "X-Payjp-Webhook-Token": "whook_the_next_one"}
        assert client.request("POST", event.path, event.body, with_new).status == 401
        installation.write_secret("payjp-next", "whook_the_next_one\n")
        installation.configure(sources=[
            source("payjp-jp", webhook_token_files=["payjp-token", "payjp-next"])])
        daemon.reload()
        assert client.deliver(event).verdict == "applied"
        assert client.request("POST", event.path, event.body, with_new).verdict == "duplicate"


def test_a_source_comes_and_goes(installation, omise):
    with installation.running() as daemon, daemon.client() as client:
        installation.configure(sources=[source("payjp-jp")])
        daemon.reload()
        assert client.deliver(successful(omise, 1)).status == 404
        installation.configure()
        daemon.reload()
        assert client.deliver(successful(omise, 1)).verdict == "applied"


def test_a_wrong_configuration_is_kept_out_as_a_whole(installation, omise, daemon):
    installation.configure({"log": {"level": "error", "colour": "red"}},
                           sources=[source("payjp-jp")])
    with daemon.client() as client:
        said = daemon.reload()
        assert "log.colour" in said
        assert "not reloaded: the configuration in use stays" in said
        # Its source is still there.
        assert client.deliver(successful(omise, 1)).verdict == "applied"
        assert client.get("/readyz").status == 200
    # Nor did the log's level change.
    daemon.stop()
    assert "stopped" in daemon.log()


@pytest.mark.parametrize("wrong", ["certificate", "key of another"])
def test_a_wrong_certificate_is_kept_out_as_a_whole(installation, certificate, omise, tmp_path,
                                                    daemon, wrong):
    folder = tmp_path / "other"
    folder.mkdir()
    other = Certificate(folder)
    if wrong == "certificate":
        other.file.write_text("-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n")
    listener = {"certificate_file": str(other.file),
                "private_key_file": str(certificate.key_file)}
    installation.configure({"listener": listener}, sources=[source("payjp-jp")])
    said = daemon.reload()
    assert "not reloaded: the configuration in use stays" in said
    assert str(other.file) in said
    assert shown_certificate(daemon, certificate) == as_der(certificate)
    with daemon.client() as client:
        assert client.deliver(successful(omise, 1)).verdict == "applied"


def test_what_needs_a_restart_is_said(installation, daemon):
    installation.configure({"database": {"connections": 3}, "listener": {"connections_max": 10}})
    said = daemon.reload()
    for key in ("database.connections", "listener.connections_max"):
        assert f"changed, and needs a restart key={key}" in said
    assert "reloaded" in said


def test_the_logs_level_changes(installation, tmp_path):
    with (NotifySocket(tmp_path / "notify") as manager,
          installation.running(environment=manager.environment()) as daemon):
        installation.configure({"log": {"level": "error"}})
        daemon.process.send_signal(signal.SIGHUP)
        manager.wait_for("READY=1", count=2)  # no line says that it has reloaded
    assert "stopping" not in daemon.log()
    assert "stopped" not in daemon.log()


def test_other_limits_count_from_the_next_request(installation, omise, daemon):
    with daemon.client() as client:
        installation.configure({"listener": {"body_max_bytes": 1024}})
        daemon.reload()
        large = omise.refund("evnt_1", "refund.success", "rfnd_1", note="x" * 2000)
        assert client.deliver(large).status == 413


# Who is told.

def test_a_route_that_is_switched_off_sends_nothing_more(shop, omise):
    shop.import_orders(1, 2)
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(successful(omise, 1))
        shop.wait_for_message("rfnd_1", "refund_complete", state="sent")
        shop.tell(routes=[{"template": "refund_complete", "sink": "off"}])
        daemon.reload()
        # The dispatcher takes them over between two passes: before it notes that this is sent.
        client.deliver(failed(omise, 3))
        shop.wait_for_message("rfnd_3", "refund_failed", state="sent")
        client.deliver(successful(omise, 2))
        shop.wait_for_message("rfnd_2", "refund_complete", state="suppressed")
    assert len(shop.mail.mails) == 1


def test_what_waited_for_a_sink_that_is_no_more_goes_where_the_routes_say_now(shop, omise):
    shop.tell(tickets={"url": "https://localhost:9/nobody"})
    with shop.running() as daemon, daemon.client() as client:
        client.deliver(failed(omise, 1))
        shop.wait_for_failed_attempt("rfnd_1", "refund_failed")
        renamed = {**shop.tickets_sink(), "name": "desk"}
        routes = [{**route, "sink": "desk"} if route["sink"] == "tickets" else route
                  for route in shop.routes()]
        shop.installation.configure(sinks=[shop.mail_sink(), renamed], routes=routes)
        daemon.reload()
        shop.make_due()
        shop.wait_for_message("rfnd_1", "refund_failed", state="sent", sink="desk")
