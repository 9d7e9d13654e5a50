"""Clients of the daemon: one that behaves (keep-alive), and raw bytes for all others."""

import contextlib
import dataclasses
import http.client
import json
import socket
import ssl

TIMEOUT_SECONDS = 30
USER_AGENT = "refundd-functional-tests/1"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def verdict(self):
        assert self.status == 200, self
        return self.json["verdict"]


def trusting(certificate_file):
    return ssl.create_default_context(cafile=str(certificate_file))


class Client:
    """One keep-alive connection over TLS. Usable from one thread."""

    def __init__(self, port, context, timeout_seconds=TIMEOUT_SECONDS):
        self._connection = http.client.HTTPSConnection("127.0.0.1", port, context=context,
                                                       timeout=timeout_seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._connection.close()

    def connect(self):
        """The handshake now, not with the first request."""
        self._connection.connect()

    def send_request(self, method, path, body=b"", headers=None):
        self._connection.request(method, path, body or None,
                                 {"User-Agent": USER_AGENT, **(headers or {})})

    def read_answer(self):
        response = self._connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())

    def request(self, method, path, body=b"", headers=None):
        self.send_request(method, path, body, headers)
        return self.read_answer()

    def get(self, path):
        return self.request("GET", path)

    def deliver(self, event, **signing):
        return self.request("POST", event.path, event.body, event.headers(**signing))

    def deliver_all(self, *events):
        """The verdicts, in the same order."""
        return [self.deliver(event).verdict for event in events]


def get_plain(port, path):
    """One GET without TLS, of the admin listener."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())


@contextlib.contextmanager
def raw_tls(port, context):
    """A TLS socket that sends whatever a test wants."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as stream:
            yield stream


def read_to_end(stream):
    """All bytes until the peer closes (or cuts) the connection; fails when it stays open."""
    received = b""
    while True:
        try:
            more = stream.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return received
        if not more:
            return received
        received += more


def exchange(port, context, request):
    """Sends the bytes and reads until the daemon closes. The (status, body) of each answer."""
    with raw_tls(port, context) as stream:
        stream.sendall(request)
        return answers_in(read_to_end(stream))


def answers_in(received):
    """[(status, headers in lower case, body)] of the answers that stand one after another."""
    answers = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        status_line, *fields = head.decode("ascii").split("\r\n")
        headers = {}
        for field in fields:
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        answers.append(Answer(int(status_line.split()[1]), headers, rest[:length]))
        received = rest[length:]
    return answers


def post_once(stream, event, **more):
    """The answer to this event, as the only request of a connected socket. `more` are headers."""
    head = post_head(event.path, event.body, {**event.headers(), "Connection": "close", **more})
    stream.sendall(head + event.body)
    return answers_in(read_to_end(stream))[0]


def post_head(path, body, headers, **replacements):
    """A well-formed POST as bytes without its body. `replacements` change or (None) drop fields."""
    fields = {"Host": "localhost", "Content-Length": str(len(body)), **headers}
    for name, value in replacements.items():
        fields[name.replace("_", "-")] = value
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode()
