"""What no webhook said is read from the provider's lists, whatever the provider does meanwhile."""

import datetime
import random
import re
import threading
import zoneinfo

import pytest

from deadline import wait_until
from fake_provider import Fault
from fleet import deliver_shared_out
from prometheus import Metrics
from reading import (EVENTS, KEY, LISTS_ONCE, REFUNDS, ago, ask, ask_for_shop, fake_provider,
                     import_orders, make_reads_due, running_ready, source_read, told,
                     wait_until_caught_up, wait_until_confirmed, wait_until_right)

OMISE_REFUNDS = 500
PAYJP_REFUNDS = 250
REFUNDS_PER_CHARGE = 5
SEED = 6000


@pytest.fixture
def omise_api(certificate):
    with fake_provider("omise", certificate) as provider:
        yield provider


@pytest.fixture
def payjp_api(certificate):
    with fake_provider("payjp", certificate) as provider:
        yield provider


@pytest.fixture(params=["omise", "payjp"])
def api(request):
    return request.getfixturevalue(f"{request.param}_api")


def sender_of(api, accounts):
    return getattr(accounts, api.account.PROVIDER)


def make_refunds(api, numbers, status=None, **more):
    """Alike in both accounts, ten minutes old at most; the events."""
    account, good = api.account, {"omise": "closed", "payjp": "succeeded"}[api.account.PROVIDER]
    events = []
    for n in numbers:
        charge = n // REFUNDS_PER_CHARGE
        if f"ch_{charge}" not in account.charges:
            events.append(account.create_charge(f"ch_{charge}", amount=1000000,
                                                order=f"order-{account.PROVIDER}-{charge}",
                                                when=ago(minutes=11)))
        more_of_this = {"when": ago(seconds=600 - n), **more}
        events.append(account.create_refund(f"{account.PROVIDER}_{n}", f"ch_{charge}",
                                            amount=2000 + n, status=status or good,
                                            order=f"order-{account.PROVIDER}-{charge}",
                                            **more_of_this))
    return events


def make_a_thousand(omise_api, payjp_api):
    """Every webhook that the two accounts send: more than 1000. Of Omise's refunds two thirds end
    well after their only event, or not; each of PAY.JP has two events."""
    events = {}
    events["omise"] = make_refunds(omise_api, range(0, OMISE_REFUNDS, 3))
    events["omise"] += make_refunds(omise_api, range(1, OMISE_REFUNDS, 3), status="pending")
    events["omise"] += make_refunds(omise_api, range(2, OMISE_REFUNDS, 3), status="pending")
    for n in range(1, OMISE_REFUNDS, 3):
        omise_api.account.settle(f"omise_{n}", "closed" if n % 2 else "failed")
    events["payjp"] = make_refunds(payjp_api, range(PAYJP_REFUNDS), status="pending")
    words = ["succeeded", "succeeded", "failed", "canceled", "requires_action"]
    for n in range(PAYJP_REFUNDS):
        events["payjp"].append(payjp_api.account.settle(f"payjp_{n}", words[n % len(words)]))
    assert len(events["omise"]) + len(events["payjp"]) >= 1000
    return events


def check_the_books(installation, books, *apis):
    """Each good end is told once, no other is; sums are right; nothing looks odd."""
    for api in apis:
        for charge_id, charge in api.account.charges.items():
            refunded = sum(each["amount"] for each in api.account.refunds.values()
                           if api.account.statuses()[each["id"]] == "successful"
                           and charge_id in (each.get("charge"), each.get("payment_flow_id")))
            assert books.order(charge["metadata"]["order_id"])["refunded_minor"] == refunded
    successful = {refund_id for api in apis
                  for refund_id, status in api.account.statuses().items() if status == "successful"}
    assert told(books, "refund_complete") == dict.fromkeys(successful, 1)
    assert books.rows("SELECT kind, refund_id FROM anomalies LIMIT 5") == []
    installation.refundctl("audit", "verify")


def events_held(books):
    return {row["event_id"] for row in books.rows("SELECT event_id FROM webhook_events")}


# Lost webhooks.

def test_everything_is_right_when_every_webhook_was_lost(installation, books, omise_api,
                                                          payjp_api, accounts):
    make_a_thousand(omise_api, payjp_api)
    ask(installation, omise_api, payjp_api)
    with running_ready(installation) as daemon:
        wait_until_right(books, omise_api, payjp_api)
        wait_until_caught_up(books, omise_api, payjp_api)
        metrics = Metrics(daemon)
    for api in (omise_api, payjp_api):
        assert metrics.get("refundd_recovered_total", source=sender_of(api, accounts).source,
                           what="event") == len(api.account.events)
    assert books.count("refunds", "evidence <> 'api_read'") == 0
    assert books.count("webhook_events", "evidence <> 'api_read'") == 0
    assert books.count("refund_audit", "evidence <> 'api_read'") == 0
    assert books.count("webhook_payloads") == books.count("webhook_events")
    assert set(omise_api.account.events) | set(payjp_api.account.events) <= events_held(books)
    for api in (omise_api, payjp_api):
        row = source_read(books, api)
        assert (row["failures"], row["last_error"], row["last_error_kind"]) == (0, None, None)
    check_the_books(installation, books, omise_api, payjp_api)


def test_everything_is_right_when_half_came_in_disorder_and_twice(installation, books, omise_api,
                                                                  payjp_api, accounts):
    randomness = random.Random(SEED)
    events = make_a_thousand(omise_api, payjp_api)
    arrivals = []
    for api in (omise_api, payjp_api):
        made = events[api.account.PROVIDER]
        for event in randomness.sample(made, len(made) // 2):
            api.account.delivered(event)
            arrivals += [api.account.webhook(sender_of(api, accounts), event)] * randomness.choice(
                [1, 2, 3])
    randomness.shuffle(arrivals)
    ask(installation, omise_api, payjp_api)
    with running_ready(installation) as daemon:
        record = deliver_shared_out(daemon, arrivals)
        assert set(record.statuses) == {200}
        wait_until_right(books, omise_api, payjp_api)
        wait_until_caught_up(books, omise_api, payjp_api)
        wait_until_confirmed(books)
    assert books.count("webhook_events", "evidence = 'signed_webhook'") > 0
    assert books.count("webhook_events", "evidence = 'api_read'") > 0
    check_the_books(installation, books, omise_api, payjp_api)


def test_two_daemons_read_without_telling_twice(installation, books, omise_api, payjp_api):
    for api in (omise_api, payjp_api):
        make_refunds(api, range(100))
        make_refunds(api, range(100, 150), status="pending")
    ask(installation, omise_api, payjp_api)
    with running_ready(installation, name="one"), running_ready(installation, name="two"):
        wait_until_right(books, omise_api, payjp_api)
        for api in (omise_api, payjp_api):
            for n in range(100, 150):
                api.account.settle(f"{api.account.PROVIDER}_{n}")
        wait_until_right(books, omise_api, payjp_api)
        wait_until_caught_up(books, omise_api, payjp_api)
    twice = books.rows("""SELECT source, refund_id, event_id FROM refund_audit
                           GROUP BY source, refund_id, event_id HAVING count(*) > 1""")
    assert twice == []
    check_the_books(installation, books, omise_api, payjp_api)


def test_reading_goes_on_where_it_ended(installation, books, api):
    """However long nobody was there: the overlap alone would not reach back so far."""
    ask(installation, api, catch_up_overlap_seconds=1)
    with running_ready(installation):
        wait_until_caught_up(books, api)
    books.execute("UPDATE source_reads SET events_until = now() - interval '3 hours', "
                  "refunds_until = now() - interval '3 hours'")
    make_refunds(api, range(3), when=ago(hours=2))
    with running_ready(installation):
        wait_until_right(books, api)
        wait_until_caught_up(books, api)
    assert set(api.account.events) <= events_held(books)
    first_again = source_read(books, api)["events_until"]
    assert first_again > ago(minutes=1), "the lists are known up to now"


def test_a_refund_whose_events_are_lost_too_is_in_the_list_of_refunds(installation, books, api):
    for event in make_refunds(api, range(3)):
        api.account.hide(event["id"])
    ask(installation, api)
    with running_ready(installation):
        wait_until_right(books, api)
    assert books.count("webhook_events", "event_type = 'refund.read'") == 3


# What a provider may do.

FAULTS = {
    "401": (lambda: Fault.status(401), "authentication"),
    "403": (lambda: Fault.status(403), "authentication"),
    "429": (lambda: Fault.status(429, retry_after=1), "rate_limited"),
    "500": (lambda: Fault.status(500), "server"),
    "hang": (Fault.hang, "network"),
    "half": (Fault.half, "network"),
    "reset": (Fault.reset, "network"),
    "malformed": (Fault.malformed, "unreadable"),
}


@pytest.mark.parametrize("fault, kind", FAULTS.values(), ids=FAULTS)
def test_a_provider_that_fails_is_asked_again(installation, books, omise_api, accounts, fault,
                                              kind):
    fails_for_a_while(installation, books, omise_api, accounts, fault, kind)


@pytest.mark.parametrize("name", ["401", "500", "half"])
def test_payjp_is_asked_again_too(installation, books, payjp_api, accounts, name):
    fails_for_a_while(installation, books, payjp_api, accounts, *FAULTS[name])


def fails_for_a_while(installation, books, api, accounts, fault, kind):
    events = make_refunds(api, range(5))
    failing = fault()
    api.fail(failing)
    ask(installation, api, **({"api_timeout_seconds": 1} if failing.kind == "hang" else {}))
    with running_ready(installation) as daemon, daemon.client() as client:
        wait_until(lambda: (source_read(books, api) or {}).get("failures"), 40)
        row = source_read(books, api)
        assert (row["last_error_kind"], bool(row["last_error"])) == (kind, True)
        assert books.count("refunds") == 0
        # Whoever sends webhooks does not notice.
        webhook = api.account.webhook(sender_of(api, accounts), events[-1])
        assert client.deliver(webhook).verdict == "applied"
        api.heal()
        make_reads_due(books)
        wait_until_right(books, api)
        wait_until(lambda: not source_read(books, api)["failures"], what="it is well again")
    assert source_read(books, api)["last_error"] is None
    successful = {event["data"]["id"] for event in events if event["data"]["object"] != "charge"
                  and event["data"]["object"] != "payment_flow"}
    assert told(books, "refund_complete") == dict.fromkeys(successful, 1)


def test_a_wrong_key_is_no_storm(shop, books, payjp_api, accounts):
    """Every webhook wants to be confirmed, every second: the key is wrong for all of them."""
    payjp_api.fail(Fault.status(401))
    events = [event for event in make_refunds(payjp_api, range(200))
              if event["type"] == "refund.created"]
    webhooks = [payjp_api.account.webhook(accounts.payjp, event) for event in events]
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api)
    with running_ready(shop.installation) as daemon:
        record = deliver_shared_out(daemon, webhooks)
        assert record.statuses == {200: 200}
        wait_until(lambda: books.count("outbox_messages", "held_since IS NOT NULL") == 200)
        wait_until(lambda: (source_read(books, payjp_api) or {}).get("failures"), 40)
        assert payjp_api.count() <= 10
        assert daemon.log().count("the provider's API cannot be read") == 1
        assert Metrics(daemon).get("refundd_provider_answers_total", source="payjp-jp",
                                   outcome="authentication") > 0
        assert shop.mail.mails == []
        payjp_api.heal()
        make_reads_due(books)
        shop.mail.wait_for(200, timeout=60)
        shop.wait_until_settled()
    assert len({mail.message["Message-ID"] for mail in shop.mail.mails}) == 200
    # None goes twice, but where the machine stalled for longer than a lease: then the daemon says so.
    announced = re.findall(r"may go out twice.* count=(\d+)", daemon.log())
    assert len(shop.mail.mails) <= 200 + sum(int(count) for count in announced)


def test_it_waits_as_long_as_the_provider_asks(installation, books, omise_api):
    make_refunds(omise_api, range(3))
    omise_api.fail(Fault.status(429, retry_after=4), times=1)
    ask(installation, omise_api)
    with running_ready(installation):
        wait_until_right(books, omise_api)
    refused, *later = omise_api.requests
    assert refused.status == 429
    assert min(each.at for each in later) - refused.at >= 3.9


def test_it_does_not_ask_before_a_long_wait_is_over(installation, books, omise_api, payjp_api):
    make_refunds(omise_api, range(3))
    omise_api.fail(Fault.status(429, retry_after=3600))
    ask(installation, omise_api, payjp_api)
    with running_ready(installation):
        wait_until(lambda: (source_read(books, omise_api) or {}).get("failures"))
        row = source_read(books, omise_api)
        # The other provider's turns are the clock.
        payjp_api.wait_for(payjp_api.count(EVENTS["payjp"]) + 5, EVENTS["payjp"], timeout=60)
    assert row["next_read_at"] >= ago(minutes=-55)
    assert omise_api.count() <= 2


def test_half_of_the_second_page_is_asked_for_again(installation, books, api):
    make_refunds(api, range(250))
    for paths in (EVENTS, REFUNDS):
        path = paths[api.account.PROVIDER]
        api.after_first_page(path, lambda path=path: api.fail(Fault.half(), path, times=1))
    ask(installation, api)
    with running_ready(installation):
        wait_until_right(books, api)
        wait_until_caught_up(books, api)
    assert [each.status for each in api.requests].count(0) == 2
    assert source_read(books, api)["failures"] == 0


@pytest.mark.parametrize("change", ["inserted", "removed"])
def test_a_list_that_changes_while_it_is_paged(installation, books, api, change):
    """By offset what stands between two pages is met twice or not at all. Omise says how many there
    are, so that this is seen at once; with PAY.JP the next reading's overlap finds it."""
    make_refunds(api, range(250))
    is_newest_first = api.account.PROVIDER == "payjp"
    numbers = iter(range(1000, 1010))

    def insert(_):
        make_refunds(api, [next(numbers)], when=ago(seconds=345 if is_newest_first else 590))

    def remove(items):
        listed = sorted(items.values(), key=lambda item: item["created_at"],
                        reverse=is_newest_first)
        for item in listed[:2]:
            api.account.hide(item["id"])

    for paths, items in (EVENTS, api.account.events), (REFUNDS, api.account.refunds):
        act = insert if change == "inserted" else remove
        api.after_first_page(paths[api.account.PROVIDER],
                             lambda act=act, items=items: act(items))
    ask(installation, api, **({} if is_newest_first else LISTS_ONCE))
    with running_ready(installation):
        # First: by then both lists have changed.
        wait_until_caught_up(books, api)
        wait_until_right(books, api)
    check_the_books(installation, books, api)


def test_a_webhook_may_overtake_the_list(installation, books, payjp_api, accounts):
    """The page was right when it was asked for: that is no contradiction."""
    make_refunds(payjp_api, range(3), status="pending")
    ask(installation, payjp_api, poll_seconds=[86400])
    with running_ready(installation) as daemon, daemon.client() as client:
        wait_until_right(books, payjp_api)
        overtaken = threading.Event()

        def overtake():
            event = payjp_api.account.settle("payjp_1")
            client.deliver(payjp_api.account.webhook(accounts.payjp, event))
            overtaken.set()

        payjp_api.after_first_page("/v2/payment_refunds", overtake)
        assert overtaken.wait(20)
        payjp_api.wait_for(payjp_api.count("/v2/payment_refunds") + 2, "/v2/payment_refunds")
        wait_until_right(books, payjp_api)
        wait_until_confirmed(books)
    check_the_books(installation, books, payjp_api)


# Gaps: without one the lists would not be read again for a day.

def test_what_was_lost_while_the_database_was_away_is_read(own_site, own_postgres, omise_api):
    installation, books = own_site
    books.connect()
    ask(installation, omise_api, **LISTS_ONCE)
    with installation.running() as daemon:
        wait_until_caught_up(books, omise_api)
        books.close()
        own_postgres.halt()
        wait_until(lambda: "reading the provider's API waits for the database" in daemon.log())
        make_refunds(omise_api, range(3))
        own_postgres.start()
        books.connect()
        wait_until_right(books, omise_api)
        books.close()
        assert daemon.log().count("reading the provider's API waits for the database") == 1


def test_what_was_lost_while_the_provider_was_away_is_read(installation, books, omise_api,
                                                           accounts):
    ask(installation, omise_api, **LISTS_ONCE)
    with running_ready(installation) as daemon, daemon.client() as client:
        wait_until_caught_up(books, omise_api)
        omise_api.fail(Fault.reset())
        # One webhook comes, of a refund that is then asked for: that shows the API to be away.
        *_, event = make_refunds(omise_api, range(3), status="pending")
        client.deliver(omise_api.account.webhook(accounts.omise, event))
        wait_until(lambda: source_read(books, omise_api)["failures"])
        omise_api.heal()
        wait_until_right(books, omise_api)
    assert books.count("webhook_events", "evidence = 'api_read' AND event_type = 'refund.create'") == 2


def test_a_reload_with_the_right_key_reads_at_once(installation, books, omise_api):
    """Nobody waits for the end of what was agreed about the wrong one."""
    make_refunds(omise_api, range(3))
    ask(installation, omise_api)
    installation.write_secret("api-key", "skey_of_somebody_else\n")
    with running_ready(installation) as daemon:
        wait_until(lambda: (source_read(books, omise_api) or {}).get("failures"))
        assert source_read(books, omise_api)["last_error_kind"] == "authentication"
        installation.write_secret("api-key", KEY + "\n")
        daemon.reload()
        wait_until_right(books, omise_api)
        wait_until(lambda: not source_read(books, omise_api)["failures"])


def test_a_held_message_does_not_wait_for_the_end_of_a_long_list(shop, books, payjp_api, payjp):
    """Two pages a second: the customer waits for one or two of them, not for all."""
    make_refunds(payjp_api, range(450), status="pending")
    import_orders(shop, payjp_api)
    ask_for_shop(shop, payjp_api, api_rate_per_second=2, api_timeout_seconds=60,
                 poll_seconds=[86400])
    first_page_asked, message_held = threading.Event(), threading.Event()

    def hold_up_first_page():
        first_page_asked.set()
        message_held.wait(60)

    payjp_api.after_first_page(EVENTS["payjp"], hold_up_first_page)
    with running_ready(shop.installation) as daemon, daemon.client() as client:
        assert first_page_asked.wait(20)
        event = payjp_api.account.settle("payjp_449", "succeeded")
        client.deliver(payjp_api.account.webhook(payjp, event))
        wait_until(lambda: books.count("outbox_messages", "held_since IS NOT NULL"),
                   what="the message is held")
        message_held.set()
        payjp_api.wait_for(1, "/v2/payment_refunds/payjp_449")
        asked = [request.path for request in payjp_api.requests]
        pages = asked[:asked.index("/v2/payment_refunds/payjp_449")].count(EVENTS["payjp"])
        assert pages <= 3
        assert len(payjp_api.account.events) > 500, "six pages"


def test_a_daemon_stops_while_its_provider_hangs(installation, books, api):
    make_refunds(api, range(3))
    api.fail(Fault.hang())
    ask(installation, api, api_timeout_seconds=60)
    with running_ready(installation):
        api.wait_for(1)
    # Its exit code was 0, within 30 s.
    assert books.count("refunds") == 0


def test_it_asks_as_the_documentation_says(installation, books, omise_api):
    make_refunds(omise_api, range(3))
    ask(installation, omise_api)
    with running_ready(installation):
        wait_until_right(books, omise_api)
        wait_until_caught_up(books, omise_api)
    for request in omise_api.requests:
        assert request.headers["omise-version"] == "2019-05-29"
        assert request.headers["accept"] == "application/json"
        assert request.status == 200, request
    first = omise_api.asked("/refunds")[0]
    assert "order=chronological" in first.query and "to=" in first.query


def test_a_refund_that_ended_without_its_charge_is_asked_for(installation, books, omise_api, omise):
    """Only its charge says which order it belongs to."""
    omise_api.account.create_charge("ch_1", amount=100000, order="order-1")
    for event_id in omise_api.account.events:
        omise_api.account.hide(event_id)
    event = omise_api.account.create_refund("rfnd_1", "ch_1")
    ask(installation, omise_api, api_key_file=None, api_url=None, api_ca_file=None)
    with running_ready(installation) as daemon, daemon.client() as client:
        client.deliver(omise_api.account.webhook(omise, event))
    assert books.refund("rfnd_1")["order_id"] is None
    ask(installation, omise_api)
    with running_ready(installation):
        wait_until(lambda: books.refund("rfnd_1")["order_id"] == "order-1", what="its order is known")
    assert books.refund("rfnd_1")["status"] == "successful"


def test_while_it_catches_up_it_is_ready_and_says_so(installation, books, omise_api):
    make_refunds(omise_api, range(3))
    ask(installation, omise_api, api_timeout_seconds=60, **LISTS_ONCE)
    asked, answered = threading.Event(), threading.Event()

    def hold_up_first_page():
        asked.set()
        answered.wait(60)

    def status(daemon):
        return installation.refundctl("status", "--admin", f"127.0.0.1:{daemon.admin_port}",
                                      code=1).stdout

    def is_catching_up(daemon):
        return Metrics(daemon).get("refundd_catching_up", source="omise-th")

    omise_api.after_first_page(EVENTS["omise"], hold_up_first_page)
    with running_ready(installation) as daemon:
        assert asked.wait(20)
        wait_until(lambda: is_catching_up(daemon) == 1, 30, "the metric says so")
        assert "\nomise-th: catching up since " in status(daemon)
        assert daemon.readiness().status == 200
        answered.set()
        wait_until_caught_up(books, omise_api)
        assert "catching up" not in status(daemon)
        wait_until(lambda: is_catching_up(daemon) == 0, 30, "the metric says so")


def test_a_source_without_a_key_asks_nobody(installation, books, api, accounts):
    events = make_refunds(api, range(3))
    ask(installation, api, api_key_file=None, api_url=None, api_ca_file=None)
    with running_ready(installation) as daemon, daemon.client() as client:
        for event in events[:2]:
            client.deliver(api.account.webhook(sender_of(api, accounts), event))
        assert books.count("refunds") == 1
    assert api.count() == 0


# The loss meter.

ZONES = {"omise": "Asia/Bangkok", "payjp": "Asia/Tokyo"}


def test_yesterdays_loss_is_measured(installation, books, api, accounts):
    # In the first hour of a day its yesterday may not be whole.
    today = ago(hours=1).astimezone(zoneinfo.ZoneInfo(ZONES[api.account.PROVIDER]))
    noon = today.replace(hour=12, minute=0, second=0) - datetime.timedelta(days=1)
    api.account.create_charge("ch_0", amount=1000000, order="order-1",
                              when=noon - datetime.timedelta(days=1))
    events = [api.account.create_refund(f"re_{n}", "ch_0", amount=2000 + n, order="order-1",
                                        when=noon + datetime.timedelta(seconds=n))
              for n in range(10)]
    # Six came and were answered; one came, and its answer was lost; three were lost.
    ask(installation, api, api_key_file=None, api_url=None, api_ca_file=None)
    with running_ready(installation) as daemon, daemon.client() as client:
        for event in events[:7]:
            client.deliver(api.account.webhook(sender_of(api, accounts), event))
    for event in events[:6]:
        api.account.delivered(event)

    books.execute("""INSERT INTO source_reads (source, events_until, refunds_until, next_read_at)
                     VALUES (%s, now() - interval '3 days', now() - interval '3 days', now())
                     ON CONFLICT (source) DO UPDATE SET events_until = excluded.events_until,
                         refunds_until = excluded.refunds_until""",
                  sender_of(api, accounts).source)
    ask(installation, api)
    with running_ready(installation):
        wait_until_right(books, api)
        wait_until_caught_up(books, api)
        counted = wait_until(lambda: counts_of(books, noon.date()), what="yesterday is counted")
    assert counted == {"sent": 10, "held": 10, "recovered": 3, "unanswered": 4}


def counts_of(books, day):
    rows = books.rows("""SELECT sent, held, recovered, unanswered FROM delivery_counts
                          WHERE day = %s""", day)
    return rows[0] if rows else None
