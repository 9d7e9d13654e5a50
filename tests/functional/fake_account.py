"""What a fake provider knows: an account's charges, refunds and events, and what became of the
events' deliveries. OmiseAccount (fake_omise.py) and PayjpAccount (fake_payjp.py) show it as their
APIs do.

Nothing here speaks HTTP: `answer` takes what stands in a request and returns what stands in the
answer, or raises Refused. What an account makes is returned as the event's very body, which a test
delivers (`webhook`) or withholds. Thread-safe.

A strict reading of the documentation: a parameter that a list does not know is refused.
"""

import datetime
import itertools
import re
import threading
import urllib.parse

RESOURCES = ("charges", "refunds", "events")
UNANSWERED = 503  # what the provider saw of a webhook that a test withholds


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Account:
    """What the two have in common. `charges`, `refunds`, `events`: {id: resource}, in the order of
    their making."""

    def __init__(self, key, livemode=True):
        self.key = key
        self.livemode = livemode
        self.charges, self.refunds, self.events = {}, {}, {}
        self._hidden = set()
        self._statuses = {}  # event id -> what its delivery was answered
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    # What happens.

    def delivered(self, event, status=200):
        """The webhook of this event was answered so."""
        with self._lock:
            self._statuses[event["id"]] = status

    def hide(self, item_id):
        """From the lists; whoever knows its id still finds it."""
        with self._lock:
            self._hidden.add(item_id)

    def webhook(self, sender, event):
        """The event as this sender's webhook."""
        return sender.raw(self.body(event), event["id"])

    def statuses(self):
        """{refund id: status in our words}, as the API says it now."""
        with self._lock:
            return {each["id"]: self.WORDS[each["status"]] for each in self.refunds.values()}

    def state(self):
        """{"charges": [resource, …], "refunds": […], "events": […]}, as JSON takes it."""
        with self._lock:
            return {name: list(getattr(self, name).values()) for name in RESOURCES}

    def load(self, state):
        """From now on there is what stands in such a state, and nothing else."""
        with self._lock:
            for name in RESOURCES:
                setattr(self, name, {item["id"]: item for item in state.get(name, [])})

    def _make_event(self, kind, data, when, **more):
        event_id = f"evnt_{self.PROVIDER}_{next(self._numbers)}"
        event = {"object": "event", "id": event_id, "livemode": self.livemode, **more,
                 self.TYPE_KEY: kind, "data": dict(data), "created_at": when}
        self.events[event_id] = event
        return event

    # What is asked.

    def answer(self, headers, target):
        """The answer's object. `target`: path and query of a GET."""
        path, _, query = target.partition("?")
        with self._lock:
            if headers.get("Authorization") != self.authorization():
                raise Refused(401, "authentication failed")
            for pattern, view in self.VIEWS:
                if found := re.fullmatch(pattern, path):
                    return view(self, *found.groups(), query=_parameters(query))
        raise Refused(404, f"{path} was not found")

    def _status_of(self, event):
        return self._statuses.get(event["id"], UNANSWERED)

    def _sorted(self, items):
        """Oldest first, also those that are hidden."""
        return sorted(items, key=created)

    def _is_shown(self, item):
        return item["id"] not in self._hidden


def one_of(items, item_id):
    if item_id not in items:
        raise Refused(404, f"{item_id} was not found")
    return items[item_id]


def _parameters(query):
    try:
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise Refused(400, f"not a query: {query}") from None
    if len(dict(pairs)) != len(pairs):
        raise Refused(400, "a parameter is given twice")
    return dict(pairs)


# Parameters of lists: each is taken out of the query, so that what is left is unknown.

def take_number(query, name, default, least=0, greatest=None):
    text = query.pop(name, str(default))
    if not text.isdecimal() or int(text) < least or (greatest and int(text) > greatest):
        raise Refused(400, f"{name} is out of range")
    return int(text)


def refuse_unknown(query):
    if query:
        raise Refused(400, f"unknown parameters: {', '.join(query)}")


# Times.

def rfc3339(when=None):
    """`when`: a datetime with a zone; None: now."""
    when = when or datetime.datetime.now(datetime.timezone.utc)
    return when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text):
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(400, f"not a time: {text}") from None
    if when.tzinfo is None:
        raise Refused(400, f"a time without its zone: {text}")
    return when


def created(item):
    return instant(item["created_at"])
