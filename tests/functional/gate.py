"""A gate between the daemon and PostgreSQL that can lose an answer or fall silent.

    daemon ──► gate ──► PostgreSQL

Bytes pass as they are. One thread for each direction of each connection; closed by close().
"""

import re
import socket
import threading

COMMIT = b"COMMIT\0"
# The names of the statements that write a batch list its tables: "save+ev~rf+au", "save_one+ev".
# Their text comes only when a session prepares them.
WRITES_EVENTS = re.compile(rb"save[+~a-z_]*\+ev")


class Gate:
    """Listens on 127.0.0.1:`port` for PostgreSQL on 127.0.0.1:`server_port`."""

    def __init__(self, server_port):
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._sockets = []
        self._threads = []
        self._cuts = []  # those to come, each "before" or "after" the server has committed
        self._commits_between = 0
        self._commits_passed = 0  # since the last cut
        self._generation = 0  # connections of an earlier one stay silent for ever
        self._open = threading.Event()
        self._open.set()
        self.was_cut = threading.Event()
        self._start(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._open.set()
        with self._lock:
            sockets, threads = list(self._sockets), list(self._threads)
        for each in sockets:
            _shut(each)
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        for each in sockets:
            each.close()

    def cut_next_commit(self, when):
        """The next commit of events is cut off: "before" it reaches the server, or "after" the
        server has committed but before its answer comes through."""
        self.cut_commits([when], passing=0)

    def cut_commits(self, cuts, passing):
        """One commit of events for each of `cuts`, as cut_next_commit says; `passing` commits get
        through before each. `was_cut` is set with the last."""
        with self._lock:
            self.was_cut.clear()
            self._cuts = list(cuts)
            self._commits_between = passing
            self._commits_passed = 0

    def fall_silent(self):
        """From now on nothing passes, in either direction; nothing is closed either."""
        with self._lock:
            self._generation += 1
            self._open.clear()

    def let_new_connections_pass(self):
        """Those that were silent stay so."""
        self._open.set()

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                return
            with self._lock:
                self._sockets += [client, server]
                # One that comes while nothing passes belongs to the silent ones.
                generation = self._generation if self._open.is_set() else -1
            link = _Link(client, server, generation)
            self._start(self._forward_requests, link)
            self._start(self._forward_answers, link)

    def _passes(self, link):
        return self._open.is_set() and link.generation == self._generation

    def _forward_requests(self, link):
        seen = b""
        for data in _received(link.client):
            if not self._passes(link):
                continue  # taken in by the kernel's side, lost on the way
            seen = (seen + data)[-65536:]
            if COMMIT in seen and WRITES_EVENTS.search(seen):
                link.cut = self._next_cut()
            if link.cut == "before":
                self._cut_off(link)
                return
            if COMMIT in seen:
                seen = b""
            _send(link.server, data)
        _shut(link.server)

    def _next_cut(self):
        """What becomes of this commit: None, "before" or "after"."""
        with self._lock:
            if not self._cuts:
                return None
            self._commits_passed += 1
            if self._commits_passed <= self._commits_between:
                return None
            self._commits_passed = 0
            return self._cuts.pop(0)

    def _forward_answers(self, link):
        for data in _received(link.server):
            if link.cut:
                self._cut_off(link)
                return
            if self._passes(link):
                _send(link.client, data)
        if self._passes(link):
            _shut(link.client)

    def _cut_off(self, link):
        if not self._cuts:
            self.was_cut.set()  # first: whoever feels the cut may look at once
        _shut(link.client)
        _shut(link.server)


class _Link:
    def __init__(self, client, server, generation):
        self.client = client
        self.server = server
        self.generation = generation
        self.cut = None


def _received(stream):
    while True:
        try:
            data = stream.recv(65536)
        except OSError:
            return
        if not data:
            return
        yield data


def _send(stream, data):
    try:
        stream.sendall(data)
    except OSError:
        pass  # the other direction ends too


def _shut(stream):
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was the other side that ended it
