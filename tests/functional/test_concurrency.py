"""Two daemons, eight clients, one database: every event counts exactly once."""

import collections
import contextlib
import random
from concurrent.futures import ThreadPoolExecutor

from fleet import Record, deliver_everything

ORDERS = 250
CLIENTS_PER_DAEMON = 4
SEED = 2000


def events_of_order(omise, n):
    """Eight events: two charges, one refunded in full, the other's refund fails."""
    order = f"order-{n}"

    def refund(event, key, half, seconds, **more):
        return omise.refund(f"evnt_{event}_{n}", key, f"rfnd_{half}_{n}", charge=f"chrg_{half}_{n}",
                            order=order, seconds=seconds, amount=10000 + n, **more)

    return [
        omise.charge(f"evnt_1_{n}", f"chrg_a_{n}", amount=10000 + n, order=order),
        omise.charge(f"evnt_2_{n}", f"chrg_b_{n}", amount=50000, order=order, seconds=1),
        refund("3", "refund.create", "a", 600),
        refund("4", "refund.create", "a", 605),
        refund("5", "refund.success", "a", 660),
        refund("6", "refund.create", "b", 600),
        refund("7", "refund.create", "b", 605),
        refund("8", "refund.fail", "b", 660, failure_code="account_closed"),
    ]


def deliver_from_all_sides(daemons, events):
    """Each daemon gets every event once from its clients together and a quarter of them twice, each
    in an order of its own. The record."""
    record = Record()
    randomness = random.Random(SEED)
    with ThreadPoolExecutor(len(daemons) * CLIENTS_PER_DAEMON) as pool:
        done = []
        for daemon in daemons:
            arrivals = events + randomness.sample(events, len(events) // 4)
            randomness.shuffle(arrivals)
            done += [pool.submit(deliver_everything, daemon, arrivals[n::CLIENTS_PER_DAEMON],
                                 record)
                     for n in range(CLIENTS_PER_DAEMON)]
        for each in done:
            each.result()
    return record


def test_two_daemons_and_eight_clients_count_each_event_once(installation, books, omise):
    events = [event for n in range(ORDERS) for event in events_of_order(omise, n)]
    assert len(events) == 2000
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(installation.running(name=name)) for name in ("one", "two")]
        record = deliver_from_all_sides(daemons, events)

    assert record.statuses == {200: 2 * (len(events) + len(events) // 4)}
    for event in events:
        verdicts = collections.Counter(record.verdicts[event.event_id])
        assert verdicts.total() - verdicts["duplicate"] == 1, (event.event_id, verdicts)

    assert books.count("webhook_events") == len(events)
    assert books.count("webhook_payloads") == len(events)
    assert books.count("refunds") == books.count("charges") == 2 * ORDERS
    assert books.count("refunds", "refund_id LIKE 'rfnd\\_a%%' AND status = 'successful'") == ORDERS
    assert books.count("refunds", "refund_id LIKE 'rfnd\\_b%%' AND status = 'failed'") == ORDERS
    assert books.count("refunds", "audit_length = 3") == 2 * ORDERS
    assert books.count("refund_audit") == 6 * ORDERS
    assert books.count("orders") == ORDERS
    for n in range(ORDERS):
        order = books.order(f"order-{n}")
        assert (order["status"], order["total_minor"], order["refunded_minor"],
                order["pending_minor"]) == ("partially_refunded", 60000 + n, 10000 + n, 0)

    told = {(row["audience"], row["template"]): row["count"] for row in books.rows(
        "SELECT audience, template, count(*) FROM outbox_messages GROUP BY 1, 2")}
    # Only where the first sight of a refund was pending.
    assert told.pop(("customer", "refund_initiated")) <= 2 * ORDERS
    assert told == {("customer", "refund_complete"): ORDERS, ("support", "refund_failed"): ORDERS}
    assert books.count("anomalies") == 0
    installation.refundctl("audit", "verify")


def test_daemons_that_share_one_order_agree_on_its_sums(installation, books, omise):
    """All events move one row: whoever comes second must not sum what it saw before."""
    refunds = 200
    events = [omise.charge("evnt_charge", "chrg_1", amount=10_000_000, order="order-1")]
    events += [omise.refund(f"evnt_{n}", "refund.success", f"rfnd_{n}", charge=f"chrg_{n}",
                            order="order-1", amount=1000 + n, seconds=n) for n in range(refunds)]
    with contextlib.ExitStack() as stack:
        daemons = [stack.enter_context(installation.running(name=name)) for name in ("one", "two")]
        record = deliver_from_all_sides(daemons, events)
    assert set(record.statuses) == {200}
    assert books.order("order-1")["refunded_minor"] == sum(1000 + n for n in range(refunds))
    installation.refundctl("audit", "verify")
