"""Many clients at once, and the record of what each was answered."""

import collections
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor


class Record:
    """Answers by event id, in the order of their arrival. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self.statuses = collections.Counter()
        self.verdicts = collections.defaultdict(list)  # event id -> verdicts of its 200s
        self.refusals = []  # answers that were not 200
        self.unanswered = 0  # the connection ended first

    def add(self, event, answer):
        with self._lock:
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.verdicts[event.event_id].append(answer.verdict)
            else:
                self.refusals.append(answer)

    def add_unanswered(self):
        with self._lock:
            self.unanswered += 1

    @property
    def accepted(self):
        """Ids of all events that were answered 200."""
        with self._lock:
            return set(self.verdicts)


def deliver_everything(daemon, events, record):
    """One client; every event must be answered, whatever the answer."""
    with daemon.client() as client:
        for event in events:
            record.add(event, client.deliver(event))


def deliver_shared_out(daemon, events, clients=4):
    """Each event once, by several clients at once. The record."""
    record = Record()
    with ThreadPoolExecutor(clients) as pool:
        done = [pool.submit(deliver_everything, daemon, events[n::clients], record)
                for n in range(clients)]
        for each in done:
            each.result()
    return record


class Load:
    """Clients that deliver their share of `events` again and again, until they are told to stop or
    their connection ends. Usable as a context."""

    def __init__(self, daemon, events, clients=4):
        self.record = Record()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(daemon, events[n::clients]))
                         for n in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def has_ended(self):
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, daemon, events):
        while not self._stop.is_set():
            try:
                with daemon.client() as client:
                    for event in events:
                        if self._stop.is_set():
                            return
                        self.record.add(event, client.deliver(event))
            except (OSError, http.client.HTTPException):
                self.record.add_unanswered()
                return
