"""Whatever the order of arrival, and however often an event comes: the same refund, charge and
order in the end."""

import itertools
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from installation import Accounts

PERMUTATIONS_MAX = 120
CLIENTS = 8
SEED = 20260131

# What does not depend on the order. The others are about the history of arrivals: times of writing,
# the audit chain, the number of episodes.
REFUND_COLUMNS = """refund_id, charge_id, order_id, livemode, status, action_required, voided,
    provider_status, amount_minor, currency, reason, failure_code, failure_message, metadata,
    evidence, occurred_at, requested_at, last_event_id"""
ORDER_COLUMNS = """order_id, livemode, status, total_known, currency, total_minor, refunded_minor,
    pending_minor"""


class Omise:
    """Events of one story; `n` is part of each id, so that every permutation has its own."""

    def __init__(self, n):
        self.n = n

    def id(self, name):
        return f"{name}_{self.n}"

    def charge(self, event, seconds, key="charge.complete", order=True, **more):
        order_id = self.id("order") if order else None
        return Accounts.omise.charge(self.id(event), self.id("chrg"), key=key, seconds=seconds,
                                     order=order_id, **more)

    def refund(self, event, key, seconds, refund="rfnd", **more):
        return Accounts.omise.refund(self.id(event), key, self.id(refund), seconds=seconds,
                                     charge=self.id("chrg"), **more)


class Payjp(Omise):
    def flow(self, event, seconds, **more):
        return Accounts.payjp.flow(self.id(event), self.id("pfw"), seconds=seconds,
                                   order=self.id("order"), **more)

    def refund(self, event, status, seconds, refund="re", **more):
        return Accounts.payjp.refund(self.id(event), self.id(refund), status, seconds=seconds,
                                     flow=self.id("pfw"), **more)


def full_refund(n):
    story = Omise(n)
    return [story.charge("e1", 0, key="charge.create", status="pending"),
            story.charge("e2", 10),
            story.refund("e3", "refund.create", 600, amount=100000, reason="duplicate"),
            story.refund("e4", "refund.create", 605, amount=100000),
            story.refund("e5", "refund.success", 660, amount=100000)]


def paypay_refund(n):
    story = Payjp(n)
    return [story.flow("e1", 0, amount=3000, payment_method_types=["paypay"]),
            story.refund("e2", "pending", 600, amount=3000, reason="requested_by_customer"),
            story.refund("e3", "requires_action", 660, amount=3000),
            story.refund("e4", "pending", 665, amount=3000),
            story.refund("e5", "succeeded", 720, amount=3000, event_type="refund.updated")]


def reversal(n):
    story = Omise(n)
    return [story.charge("e1", 0),
            story.refund("e2", "refund.create", 600, amount=40000),
            story.refund("e3", "refund.success", 660, amount=40000),
            story.refund("e4", "refund.success", 665, amount=40000, status="closed"),
            story.refund("e5", "refund.fail", 90000, amount=40000,
                         failure_code="account_closed", failure_message="The account is closed")]


def contradiction(n):
    """Two outcomes of one instant, a third one before, and texts that not all reports carry."""
    story = Omise(n)
    return [story.charge("e1", 0),
            story.refund("e2", "refund.create", 600, amount=40000, status="canceled"),
            story.refund("e3", "refund.success", 660, amount=40000, reason="fraudulent"),
            story.refund("e4", "refund.fail", 660, amount=40000, failure_code="rejected"),
            story.refund("e5", "refund.create", 700, amount=40000, order=story.id("order"))]


def changed_amount(n):
    story = Payjp(n)
    return [story.flow("e1", 0, amount=3000),
            story.refund("e2", "pending", 600, amount=1000),
            story.refund("e3", "pending", 610, amount=1200),
            story.refund("e4", "succeeded", 660, amount=1100),
            story.refund("e5", "failed", 650, amount=900)]


def changed_charge_and_order(n):
    """Later reports name another charge and another order than the first one."""
    story = Omise(n)
    elsewhere = {"charge": story.id("chrg2"), "order": story.id("order2")}
    return [story.charge("e1", 0),
            story.refund("e2", "refund.create", 600, amount=5000),
            Accounts.omise.refund(story.id("e3"), "refund.success", story.id("rfnd"), seconds=660,
                                  amount=5000, **elsewhere),
            Accounts.omise.charge(story.id("e4"), story.id("chrg3"), seconds=5,
                                  order=story.id("order3")),
            Accounts.omise.refund(story.id("e5"), "refund.create", story.id("rfnd"), seconds=610,
                                  amount=5000, charge=story.id("chrg4"), order=story.id("order4"))]


def partial_refunds(n):
    story = Omise(n)
    return [story.charge("e1", 0),
            story.refund("e2", "refund.success", 3600, refund="rfnd_a", amount=10000),
            story.refund("e3", "refund.create", 7200, refund="rfnd_b", amount=30000),
            story.refund("e4", "refund.success", 7260, refund="rfnd_b", amount=30000),
            story.refund("e5", "refund.success", 10800, refund="rfnd_c", amount=25000),
            story.refund("e6", "refund.fail", 14400, refund="rfnd_d", amount=35000,
                         failure_code="insufficient_balance")]


def voided_with_an_expanded_charge(n):
    story = Omise(n)
    expanded = Accounts.omise.refund_object(story.id("rfnd"), amount=100000, status="closed",
                                            voided=True, seconds=660)
    expanded["charge"] = Accounts.omise.charge_object(story.id("chrg"), order=story.id("order"))
    return [story.charge("e1", 0, order=False),
            story.refund("e2", "refund.create", 600, amount=100000),
            Accounts.omise.event(story.id("e3"), "refund.create", expanded, 660),
            story.refund("e4", "refund.create", 700, amount=100000, status="pending"),
            Accounts.omise.event(story.id("e5"), "charge.search", {"object": "nothing"}, 5)]


STORIES = [full_refund, paypay_refund, reversal, contradiction, changed_amount,
           changed_charge_and_order, partial_refunds, voided_with_an_expanded_charge]


def orders_of_arrival(count, randomness):
    every = list(itertools.permutations(range(count)))
    if len(every) > PERMUTATIONS_MAX:
        every = randomness.sample(every, PERMUTATIONS_MAX)
    return every


def with_duplicates(events, randomness):
    """Each event comes once more, at some place after its first arrival."""
    arrivals = list(events)
    for event in events:
        first = arrivals.index(event)
        arrivals.insert(randomness.randint(first + 1, len(arrivals)), event)
    return arrivals


def outcome(books, n):
    """The story's rows, without the number of its permutation."""
    suffix = f"_{n}"

    def rows(sql):
        found = books.rows(sql, "%" + suffix.replace("_", r"\_"))
        return [{column: without(value) for column, value in row.items()} for row in found]

    def without(value):
        if isinstance(value, str):
            return value.removesuffix(suffix)
        return {k: without(v) for k, v in value.items()} if isinstance(value, dict) else value

    return {
        "refunds": rows(f"SELECT {REFUND_COLUMNS} FROM refunds WHERE refund_id LIKE %s ORDER BY 1"),
        "charges": rows("SELECT * FROM charge_summary WHERE charge_id LIKE %s ORDER BY 1, 2"),
        "orders": rows(f"SELECT {ORDER_COLUMNS} FROM orders WHERE order_id LIKE %s ORDER BY 1"),
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_order_of_arrival_ends_the_same(daemon, books, story):
    randomness = random.Random(SEED)
    orders = orders_of_arrival(len(story(0)), randomness)
    arrivals = []
    for n, order in enumerate(orders):
        events = story(n)
        arrivals.append(with_duplicates([events[at] for at in order], randomness))

    def deliver(client_number):
        with daemon.client() as client:
            for sequence in arrivals[client_number::CLIENTS]:
                for event in sequence:
                    assert client.deliver(event).status == 200

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(deliver, range(CLIENTS)))

    expected = outcome(books, 0)
    assert expected["refunds"] and expected["charges"] and expected["orders"]
    for n, order in enumerate(orders):
        assert outcome(books, n) == expected, f"order {order} against {orders[0]}"
    assert books.count("webhook_events") == len(orders) * len(story(0))


def final_rows(client, books, events):
    for event in events:
        assert client.deliver(event).status == 200
    rows = outcome(books, "x")
    return rows["refunds"], rows["charges"][0], rows["orders"][0]


@pytest.mark.parametrize("story, refund, charge, order", [
    (full_refund, ("successful", 100000, "duplicate"), (100000, 0, True), ("refunded", 100000)),
    (paypay_refund, ("successful", 3000, "requested_by_customer"), (3000, 0, True),
     ("refunded", 3000)),
    (reversal, ("failed", 40000, None), (0, 100000, False), ("refund_failed", 0)),
    (contradiction, ("failed", 40000, "fraudulent"), (0, 100000, False), ("refund_failed", 0)),
    (changed_amount, ("successful", 1100, None), (1100, 1900, False),
     ("partially_refunded", 1100)),
], ids=lambda value: getattr(value, "__name__", ""))
def test_the_end_of_the_story_is_the_right_one(client, books, story, refund, charge, order):
    (row,), charge_row, order_row = final_rows(client, books, story("x"))
    assert (row["status"], row["amount_minor"], row["reason"]) == refund
    assert (charge_row["refunded_amount"], charge_row["remaining_amount"],
            charge_row["fully_refunded"]) == charge
    assert (order_row["status"], order_row["refunded_minor"]) == order
    assert row["order_id"] == order_row["order_id"] == "order"


def test_partial_refunds_end_with_the_right_balance(client, books):
    refunds, charge, order = final_rows(client, books, partial_refunds("x"))
    assert [row["status"] for row in refunds] == ["successful"] * 3 + ["failed"]
    assert (charge["refunded_amount"], charge["remaining_amount"]) == (65000, 35000)
    assert (order["status"], order["total_minor"]) == ("partially_refunded", 100000)


def test_a_void_with_an_expanded_charge_ends_right(client, books):
    (refund,), charge, order = final_rows(client, books, voided_with_an_expanded_charge("x"))
    assert (refund["status"], refund["voided"], refund["order_id"]) == ("successful", True, "order")
    assert charge["fully_refunded"] is True
    assert order["status"] == "refunded"
