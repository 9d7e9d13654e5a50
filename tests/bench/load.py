"""The load generator as a child, always bounded in time."""

import contextlib
import itertools
import json
import os
import selectors
import subprocess
import time

from servers import PROGRAMS, SOURCE

GRACE_SECONDS = 90  # for connecting a thousand times, and for answers still on their way


class Run:
    """One run of the generator, until result()."""

    def __init__(self, process, output, end):
        self.process = process
        self._output = output
        self._end = end

    def is_running(self):
        return self.process.poll() is None

    def result(self):
        """What it measured."""
        code = self.process.wait(max(1, self._end - time.monotonic()))
        assert code == 0, f"bench_load: exit code {code}"
        return json.loads(self._output.read_text())


class Generator:
    def __init__(self, certificate, folder):
        self._certificate = certificate
        self._folder = folder
        self._numbers = itertools.count(1)
        self._token = f"{os.getpid():x}{int(time.time()):x}"

    @contextlib.contextmanager
    def running(self, ports, secret_file, connections, seconds, warmup=0, **options):
        """A Run; `options` are those of the command line: rate, events, acknowledged."""
        run_id = f"{self._token}n{next(self._numbers)}"
        output = self._folder / f"load-{run_id}.json"
        command = [PROGRAMS / "bench_load", "--path", f"/webhooks/{SOURCE['name']}",
                   "--secret-file", secret_file, "--certificate", self._certificate.file,
                   "--connections", connections, "--seconds", seconds, "--warmup", warmup,
                   "--run-id", run_id, "--output", output]
        for port in ports:
            command += ["--port", port]
        for name, value in options.items():
            command += [f"--{name}", value]
        end = time.monotonic() + seconds + warmup + GRACE_SECONDS
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            yield Run(process, output, end)
        finally:
            _end(process)
            output.unlink(missing_ok=True)

    @contextlib.contextmanager
    def idle_connections(self, count, port):
        """While inside, so many TLS connections are open and say nothing."""
        process = subprocess.Popen(
            [PROGRAMS / "bench_load", "--idle", str(count), "--port", str(port),
             "--certificate", self._certificate.file],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        try:
            line = _first_line(process.stdout, GRACE_SECONDS)
            assert line == f"idle {count}", f"bench_load --idle says {line!r}"
            yield
            process.stdin.close()
            process.wait(30)
        finally:
            _end(process)


def _first_line(stream, seconds):
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        assert selector.select(seconds), f"no line within {seconds} s"
    return stream.readline().decode().strip()


def _end(process):
    if process.poll() is None:
        process.kill()
    process.wait(10)
