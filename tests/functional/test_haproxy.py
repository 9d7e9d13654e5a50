"""Behind the load balancer of config/haproxy.cfg: two daemons on one database."""

import contextlib
import re
import signal
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from deadline import wait_until
from installation import PROJECT, Certificate
from shop import deaf_port, successful
from wire import Client, post_head, post_once, trusting


class Balanced:
    """Two daemons, each with a socket and an admin port that stay the same for all its lives."""

    def __init__(self, installation, folder, proxy_header="send-proxy-v2"):
        self._ports = contextlib.ExitStack()
        self.port, *self._admin_ports = [self._ports.enter_context(deaf_port()) for _ in range(3)]
        self._proxy_header = proxy_header
        installation.configure({"listener": {"trusted_proxies": ["127.0.0.1"],
                                             "client_address": "proxy_protocol"}})
        self._installation = installation
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=1000) for _ in range(2)]
        self._lives = [contextlib.ExitStack() for _ in range(2)]
        self.daemons = [None, None]
        self._config_file = folder / "haproxy.cfg"
        self._config_file.write_text(self._config())
        self._log = open(folder / "haproxy.log", "wb")
        self._haproxy = None

    def __enter__(self):
        for number in range(2):
            self.start(number)
        self._haproxy = subprocess.Popen(["haproxy", "-db", "-f", self._config_file],
                                         stdout=self._log, stderr=self._log)
        context = trusting(self._installation.certificate.file)
        wait_until(lambda: self._serves(context), what="the balancer serves")
        return self

    def __exit__(self, *_):
        self._haproxy.send_signal(signal.SIGKILL)
        self._haproxy.wait()
        self._log.close()
        for life in self._lives:
            life.close()
        for each in self._sockets:
            each.close()
        self._ports.close()

    def start(self, number):
        arguments = ["--admin-listen", f"127.0.0.1:{self._admin_ports[number]}"]
        self.daemons[number] = self._lives[number].enter_context(self._installation.running(
            name=f"daemon-{number}", socket=self._sockets[number], arguments=arguments))

    def stop(self, number):
        self._lives[number].close()

    def _config(self):
        """The example, with the ports of this test."""
        text = (PROJECT / "config" / "haproxy.cfg").read_text()
        text = text.replace("bind :443", f"bind 127.0.0.1:{self.port}")
        text = text.replace("send-proxy-v2 check", f"{self._proxy_header} check")
        servers = zip(("one", "two"), self._sockets, self._admin_ports)
        for name, listening, admin_port in servers:
            line = f"server {name} 127.0.0.1:{listening.getsockname()[1]} port {admin_port}"
            text, count = re.subn(rf"server {name} .*", line, text)
            assert count == 1
        return text

    def _serves(self, context):
        with contextlib.suppress(OSError):
            with Client(self.port, context) as client:
                return client.get("/readyz").status == 200


@pytest.fixture
def balanced(installation, tmp_path):
    with Balanced(installation, tmp_path) as balanced:
        yield balanced


def test_no_request_fails_while_both_daemons_are_restarted(balanced, installation, books, omise):
    context = trusting(installation.certificate.file)
    stop = threading.Event()
    statuses = {}

    def deliver(client_number):
        number = 0
        while not stop.is_set():
            number += 1
            event = successful(omise, f"{client_number}_{number}")
            with Client(balanced.port, context) as client:
                statuses[event.event_id] = client.deliver(event).status

    def wait_for_more(count=60):
        reached = len(statuses)
        wait_until(lambda: len(statuses) >= reached + count, 60)

    with ThreadPoolExecutor(4) as pool, contextlib.ExitStack() as end:
        end.callback(stop.set)
        clients = [pool.submit(deliver, number) for number in range(4)]
        for number in (0, 1, 0, 1):
            wait_for_more()
            balanced.stop(number)
            balanced.start(number)
        wait_for_more()
        stop.set()
        for client in clients:
            client.result(60)
    assert set(statuses.values()) == {200}
    assert books.count("webhook_events") == len(statuses)


def test_a_daemon_that_is_killed_is_replaced_by_the_other(balanced, installation, omise):
    """kill -9 takes what is in hand with it; what comes later goes to the other."""
    context = trusting(installation.certificate.file)
    balanced.daemons[0].kill()
    balanced.daemons[0].wait_for_exit()

    def ten_in_a_row():
        try:
            for n in range(10):
                with Client(balanced.port, context, timeout_seconds=2) as client:
                    if client.deliver(successful(omise, n)).status != 200:
                        return False
        except OSError:
            return False
        return True
    wait_until(ten_in_a_row, 60)


# Who the client is. 127.0.0.1 is trusted in these tests; 127.0.0.2 and others are not.

CLIENT = "127.0.0.5"


@pytest.mark.parametrize("header", ["send-proxy", "send-proxy-v2"])
def test_the_client_is_who_the_balancer_says(installation, books, omise, tmp_path, header):
    with Balanced(installation, tmp_path, header) as balanced:
        with connected_from(CLIENT, balanced.port, installation) as stream:
            assert post_once(stream, successful(omise, 1)).status == 200
    assert str(books.row("SELECT remote_address FROM webhook_events")["remote_address"]) == CLIENT
    assert str(books.row("SELECT ip_address FROM refund_audit")["ip_address"]) == CLIENT


@contextlib.contextmanager
def connected_from(address, port, installation, first=b""):
    """A TLS connection from this address of ours; `first` goes before the handshake."""
    with socket.create_connection(("127.0.0.1", port), 10, source_address=(address, 0)) as plain:
        plain.sendall(first)
        context = trusting(installation.certificate.file)
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            yield stream


def believing(installation, how):
    installation.configure({"listener": {"trusted_proxies": ["127.0.0.1", "10.0.0.0/8"],
                                         "client_address": how}})
    return installation.running()


SPOOFED = b"PROXY TCP4 203.0.113.9 127.0.0.1 50000 443\r\n"


def test_a_proxy_header_from_a_stranger_is_refused(installation, books, omise):
    with believing(installation, "proxy_protocol") as daemon:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            with connected_from("127.0.0.2", daemon.port, installation, first=SPOOFED):
                pass
        # Without one it is who it is.
        with connected_from("127.0.0.2", daemon.port, installation) as stream:
            assert post_once(stream, successful(omise, 1)).status == 200
    assert [str(row["remote_address"]) for row in
            books.rows("SELECT remote_address FROM webhook_events")] == ["127.0.0.2"]


@pytest.mark.parametrize("first", [b"", b"PROXY TCP4 203.0.113.9\r\n", b"\r\n\r\n\0\r\nQUIX\n"])
def test_a_trusted_proxy_must_send_its_header(installation, first):
    with believing(installation, "proxy_protocol") as daemon:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            with connected_from("127.0.0.1", daemon.port, installation, first=first):
                pass
        assert "proxy header" in wait_until(
            lambda: daemon.log() if "connection lost" in daemon.log() else "")


def test_a_header_may_come_in_pieces_and_together_with_what_follows(installation, books, omise):
    with believing(installation, "proxy_protocol") as daemon:
        with socket.create_connection(("127.0.0.1", daemon.port), 10) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for at in range(0, len(SPOOFED) - 1, 7):
                plain.sendall(SPOOFED[at:at + 7][:len(SPOOFED) - 1 - at])
            # The last byte comes with the handshake's first ones.
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            context = trusting(installation.certificate.file)
            tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
            first = SPOOFED[-1:]

            def until_done(step):
                nonlocal first
                while True:
                    try:
                        result = step()
                    except ssl.SSLWantReadError:
                        result = None
                    if outgoing.pending:
                        plain.sendall(first + outgoing.read())
                        first = b""
                    if result is not None:
                        return result
                    received = plain.recv(65536)
                    incoming.write(received) if received else incoming.write_eof()
            until_done(lambda: tls.do_handshake() or True)
            event = successful(omise, 1)
            request = post_head(event.path, event.body, event.headers()) + event.body
            until_done(lambda: tls.write(request))
            assert until_done(lambda: tls.read(4096)).startswith(b"HTTP/1.1 200 ")
    row = books.row("SELECT remote_address FROM webhook_events")
    assert str(row["remote_address"]) == "203.0.113.9"


def test_x_forwarded_for_counts_from_a_trusted_proxy_only(installation, books, omise):
    forwarded = {"X-Forwarded-For": "198.51.100.66, 203.0.113.9, 10.1.2.3"}
    with believing(installation, "x_forwarded_for") as daemon:
        for n, address in enumerate(("127.0.0.1", "127.0.0.2")):
            with connected_from(address, daemon.port, installation) as stream:
                assert post_once(stream, successful(omise, n), **forwarded).status == 200
    rows = books.rows("SELECT remote_address FROM webhook_events ORDER BY event_id")
    assert [str(row["remote_address"]) for row in rows] == ["203.0.113.9", "127.0.0.2"]


# Mutual TLS.

def test_only_a_client_with_a_certificate_of_ours_is_heard(installation, certificate, omise,
                                                           tmp_path):
    own = tmp_path / "balancer"
    own.mkdir()
    balancer = Certificate(own)
    installation.configure({"listener": {"client_ca_file": str(balancer.file)}})
    with installation.running(ready=False) as daemon:
        known = trusting(certificate.file)
        known.load_cert_chain(balancer.file, balancer.key_file)
        for _ in range(2):  # the second time the session is resumed
            with Client(daemon.port, known) as client:
                assert client.get("/healthz").status == 200
        stranger = trusting(certificate.file)
        stranger.load_cert_chain(certificate.file, certificate.key_file)
        for context in (trusting(certificate.file), stranger):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                with Client(daemon.port, context) as client:
                    client.get("/healthz")
