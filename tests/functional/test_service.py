"""What the service manager sees and does: told when the daemon is ready, fed by its watchdog, and
passing the listening socket from one process to the next."""

import contextlib
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from deadline import wait_until
from gate import Gate
from installation import BUILD, Installation
from service_manager import NotifySocket
from shop import deaf_port, successful
from wire import Client, trusting

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_FOR_A_THREAD = 0x40000000  # __WALL


@pytest.fixture
def manager(tmp_path):
    with NotifySocket(tmp_path / "notify") as manager:
        yield manager


@pytest.fixture
def listening():
    """A socket that systemd would keep open."""
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as listening:
        yield listening


# Told.

def test_the_manager_hears_of_every_turn_of_its_life(installation, manager):
    with installation.running(environment=manager.environment()) as daemon:
        manager.wait_for("READY=1")
        manager.wait_for("STATUS=Ready")
        daemon.reload()
        manager.wait_for("READY=1", count=2)
        daemon.stop()
    manager.catch_up()
    turns = [line for line in manager.lines() if line.split("=")[0] in
             ("READY", "RELOADING", "STOPPING")]
    assert turns == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert any(line.startswith("MONOTONIC_USEC=") for line in manager.lines())
    assert "WATCHDOG=1" not in manager.lines(), "nobody watches"


def test_the_socket_listens_before_the_manager_hears_that_it_is_ready(installation, manager):
    with installation.running(ready=False, environment=manager.environment()) as daemon:
        manager.wait_for("READY=1")
        with daemon.client() as client:
            assert client.get("/healthz").status == 200


@pytest.fixture
def silent_database(tmp_path, certificate, postgres):
    """An installation whose database takes connections and never says a word."""
    with Gate(postgres.tcp_port) as gate:
        gate.fall_silent()
        yield Installation(tmp_path / "refundd", certificate,
                           f"postgresql://postgres@127.0.0.1:{gate.port}/postgres?sslmode=disable")


def test_a_start_does_not_wait_for_a_silent_database_for_ever(silent_database, manager, omise):
    start = time.monotonic()
    with silent_database.running(ready=False, environment=manager.environment()) as daemon:
        manager.wait_for("READY=1")
        assert time.monotonic() - start < 8
        with daemon.client() as client:
            assert client.get("/healthz").status == 200
            assert client.deliver(successful(omise, 1)).status == 503


def catches(process, number):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"^SigCgt:\s*(\w+)$", status, re.MULTILINE)[1], 16)
    return caught & (1 << (number - 1))


def test_a_start_is_ended_by_a_stop(silent_database, tmp_path):
    # Else it listens without its database after two or three seconds.
    silent_database.configure(
        {"database": {"url": f"{silent_database.database_url}&connect_timeout=8"}})
    with open(tmp_path / "log", "wb") as log:
        daemon = subprocess.Popen([BUILD / "refundd", "--config", silent_database.config_file],
                                  stderr=log)
        wait_until(lambda: catches(daemon, signal.SIGTERM))
        daemon.terminate()
        assert daemon.wait(20) == 0
    said = (tmp_path / "log").read_text()
    assert "stopped" in said
    assert "listening" not in said


# The watchdog.

def test_the_watchdog_is_fed_while_the_database_is_away(tmp_path, certificate, manager):
    with deaf_port() as port:
        installation = Installation(tmp_path / "refundd", certificate,
                                    f"postgresql://postgres@127.0.0.1:{port}/refundd")
        with installation.running(ready=False, environment=manager.environment(4)):
            manager.wait_for("WATCHDOG=1", count=6)
    manager.catch_up()
    assert max(manager.gaps("WATCHDOG=1")) < 4
    assert any(line.startswith("STATUS=Not ready: database away") for line in manager.lines())
    assert manager.lines().count("READY=1") == 1, "away is no reason to be started again"


def trace(request, thread):
    if ctypes.CDLL(None, use_errno=True).ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of {thread}")


@contextlib.contextmanager
def frozen(threads):
    """These threads stand still, the others of their process go on."""
    for thread in threads:
        trace(PTRACE_SEIZE, thread)
        trace(PTRACE_INTERRUPT, thread)
        os.waitpid(thread, WAIT_FOR_A_THREAD)
    yield
    for thread in threads:
        trace(PTRACE_DETACH, thread)


def test_the_watchdog_starves_where_a_database_thread_hangs(installation, manager):
    with installation.running(environment=manager.environment(1)) as daemon:
        manager.wait_for("WATCHDOG=1", count=3)
        wait_until(lambda: min(manager.gaps("WATCHDOG=1")) < 1, what="it is fed in time")
        pid = daemon.process.pid
        others = [int(task) for task in os.listdir(f"/proc/{pid}/task") if int(task) != pid]
        with frozen(others):
            wait_until(lambda: "the watchdog is not fed" in daemon.log(), 30)
            manager.catch_up()
            last = manager.times("WATCHDOG=1")[-1]
            # The loop goes on meanwhile.
            assert daemon.client().get("/healthz").status == 200
            wait_until(lambda: time.monotonic() > last + 3)
            manager.catch_up()
            assert manager.times("WATCHDOG=1")[-1] == last
            fed = len(manager.times("WATCHDOG=1"))
        manager.wait_for("WATCHDOG=1", count=fed + 2)


# The socket.

def test_who_connects_while_nobody_runs_is_served_by_the_next(installation, omise, listening):
    with installation.running(socket=listening) as daemon:
        assert daemon.port == listening.getsockname()[1]
        with daemon.client() as client:
            assert client.deliver(successful(omise, 1)).verdict == "applied"
        context = daemon.context
    answers = []

    def deliver():
        with Client(listening.getsockname()[1], context) as client:
            answers.append(client.deliver(successful(omise, 2)))

    waiting = threading.Thread(target=deliver)
    waiting.start()
    with installation.running(socket=listening):
        waiting.join(30)
    assert [answer.verdict for answer in answers] == ["applied"]


def test_no_request_is_lost_by_a_restart_under_load(installation, books, omise, listening):
    """Each on a connection of its own, as a balancer may send them."""
    port = listening.getsockname()[1]
    context = trusting(installation.certificate.file)
    stop = threading.Event()
    answers = []

    def deliver(client_number):
        number = 0
        while not stop.is_set():
            number += 1
            event = successful(omise, f"{client_number}_{number}")
            with Client(port, context) as client:
                answers.append((event.event_id, client.deliver(event).status))

    with (contextlib.ExitStack() as daemons, ThreadPoolExecutor(4) as pool,
          contextlib.ExitStack() as end):
        end.callback(stop.set)
        daemons.enter_context(installation.running(socket=listening))
        clients = [pool.submit(deliver, number) for number in range(4)]
        for restart in range(3):
            wait_until(lambda: len(answers) > 40 * (restart + 1), 60)
            daemons.close()
            daemons.enter_context(installation.running(socket=listening, ready=False))
        seen = len(answers)
        wait_until(lambda: len(answers) > seen + 40, 60)
        stop.set()
        for client in clients:
            client.result(60)
    assert {status for _, status in answers} == {200}
    assert books.count("webhook_events") == len(answers)


@pytest.mark.parametrize("names", ["mail", "webhooks:webhooks"])
def test_a_socket_that_nobody_would_serve_is_a_mistake_of_the_unit(installation, listening, names):
    number = listening.fileno()
    daemon = subprocess.run(
        ["bash", "-c", f'LISTEN_PID=$$ exec "$@" 3<&{number} 4<&{number}', "bash",
         BUILD / "refundd", "--config", installation.config_file],
        env={**os.environ, "LISTEN_FDS": str(len(names.split(":"))), "LISTEN_FDNAMES": names},
        pass_fds=[listening.fileno()], capture_output=True, text=True, timeout=30)
    assert daemon.returncode == 1
    assert "FileDescriptorName= is webhooks or admin" in daemon.stderr


def test_systemds_own_activation_starts_it_with_the_first_connection(installation, omise):
    with deaf_port() as port:
        activation = subprocess.Popen(
            ["systemd-socket-activate", f"--listen=127.0.0.1:{port}", "--fdname=webhooks",
             BUILD / "refundd", "--config", installation.config_file],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def delivered():
                with contextlib.suppress(ConnectionRefusedError):
                    with Client(port, trusting(installation.certificate.file)) as client:
                        return client.deliver(successful(omise, 1)).status == 200
            wait_until(delivered, 30)
            activation.terminate()
            assert activation.wait(30) == 0, "it is the daemon by now"
        finally:
            activation.kill()
            activation.wait()


def test_processes_of_one_socket_share_its_requests(installation, books, omise, listening):
    context = trusting(installation.certificate.file)
    with installation.running(socket=listening, name="one") as one:
        with installation.running(socket=listening, name="two",
                                  arguments=["--admin-listen", "127.0.0.1:0"]) as two:
            assert one.port == two.port
            assert one.admin_port != two.admin_port
            for number in range(40):
                with Client(one.port, context) as client:
                    assert client.deliver(successful(omise, number)).verdict == "applied"
    assert books.count("webhook_events") == 40
