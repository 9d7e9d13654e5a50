"""What is measured and what it stands on: PostgreSQL, refundd, the bare server, the peer."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tomllib

import psycopg

from deadline import wait_until
from installation import BUILD, PROJECT, Installation
from postgres import Books, PrivatePostgres

PROGRAMS = pathlib.Path(os.environ.get("REFUNDD_BENCH_PROGRAMS", BUILD)).resolve()
PEER = pathlib.Path(__file__).parent / "peer" / "server.js"
CONNECTIONS_DEFAULT = tomllib.loads(
    (PROJECT / "config" / "refundd.toml").read_text())["database"]["connections"]

SOURCE = {"name": "bench", "provider": "omise", "livemode": True, "currency_default": "THB",
          "webhook_secret_files": ["omise-secret"]}

GIB = 2**30


class Cluster(PrivatePostgres):
    """Durable as refundd asks for; its settings are the same for everything that is measured."""

    def __init__(self, settings):
        super().__init__()
        self._settings = settings

    def __enter__(self):
        super().__enter__()
        try:
            self.configure(self._settings)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.halt("immediate")  # nothing of it is kept
        super().__exit__()

    def configure(self, settings):
        """None takes a setting back. Restarts the server."""
        for name, value in settings.items():
            self._execute(f"ALTER SYSTEM RESET {name}" if value is None else
                          f"ALTER SYSTEM SET {name} = '{value}'")
        self.halt()
        self.start()

    def checkpoint(self):
        """So that no run pays for the pages of the one before."""
        self._execute("CHECKPOINT")

    def value(self, sql):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            return connection.execute(sql).fetchone()[0]

    def program(self, name):
        """A program of this server's version, pgbench for one."""
        return f"/usr/lib/postgresql/{self.value('SHOW server_version_num')[:-4]}/bin/{name}"

    @property
    def client_environment(self):
        """For programs of libpq's or node-postgres's kind; the Unix socket in every case."""
        return {**os.environ, "PGHOST": str(self.folder), "PGPORT": str(self.tcp_port),
                "PGUSER": "postgres"}


def cluster_settings(ram_bytes, quarter_of_ram=False):
    buffers = ram_bytes // 4 if quarter_of_ram else min(GIB, ram_bytes // 4)
    return {"shared_buffers": f"{buffers // 2**20}MB", "max_wal_size": "8GB",
            "checkpoint_timeout": "15min", "track_io_timing": "off",
            "log_min_messages": "warning"}


@contextlib.contextmanager
def site(cluster, certificate, folder, sections=None):
    """(Installation, Books) of a new database with refundd's schema."""
    with cluster.database() as name:
        books = Books(cluster.url(name))
        try:
            installation = Installation(folder / name, certificate, books.url, sections, [SOURCE])
            installation.refundctl("migrate")
            yield installation, books
        finally:
            books.close()
            shutil.rmtree(folder / name, ignore_errors=True)


class Server:
    """A child that says `listening PORT`. Usable as a context, which ends it."""

    def __init__(self, command, log_file, environment=None):
        self._log_file = log_file
        with open(log_file, "wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

    def __enter__(self):
        try:
            self.port = int(wait_until(self._listening, what="the server listens")[1])
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self._end()
            elif issubclass(kind, Exception):
                print(self._log_file.read_text(errors="replace")[-2000:], file=sys.stderr)
        finally:
            self._kill()

    def _listening(self):
        log = self._log_file.read_text(errors="replace")
        assert self.process.poll() is None, f"exit code {self.process.returncode}: {log}"
        return re.search(r"^listening (\d+)$", log, re.MULTILINE)

    def _end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        log = self._log_file.read_text(errors="replace")
        assert code in (0, -signal.SIGTERM), f"exit code {code}: {log}"

    def _kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)


def floor(certificate, folder):
    """The bare server: TLS and HTTP, an answer of 200 and nothing else."""
    return Server([PROGRAMS / "bench_floor", "--port", "0", "--certificate", certificate.file,
                   "--key", certificate.key_file], folder / "floor.log")


def peer(cluster, installation, books, workers):
    """The Express application on the installation's database."""
    environment = {
        **cluster.client_environment, "NODE_ENV": "production", "PORT": "0",
        "PGDATABASE": books.value("SELECT current_database()"), "CLUSTER": str(workers),
        "TLS_CERTIFICATE": str(installation.certificate.file),
        "TLS_KEY": str(installation.certificate.key_file),
        "SECRET_FILE": str(installation.folder / SOURCE["webhook_secret_files"][0]),
    }
    return Server(["node", PEER], installation.folder / "peer.log", environment)
