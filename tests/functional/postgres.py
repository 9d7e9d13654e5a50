"""A throwaway PostgreSQL cluster, and what tests ask of a database."""

import contextlib
import itertools
import pathlib
import shutil
import socket
import subprocess
import tempfile

import psycopg
from psycopg.rows import dict_row

SCRIPT = pathlib.Path(__file__).parents[1] / "private_postgres"


class PrivatePostgres:
    """One cluster in a folder of its own, also reachable over TCP at 127.0.0.1:`tcp_port`.

    Its folder is not below pytest's, which only its own user may enter: a root's server runs as
    the user postgres.
    """

    def __init__(self):
        self._numbers = itertools.count(1)
        self._outer = pathlib.Path(tempfile.mkdtemp(prefix="refundd-pg-"))
        self._outer.chmod(0o755)
        self.folder = self._outer / "cluster"
        # Nobody else is given the port before the server has it, or while it is halted. The server
        # sets SO_REUSEADDR too, which lets it in.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.tcp_port = self._reserved.getsockname()[1]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._run("stop", self.folder)
        self._reserved.close()
        shutil.rmtree(self._outer)

    def start(self):
        self._run("start", self.folder, "--tcp", str(self.tcp_port))

    def halt(self, mode="fast"):
        """Stops the server; start() goes on with the same data."""
        self._run("halt", self.folder, mode)

    def url(self, database, user="postgres"):
        return f"postgresql:///{database}?host={self.folder}&port={self.tcp_port}&user={user}"

    @contextlib.contextmanager
    def database(self):
        """The name of a new, empty database."""
        name = f"refundd_test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, command, *arguments):
        subprocess.run([SCRIPT, command, *arguments], check=True, timeout=120,
                       stdout=subprocess.DEVNULL)


class Books:
    """What stands in a database, read as its superuser. Usable from one thread."""

    def __init__(self, url):
        self.url = url
        self.connect()

    def connect(self):
        self._connection = psycopg.connect(self.url, autocommit=True, row_factory=dict_row,
                                           options="-c search_path=refundd -c TimeZone=UTC")

    def close(self):
        self._connection.close()

    def rows(self, sql, *parameters):
        return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql, *parameters):
        """The only row there must be."""
        found = self.rows(sql, *parameters)
        assert len(found) == 1, f"{len(found)} rows: {sql} {parameters}"
        return found[0]

    def value(self, sql, *parameters):
        (value,) = self.row(sql, *parameters).values()
        return value

    def execute(self, sql, *parameters):
        self._connection.execute(sql, parameters)

    def count(self, table, condition="true", *parameters):
        return self.value(f"SELECT count(*) FROM {table} WHERE {condition}", *parameters)

    # The rows of one refund, charge or order.

    def refund(self, refund_id):
        return self.row("SELECT * FROM refunds WHERE refund_id = %s", refund_id)

    def charge(self, charge_id):
        return self.row("SELECT * FROM charge_summary WHERE charge_id = %s", charge_id)

    def order(self, order_id, livemode=True):
        return self.row("SELECT * FROM orders WHERE order_id = %s AND livemode = %s",
                        order_id, livemode)

    def event(self, event_id):
        return self.row("SELECT * FROM webhook_events WHERE event_id = %s", event_id)

    def audit(self, refund_id):
        return self.rows("SELECT * FROM refund_audit WHERE refund_id = %s ORDER BY chain_index",
                         refund_id)

    def messages(self, refund_id):
        """{(audience, template): row} of a refund; each is told once."""
        found = self.rows("SELECT * FROM outbox_messages WHERE refund_id = %s", refund_id)
        named = {(row["audience"], row["template"]): row for row in found}
        assert len(named) == len(found), found
        return named

    def anomalies(self, refund_id):
        return {row["kind"]: row for row in
                self.rows("SELECT * FROM anomalies WHERE refund_id = %s", refund_id)}

    @contextlib.contextmanager
    def writing_held_up(self, table="refunds"):
        """While inside, whoever writes the table waits for its lock (the daemon: 3 s at most)."""
        with psycopg.connect(self.url, options="-c search_path=refundd") as blocker:
            blocker.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            yield
            blocker.rollback()

    def waiting_for_lock(self):
        """How many sessions of this database wait for a lock."""
        return self.value("""SELECT count(*) FROM pg_stat_activity
                              WHERE datname = current_database() AND wait_event_type = 'Lock'""")
