"""Where messages go: a mail server and a ticket system, both real, on a free port of the loopback.

Each runs in a thread of its own from the beginning of its `with` to the end, keeps what it was
sent, and does as it is told: refuse, hang, cut the connection. `wait_for` waits for a condition that
the server's thread signals.
"""

import asyncio
import base64
import collections
import dataclasses
import email
import email.policy
import hashlib
import hmac
import json
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult
from https_server import HttpsHandler, HttpsServer, serving

SIGNATURE_TOLERANCE_SECONDS = 300
HELD_SECONDS_MAX = 30  # an answer that waits
HANG = object()  # instead of a reply


class Inbox:
    """A list that one thread fills and another waits for."""

    def __init__(self):
        self._changed = threading.Condition()
        self._items = []

    def add(self, item):
        with self._changed:
            self._items.append(item)
            self._changed.notify_all()

    @property
    def items(self):
        with self._changed:
            return list(self._items)

    def wait_for(self, count, timeout):
        """The items, once there are at least `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._items) >= count, timeout):
                raise AssertionError(f"{len(self._items)} of {count} within {timeout} s")
            return list(self._items)


class Script:
    """What to do the next times, one after the other; then None."""

    def __init__(self):
        self._lock = threading.Lock()
        self._next = collections.deque()
        self._always = None

    def then(self, *steps):
        with self._lock:
            self._next.extend(steps)

    def always(self, step):
        with self._lock:
            self._next.clear()
            self._always = step

    def take(self):
        with self._lock:
            return self._next.popleft() if self._next else self._always


# Mail.

@dataclasses.dataclass(frozen=True)
class Mail:
    sender: str
    recipients: list
    content: bytes  # as it came
    user: str       # logged in as; None: not logged in
    is_tls: bool

    @property
    def message(self):
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content().replace("\r\n", "\n")


class MailServer:
    """SMTP: in the clear, with STARTTLS (`certificate`), or TLS at once (and `tls_at_once`). With
    `users` ({name: password}) nobody sends without logging in. `port` 0: any free one."""

    COMMANDS = ("MAIL", "RCPT", "DATA")

    def __init__(self, certificate=None, tls_at_once=False, users=None, port=0):
        self._context = serving(certificate) if certificate else None
        self._tls_at_once = tls_at_once
        self._users = users or {}
        self._inbox = Inbox()
        self._scripts = {command: Script() for command in self.COMMANDS}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._logins = Inbox()
        self.port = port

    def __enter__(self):
        self._thread.start()
        self._server = self._run(self._start())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self):
        return f"{'smtps' if self._tls_at_once else 'smtp'}://localhost:{self.port}"

    @property
    def mails(self):
        return self._inbox.items

    @property
    def logins(self):
        """[(name, accepted)], in their order."""
        return self._logins.items

    def wait_for(self, count, timeout=20):
        """The mails, once there are at least `count`."""
        return self._inbox.wait_for(count, timeout)

    def wait_for_logins(self, count, timeout=20):
        return self._logins.wait_for(count, timeout)

    def refuse(self, command, *replies):
        """Answers the next commands so: "451 later". "DATA" is for the message itself."""
        self._scripts[command].then(*replies)

    def refuse_always(self, command, reply):
        """From now on; a reply of None ends it."""
        self._scripts[command].always(reply)

    def hang_once(self):
        """Keeps the next mail, and says no word."""
        self._scripts["DATA"].then(HANG)

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _start(self):
        return await self._loop.create_server(
            self._session, "127.0.0.1", self.port,
            ssl=self._context if self._tls_at_once else None)

    async def _stop(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self):
        starttls = None if self._tls_at_once else self._context
        return SMTP(self, hostname="mail.example", loop=self._loop, tls_context=starttls,
                    require_starttls=starttls is not None, auth_require_tls=starttls is not None,
                    authenticator=self._authenticate, auth_exclude_mechanism=self._mechanisms_off)

    @property
    def _mechanisms_off(self):
        return () if self._users else ("LOGIN", "PLAIN")

    def _authenticate(self, server, session, envelope, mechanism, login):
        name = login.login.decode()
        accepted = hmac.compare_digest(self._users.get(name, "").encode(), login.password)
        accepted = accepted and name in self._users
        self._logins.add((name, accepted))
        # handled=False: aiosmtpd answers with 235 or 535.
        return AuthResult(success=accepted, handled=False, auth_data=name)

    # What aiosmtpd calls, in the loop's thread.

    async def handle_MAIL(self, server, session, envelope, address, options):
        refusal = self._scripts["MAIL"].take()
        # Not aiosmtpd's auth_required, which warns about a login without TLS.
        if self._users and not session.authenticated:
            refusal = "530 5.7.0 Authentication required"
        if refusal is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refusal or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refusal = self._scripts["RCPT"].take()
        if refusal is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return refusal or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        refusal = self._scripts["DATA"].take()
        if refusal in (None, HANG):
            self._inbox.add(Mail(envelope.mail_from, list(envelope.rcpt_tos),
                                 envelope.original_content, session.auth_data,
                                 is_tls=server.transport.get_extra_info("ssl_object") is not None))
        if refusal is HANG:
            await asyncio.Event().wait()
        return refusal or "250 OK"


# Tickets.

def is_signed(secret, headers, body, now=None):
    """Standard Webhooks, written from the specification: base64, hmac and hashlib only."""
    try:
        message_id = headers["webhook-id"]
        timestamp = headers["webhook-timestamp"]
        given = headers["webhook-signature"].split(" ")
        age = (time.time() if now is None else now) - int(timestamp)
    except (KeyError, ValueError):
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = message_id.encode() + b"." + timestamp.encode() + b"." + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return abs(age) <= SIGNATURE_TOLERANCE_SECONDS and any(
        hmac.compare_digest(each.encode(), expected.encode()) for each in given)


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict  # names in lower case
    body: bytes
    is_signed: bool  # None: the server has no secret to check with
    connection: int  # the same number: the same connection

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def message_id(self):
        return self.headers["webhook-id"]


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a TicketServer does with a request."""

    status: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes = b"{}"
    ending: str = ""  # "hang" or "reset": no answer at all
    not_before: threading.Event = None  # when this is set; None: at once

    @classmethod
    def ticket(cls, ticket_id, status=201):
        return cls(status, body=json.dumps({"ticket": {"id": ticket_id}}).encode())

    @classmethod
    def later(cls, status=503, retry_after=None):
        """`retry_after`: seconds, or an HTTP-date as text."""
        return cls(status, {} if retry_after is None else {"Retry-After": str(retry_after)})

    @classmethod
    def redirect(cls, location, status=302):
        return cls(status, {"Location": location})

    @classmethod
    def hang(cls):
        return cls(ending="hang")

    @classmethod
    def reset(cls):
        return cls(ending="reset")


class TicketServer:
    """HTTPS with a Certificate. Gives each POST a new ticket id, unless a Reply says otherwise; with
    a `secret` ("whsec_…") a request that is not signed is answered 401. `port` 0: any free one.
    """

    def __init__(self, certificate, secret=None, port=0):
        self._inbox = Inbox()
        self._script = Script()
        self._secret = secret
        self._ended = threading.Event()
        self._counter = threading.Lock()
        self._connections = 0
        self._tickets = 0
        self._server = HttpsServer(self, certificate, _Handler, port)
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        kwargs={"poll_interval": 0.05}, daemon=True)
        self.port = self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_connections()
        self._thread.join(10)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    @property
    def requests(self):
        return self._inbox.items

    def wait_for(self, count, timeout=20):
        """The requests, once there are at least `count`: each is counted before it is answered."""
        return self._inbox.wait_for(count, timeout)

    def reply(self, *replies):
        """For the next requests, one after the other."""
        self._script.then(*replies)

    def reply_always(self, reply):
        """From now on; None ends it."""
        self._script.always(reply)

    # What the handlers call, each in its connection's thread.

    def _number_connection(self):
        with self._counter:
            self._connections += 1
            return self._connections

    def _take(self, method, path, headers, body, connection):
        signed = is_signed(self._secret, headers, body) if self._secret else None
        reply = Reply(401) if signed is False else self._script.take() or self._usual(method)
        self._inbox.add(Request(method, path, headers, body, signed, connection))
        return reply

    def _usual(self, method):
        if method != "POST":
            return Reply()
        with self._counter:
            self._tickets += 1
            return Reply.ticket(self._tickets)


class _Handler(HttpsHandler):
    def setup(self):
        super().setup()
        self._number = self.server.owner._number_connection()

    def do_POST(self):
        self._answer()

    def do_PUT(self):
        self._answer()

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.owner._take(self.command, self.path, headers, body, self._number)
        if reply.ending == "hang":
            self.server.owner._ended.wait()
            self.close_connection = True
        elif reply.ending == "reset":
            self.reset()
        else:
            if reply.not_before:
                reply.not_before.wait(HELD_SECONDS_MAX)
            self._write(reply)

    def _write(self, reply):
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
