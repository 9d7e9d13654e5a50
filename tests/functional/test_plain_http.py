"""Without TLS, because a balancer on the same machine ends it: over loopback, or a Unix socket."""

import contextlib
import http.client
import os
import signal
import socket
import stat
import subprocess

import pytest

from deadline import wait_until
from shop import deaf_port, successful
from wire import Client, get_plain, post_once, trusting


def plain(installation, **listener):
    installation.configure({"listener": {"tls": "off", "certificate_file": None,
                                         "private_key_file": None, **listener}})


@pytest.fixture
def path(tmp_path):
    """Short: a socket's address has room for 107 bytes."""
    return str(tmp_path / "s")


@pytest.fixture
def over_a_socket(installation, path):
    plain(installation, listen=f"unix:{path}", client_address="x_forwarded_for")
    with installation.running() as daemon:
        yield daemon


def connect(path):
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(20)
    connected.connect(path)
    return connected


# Loopback.

def test_webhooks_over_plain_http(installation, books, omise):
    plain(installation)
    with installation.running() as daemon:
        with socket.create_connection(("127.0.0.1", daemon.port), 20) as connected:
            assert post_once(connected, successful(omise, 1)).verdict == "applied"
        sent = installation.refundctl(
            "send", "omise-th", "--event", "refund.success", "--url",
            f"http://127.0.0.1:{daemon.port}/webhooks/omise-th")
        assert "applied" in sent.stdout
        assert get_plain(daemon.port, "/readyz").status == 200
    assert books.count("refunds") == 2


def test_a_reload_goes_on_without_tls(installation, omise):
    plain(installation)
    with installation.running() as daemon:
        plain(installation, idle_timeout_seconds=30)
        assert "not reloaded" not in daemon.reload()
        with socket.create_connection(("127.0.0.1", daemon.port), 20) as connected:
            assert post_once(connected, successful(omise, 1)).status == 200


def test_tls_begins_with_a_restart_only(installation, certificate, omise):
    plain(installation)
    with installation.running() as daemon:
        installation.configure({"listener": {"tls": "on", "certificate_file": str(certificate.file),
                                             "private_key_file": str(certificate.key_file)}})
        assert "key=listener.tls" in daemon.reload()
        with socket.create_connection(("127.0.0.1", daemon.port), 20) as connected:
            assert post_once(connected, successful(omise, 1)).status == 200


def test_tls_ends_with_a_restart_only(installation, omise):
    with installation.running() as daemon:
        plain(installation)
        assert "key=listener.tls" in daemon.reload()
        with daemon.client() as client:
            assert client.deliver(successful(omise, 1)).status == 200


def test_a_passed_socket_that_others_reach_is_refused(installation):
    """As refundd.socket is by default."""
    plain(installation)
    with socket.create_server(("0.0.0.0", 0)) as everywhere:
        with pytest.raises(AssertionError, match="exit code 1: .*only this machine may reach it"):
            with installation.running(socket=everywhere):
                pass
    with socket.create_server(("127.0.0.1", 0)) as here, installation.running(socket=here):
        pass


@pytest.mark.parametrize("listener, key", [
    ({"listen": "0.0.0.0:0"}, "listener.tls"),
    ({"listen": "192.0.2.1:0"}, "listener.tls"),
    ({"client_ca_file": "clients.pem"}, "listener.client_ca_file"),
    ({"certificate_file": "certificate.pem"}, "listener.certificate_file"),
    ({"tls": "on", "listen": "unix:/tmp/s"}, "listener.listen"),
    ({"client_address": "x_forwarded_for"}, "listener.client_address"),
    ({"listen": "unix:relative"}, "listener.listen"),
    ({"listen": "unix:/" + "x" * 107}, "listener.listen"),
])
def test_plain_http_leaves_the_machine_in_no_configuration(installation, listener, key):
    plain(installation, **listener)
    errors = installation.refundctl_json("check-config", code=1)["errors"]
    assert key in [error["key"] for error in errors]


def test_check_config_says_that_there_is_no_tls(installation, path):
    plain(installation, listen=f"unix:{path}")
    said = installation.refundctl("check-config").stdout
    assert "none: plain HTTP" in said and f"unix:{path}" in said


# A Unix socket.

def test_webhooks_over_a_unix_socket(installation, over_a_socket, path, books, omise):
    with connect(path) as connected:
        assert post_once(connected, successful(omise, 1)).verdict == "applied"
    with connect(path) as connected:
        forwarded = {"X-Forwarded-For": "198.51.100.66, 203.0.113.9"}
        assert post_once(connected, successful(omise, 2), **forwarded).verdict == "applied"
    assert "applied" in installation.refundctl("send", "omise-th", "--event",
                                               "refund.success").stdout
    addresses = [row["remote_address"] for row in books.rows(
        "SELECT host(remote_address) AS remote_address FROM webhook_events ORDER BY received_at")]
    assert addresses == [None, "203.0.113.9", None]


def test_only_its_group_may_use_it(over_a_socket, path):
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o660


def test_a_socket_that_was_left_behind_is_no_obstacle(installation, path, omise):
    plain(installation, listen=f"unix:{path}")
    with installation.running() as daemon:
        daemon.kill()
        assert os.path.exists(path)
    with installation.running(), connect(path) as connected:
        assert post_once(connected, successful(omise, 1)).status == 200


def test_a_socket_in_use_is_left_alone(installation, over_a_socket, path, omise):
    with pytest.raises(AssertionError, match="Address already in use"):
        with installation.running(name="second"):
            pass
    with connect(path) as connected:
        assert post_once(connected, successful(omise, 1)).status == 200


def test_another_file_is_not_overwritten(installation, path):
    plain(installation, listen=f"unix:{path}")
    with open(path, "w") as file:
        file.write("precious")
    with pytest.raises(AssertionError, match="Address already in use"):
        with installation.running():
            pass
    with open(path) as file:
        assert file.read() == "precious"


# HAProxy ends TLS.

HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend webhooks
    bind 127.0.0.1:{port} ssl crt {pem}
    option forwardfor
    default_backend refundd
backend refundd
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host refundd
    server one unix@{path} check inter 1s fall 1 rise 1
"""


@contextlib.contextmanager
def haproxy(folder, port, certificate, path):
    pem = folder / "both.pem"
    pem.write_text(certificate.file.read_text() + certificate.key_file.read_text())
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, pem=pem, path=path))
    with open(folder / "haproxy.log", "wb") as log:
        process = subprocess.Popen(["haproxy", "-db", "-f", config], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_behind_a_balancer_that_ends_tls(over_a_socket, path, certificate, books, omise, tmp_path):
    with deaf_port() as port, haproxy(tmp_path, port, certificate, path):
        def deliver():
            with contextlib.suppress(OSError, http.client.HTTPException):
                with Client(port, trusting(certificate.file)) as client:
                    return client.deliver(successful(omise, 1)).status == 200
        wait_until(deliver, what="the balancer passes it on")
    row = books.row("SELECT host(remote_address) AS address FROM webhook_events")
    assert row["address"] == "127.0.0.1"


def test_a_forged_signature_stays_forged(over_a_socket, path, omise):
    forged = omise.headers(b"another body")["Omise-Signature"]
    with connect(path) as connected:
        answer = post_once(connected, successful(omise, 1), **{"Omise-Signature": forged})
    assert answer.status == 401
