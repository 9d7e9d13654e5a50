"""A provider's read API over HTTPS, on a free port of the loopback, and all that may go wrong with
it.

    with FakeProvider(OmiseAccount("skey_1"), certificate) as provider:
        provider.fail(Fault.status(429, retry_after=2), "/events", times=1)

Every request is kept before it is answered, so that a test can say "no more than three". A path in
these functions is a pattern of fnmatch: "/charges/*".

As a program (`--state state.json`: see Account.state) it shows what the file says at each request;
replace the file by renaming.
"""

import argparse
import collections
import contextlib
import dataclasses
import fnmatch
import json
import pathlib
import threading
import time

from fake_account import Refused
from fake_omise import OmiseAccount
from fake_payjp import PayjpAccount
from https_server import HttpsHandler, HttpsServer

ACCOUNTS = {"omise": OmiseAccount, "payjp": PayjpAccount}


@dataclasses.dataclass(frozen=True)
class Request:
    at: float  # time.monotonic()
    path: str
    query: str
    headers: dict  # names in lower case
    status: int    # of the answer; 0: none at all, or only the half of it


@dataclasses.dataclass
class Fault:
    """Instead of the answer. `kind`: status, hang, half, malformed, reset."""

    kind: str
    status_code: int = 200
    headers: dict = dataclasses.field(default_factory=dict)
    pattern: str = "*"
    times: int = None  # None: until healed
    ended: threading.Event = dataclasses.field(default_factory=threading.Event)

    @classmethod
    def status(cls, code, retry_after=None):
        return cls("status", code,
                   {} if retry_after is None else {"Retry-After": str(retry_after)})

    @classmethod
    def hang(cls):
        """Not a word until healed or the server stops; then the connection ends."""
        return cls("hang")

    @classmethod
    def half(cls):
        """The body ends in its middle, and the connection with it."""
        return cls("half")

    @classmethod
    def malformed(cls):
        """200, and a body that is whole but no JSON."""
        return cls("malformed")

    @classmethod
    def reset(cls):
        return cls("reset")


class FakeProvider:
    """`certificate`: anything with .file and .key_file; `port` 0: any free one."""

    def __init__(self, account, certificate, port=0):
        self.account = account
        self._changed = threading.Condition()
        self._requests = []
        self._faults = []
        self._interruptions = []
        self._server = HttpsServer(self, certificate, _Handler, port)
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        kwargs={"poll_interval": 0.05}, daemon=True)
        self.port = self._server.server_address[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.heal()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_connections()
        self._thread.join(10)

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    # What goes wrong.

    def fail(self, fault, path="*", times=None):
        """From now on and before what was said earlier: `times` times, or until healed."""
        fault.pattern, fault.times = path, times
        with self._changed:
            self._faults.insert(0, fault)

    def heal(self):
        with self._changed:
            for fault in self._faults:
                fault.ended.set()
            self._faults.clear()

    def after_first_page(self, path, change):
        """Calls `change()` once, between this list's next first page and whatever comes then."""
        with self._changed:
            self._interruptions.append((path, change))

    # What was asked.

    @property
    def requests(self):
        with self._changed:
            return list(self._requests)

    def asked(self, path="*"):
        return [each for each in self.requests if fnmatch.fnmatch(each.path, path)]

    def count(self, path="*"):
        return len(self.asked(path))

    def counts(self):
        """{path: requests}"""
        return collections.Counter(each.path for each in self.requests)

    def wait_for(self, count, path="*", timeout=20):
        """The requests of this path, once there are at least `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.count(path) >= count, timeout):
                raise AssertionError(f"{self.count(path)} of {count} requests of {path} "
                                     f"within {timeout} s: {self.counts()}")
            return self.asked(path)

    # What the handlers call, each in its connection's thread.

    def _take_fault(self, path):
        with self._changed:
            for fault in self._faults:
                if fnmatch.fnmatch(path, fault.pattern) and fault.times != 0:
                    fault.times = fault.times and fault.times - 1
                    return fault
        return None

    def _take_change(self, path, query):
        if "starting_after=" in query or int(_offset(query)):
            return None
        with self._changed:
            for pattern, change in self._interruptions:
                if fnmatch.fnmatch(path, pattern):
                    self._interruptions.remove((pattern, change))
                    return change
        return None

    def _note(self, request):
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()


def _offset(query):
    found = [pair.partition("=")[2] for pair in query.split("&") if pair.startswith("offset=")]
    return found[0] if found and found[0].isdecimal() else 0


class _Handler(HttpsHandler):
    # Head and body in one piece: two would wait for each other's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        path, _, query = self.path.partition("?")
        owner = self.server.owner
        if fault := owner._take_fault(path):
            self._note(path, query, fault.status_code if fault.kind in ("status", "malformed")
                       else 0)
            return self._go_wrong(fault)
        status, media_type, body = self._answer()
        change = owner._take_change(path, query) if status == 200 else None
        if change:
            change()
        self._note(path, query, status)
        return self._write(status, media_type, body)

    def _answer(self):
        """(status, media type, body): as it is now, whatever changes before it is sent."""
        account = self.server.owner.account
        try:
            answer = account.answer(self.headers, self.path)
            return 200, "application/json; charset=utf-8", json.dumps(answer).encode()
        except Refused as refusal:
            media_type, answer = account.refusal(refusal.status, str(refusal))
            return refusal.status, media_type, json.dumps(answer).encode()

    def _note(self, path, query, status):
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.owner._note(Request(time.monotonic(), path, query, headers, status))

    def _go_wrong(self, fault):
        if fault.kind == "status":
            media_type, answer = self.server.owner.account.refusal(fault.status_code, "a fault")
            self._write(fault.status_code, media_type, json.dumps(answer).encode(), fault.headers)
        elif fault.kind == "malformed":
            self._write(200, "application/json; charset=utf-8", b'{"object": "list", "data": [{')
        elif fault.kind == "half":
            status, media_type, whole = self._answer()
            self._write(status, media_type, whole[:len(whole) // 2], length=len(whole))
            self.close_connection = True
        elif fault.kind == "hang":
            fault.ended.wait()
            self.close_connection = True
        else:
            self.reset()

    def _write(self, status, media_type, body, headers=None, length=None):
        self.send_response(status)
        for name, value in {"Content-Type": media_type, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


# The program.

class _Stated:
    """An account that is what a file says, each time anew."""

    def __init__(self, account, file):
        self._account, self._file = account, file
        self.refusal = account.refusal

    def answer(self, headers, target):
        self._account.load(json.loads(self._file.read_text()))
        return self._account.answer(headers, target)


def main():
    parser = argparse.ArgumentParser(description="A provider's read API, for a demonstration.")
    parser.add_argument("--certificate", dest="file", required=True)
    parser.add_argument("--key", dest="key_file", required=True, help="of the certificate")
    parser.add_argument("--provider", choices=ACCOUNTS, required=True)
    parser.add_argument("--api-key", default="skey_demo")
    parser.add_argument("--state", type=pathlib.Path, required=True,
                        help='{"charges": [resource, …], "refunds": […], "events": […]}')
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=pathlib.Path, required=True,
                        help="is written once the port listens")
    options = parser.parse_args()
    account = _Stated(ACCOUNTS[options.provider](options.api_key), options.state)
    with FakeProvider(account, options, options.port) as provider:
        options.port_file.write_text(f"{provider.port}\n")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
