"""Behind the load balancer of config/haproxy.cfg: two daemons on one database."""

import contextlib
import re
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from deadline import wait_until
from installation import PROJECT
from shop import successful
from wire import Client, trusting


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Balanced:
    """Two daemons, each with a socket and an admin port that stay the same for all its lives."""

    def __init__(self, installation, folder):
        self.port = free_port()
        self._installation = installation
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=1000) for _ in range(2)]
        self._admin_ports = [free_port() for _ in range(2)]
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
