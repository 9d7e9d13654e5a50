"""One refundd as an operator would set it up: configuration, secrets, database, programs."""

import base64
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

from deadline import wait_until
from postgres import Books
from senders import Omise, Payjp
from wire import Client, get_plain, trusting

PROJECT = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("REFUNDD_BUILD", PROJECT / "build" / "release")).resolve()


RELOAD_END = re.compile(r"(not )?reloaded.*\n")


def secret(text):
    return base64.b64encode(text.encode()).decode()


SECRETS = {
    "omise-secret": secret("the secret in use, thirty-two b."),
    "omise-new-secret": secret("the one that will replace it...."),
    "omise-test-secret": secret("the secret of the test mode....."),
    "payjp-token": "whook_0123456789abcdef",
    "payjp-test-token": "whook_test_0123456789abcdef",
}

# One source for each way in which a configuration matters to events.
SOURCES = [
    {"name": "omise-th", "provider": "omise", "currency_default": "THB",
     "webhook_secret_files": ["omise-secret", "omise-new-secret"]},
    {"name": "omise-test", "provider": "omise", "livemode": False, "currency_default": "THB",
     "webhook_secret_files": ["omise-test-secret"]},
    {"name": "omise-told", "provider": "omise", "livemode": False, "currency_default": "THB",
     "webhook_secret_files": ["omise-test-secret"], "test_recipient": "tests@shop.example"},
    {"name": "omise-old", "provider": "omise", "missing_status": "successful",
     "currency_default": "THB", "webhook_secret_files": ["omise-secret"]},
    {"name": "payjp-jp", "provider": "payjp", "currency_default": "JPY",
     "webhook_token_files": ["payjp-token"]},
    {"name": "payjp-test", "provider": "payjp", "livemode": False,
     "webhook_token_files": ["payjp-test-token"]},
]


class Accounts:
    """The senders that belong to SOURCES."""

    omise = Omise("omise-th", SECRETS["omise-secret"])
    omise_test = Omise("omise-test", SECRETS["omise-test-secret"], livemode=False)
    omise_told = Omise("omise-told", SECRETS["omise-test-secret"], livemode=False)
    omise_old = Omise("omise-old", SECRETS["omise-secret"])
    payjp = Payjp("payjp-jp", SECRETS["payjp-token"])
    payjp_test = Payjp("payjp-test", SECRETS["payjp-test-token"], livemode=False)


class Certificate:
    """A self-signed certificate for localhost, made by openssl."""

    def __init__(self, folder):
        self.file = folder / "certificate.pem"
        self.key_file = folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key_file, "-out", self.file],
            check=True, capture_output=True, timeout=60)
        self.key_file.chmod(0o600)


def as_toml(sections, **lists):
    """`lists`: source=[keys, …] is a [[source]] for each."""
    tables = [(f"[{name}]", keys) for name, keys in sections.items()]
    tables += [(f"[[{name}]]", keys) for name, items in lists.items() for keys in items]
    lines = []
    for head, keys in tables:
        lines += [head] + [f"{key} = {json.dumps(value)}" for key, value in keys.items()
                           if value is not None]
    return "\n".join(lines) + "\n"


class Installation:
    """A configuration folder for one database. `sections` are merged into the configuration:
    {"listener": {"idle_timeout_seconds": 1}}."""

    def __init__(self, folder, certificate, database_url, sections=None, sources=None):
        self.folder = folder
        self.certificate = certificate
        self.database_url = database_url
        self.config_file = folder / "refundd.toml"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in SECRETS.items():
            self.write_secret(name, content + "\n")
        self.sections = {
            "listener": {"listen": "127.0.0.1:0", "certificate_file": str(certificate.file),
                         "private_key_file": str(certificate.key_file)},
            "admin": {"listen": "127.0.0.1:0"},
            "database": {"url": database_url, "connections": 2},
            "ingest": {},
            "log": {"level": "info", "format": "text"},
        }
        self.configure(sections, sources)

    def configure(self, sections=None, sources=None, sinks=(), routes=()):
        """Writes the configuration anew; `sections` are merged into those that were."""
        for name, keys in (sections or {}).items():
            self.sections.setdefault(name, {}).update(keys)
        self.config_file.write_text(as_toml(
            self.sections, source=SOURCES if sources is None else sources, sink=sinks,
            route=routes))

    def write_secret(self, name, content, mode=0o600):
        path = self.folder / name
        path.write_text(content)
        path.chmod(mode)

    def refundctl(self, *arguments, code=0, user=None):
        """Runs the command and wants this exit code. Its CompletedProcess, with text. `user` is at
        the keyboard."""
        environment = {name: value for name, value in os.environ.items()
                       if not user or name != "SUDO_USER"}
        done = subprocess.run([BUILD / "refundctl", "--config", self.config_file, *arguments],
                              capture_output=True, text=True, timeout=60,
                              env={**environment, **({"USER": user} if user else {})})
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def refundctl_json(self, *arguments, code=0):
        return json.loads(self.refundctl("--output", "json", *arguments, code=code).stdout)

    @contextlib.contextmanager
    def running(self, ready=True, name="refundd", **options):
        """A daemon of this installation; it is asked to stop at the end, and must do so well.
        `options` are the Daemon's."""
        daemon = Daemon(self, self.folder / f"{name}.log", **options)
        try:
            daemon.wait_for_listening()
            if ready:
                daemon.wait_for_ready()
            yield daemon
            if daemon.is_running():
                daemon.stop()
        finally:
            daemon.kill()


def _passing(socket):
    """A command before the command: the socket becomes descriptor 3, for this process only."""
    if socket is None:
        return []
    return ["bash", "-c", f'LISTEN_PID=$$ exec "$@" 3<&{socket.fileno()}', "bash"]


def _naming(socket, name):
    return {"LISTEN_FDS": "1", "LISTEN_FDNAMES": name} if socket else {}


class Daemon:
    """`arguments` go to the program after --config; `environment` is added to ours; `socket` listens
    for webhooks and is passed as systemd passes one, under the name `socket_name`; `command` comes
    before the program. `read_log` knows where its log is instead of standard error."""

    def __init__(self, installation, log_file, arguments=(), environment=None, socket=None,
                 socket_name="webhooks", command=(), read_log=None):
        self._installation = installation
        self._log_file = log_file
        self._read_log = read_log
        with open(log_file, "ab") as log:
            self._log_start = log.tell()
            self.process = subprocess.Popen(
                [*command, *_passing(socket), BUILD / "refundd", "--config", installation.config_file,
                 *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=[socket.fileno()] if socket else [],
                env={**os.environ, **_naming(socket, socket_name), **(environment or {})})
        self.context = trusting(installation.certificate.file)
        self.port = None
        self.admin_port = None

    def log(self):
        if self._read_log:
            return self._read_log()
        with open(self._log_file, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode()

    def is_running(self):
        return self.process.poll() is None

    def wait_for_listening(self):
        line = wait_until(self._listening_line, what="the daemon listens")
        self.port = int(re.search(r'(?<!\w)port"?[=:](\d+)', line)[1])
        self.admin_port = int(re.search(r'admin_port"?[=:](\d+)', line)[1])

    def _listening_line(self):
        assert self.is_running(), f"exit code {self.process.returncode}: {self.log()}"
        found = re.search(r"^.*\blistening\b.*port.*\n", self.log(), re.MULTILINE)
        return found and found[0]

    def wait_for_ready(self, seconds=30):
        wait_until(lambda: self.readiness().status == 200, seconds, "the daemon is ready")

    def readiness(self):
        return get_plain(self.admin_port, "/readyz")

    def client(self, **options):
        return Client(self.port, self.context, **options)

    def reload(self):
        """Returns when it has read its configuration again, and what it has said since."""
        said = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: RELOAD_END.search(self.log()[said:]), what="the daemon has reloaded")
        return self.log()[said:]

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait_for_exit(self, seconds=30):
        return self.process.wait(seconds)

    def stop(self):
        self.terminate()
        code = self.wait_for_exit()
        assert code == 0, f"exit code {code}: {self.log()}"

    def kill(self):
        """kill -9; nothing where it has ended."""
        if self.is_running():
            self.process.kill()
        self.process.wait(10)


@contextlib.contextmanager
def installed(postgres, certificate, folder, sections=None, url=None):
    """(Installation, Books) of a new database with the schema in it."""
    with postgres.database() as name:
        books = Books(postgres.url(name))
        try:
            installation = Installation(folder, certificate, url(name) if url else books.url,
                                        sections)
            installation.refundctl("migrate")
            yield installation, books
        finally:
            books.close()
