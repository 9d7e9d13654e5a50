"""`refundctl reconcile` by the provider's API: the same differences as by a statement, and what the
provider does meanwhile."""

import datetime
import json

import pytest

from fake_provider import Fault
from reading import KEY, REFUNDS, SOURCES, ask, fake_provider
from senders import BASE_TIME

DAY = "2026-01-31"
WORDS = {"omise": {"successful": "closed", "failed": "failed", "pending": "pending"},
         "payjp": {"successful": "succeeded", "failed": "failed", "pending": "pending"}}
HOURS_EAST = {"omise": 7, "payjp": 9}
MATCHED = 130  # more than a page


@pytest.fixture(params=["omise", "payjp"])
def api(request, certificate):
    with fake_provider(request.param, certificate) as provider:
        yield provider


@pytest.fixture
def make(api):
    """A refund at the provider; the event of it."""
    def create(n, status="successful", amount=25000, seconds=0, **more):
        account = api.account
        if "ch_1" not in account.charges:
            account.create_charge("ch_1", amount=100000000, when=BASE_TIME)
        return account.create_refund(f"re_{n}", "ch_1", amount=amount,
                                     status=WORDS[account.PROVIDER][status],
                                     when=BASE_TIME + datetime.timedelta(seconds=seconds), **more)
    return create


@pytest.fixture
def told(api, installation, accounts):
    """These events' webhooks arrive, at a daemon that does not ask the API."""
    def deliver(events):
        sender = getattr(accounts, api.account.PROVIDER)
        with installation.running() as daemon, daemon.client() as client:
            client.deliver_all(*(api.account.webhook(sender, event) for event in events))
    return deliver


@pytest.fixture
def reconcile(api, installation):
    def run(*arguments, code=0):
        ask(installation, api)
        done = installation.refundctl(
            "--output", "json", "reconcile", "--source", SOURCES[api.account.PROVIDER]["name"],
            "--from", DAY, *arguments, code=code, user="anna")
        assert KEY not in done.stdout + done.stderr
        runs = json.loads(done.stdout)["runs"]
        return runs[0] if runs else done.stderr
    return run


def kinds(items):
    return {(item["refund_id"], item["kind"]): item["state"] for item in items}


def test_each_discrepancy_is_found_and_nothing_else_twice(api, make, told, reconcile, books):
    events = [make(n, seconds=n) for n in range(MATCHED)]
    make("other_day", seconds=86400)
    make("missing_1")
    make("missing_2", "failed")
    make("missing_3", "pending")
    events += [make(name, "pending") for name in ("late_1", "late_2", "unlisted_1")]
    events += [make(name) for name in ("amount", "reversed", "unlisted_2")]
    events += [make("pending_there", "failed")]
    told(events)
    refunds, words = api.account.refunds, WORDS[api.account.PROVIDER]
    refunds["re_late_1"]["status"] = words["successful"]
    refunds["re_late_2"]["status"] = words["failed"]
    refunds["re_reversed"]["status"] = words["failed"]
    refunds["re_pending_there"]["status"] = words["pending"]
    refunds["re_amount"]["amount"] += 1
    api.account.hide("re_unlisted_1")
    api.account.hide("re_unlisted_2")

    first = reconcile(code=1)
    still_open = {("re_unlisted_1", "missing_there"): "open",
                  ("re_unlisted_2", "missing_there"): "open",
                  ("re_amount", "amount"): "open", ("re_pending_there", "status"): "open"}
    recovered = {**{(f"re_missing_{n}", "missing_here"): "resolved" for n in (1, 2, 3)},
                 **{(f"re_{name}", "status"): "resolved"
                    for name in ("late_1", "late_2", "reversed")}}
    assert kinds(first["items"]) == {**still_open, **recovered}
    assert (first["basis"], first["matched"], first["recovered"], first["exceptions"]) == (
        "api", MATCHED, 6, 4)
    for name, status in {"missing_1": "successful", "missing_2": "failed", "late_1": "successful",
                         "reversed": "failed", "amount": "successful"}.items():
        assert books.refund(f"re_{name}")["status"] == status
    assert books.audit("re_late_1")[-1]["evidence"] == "api_read"

    entries = books.count("refund_audit")
    second = reconcile(code=1)
    assert kinds(second["items"]) == still_open
    assert (second["recovered"], second["exceptions"]) == (0, 4)
    assert books.count("refund_audit") == entries


def test_an_answer_that_fails_ends_the_run_and_the_next_one_goes_on(
        api, make, told, reconcile, books):
    told([make(n, seconds=n) for n in range(MATCHED)])
    fault = Fault.status(401)
    api.fail(fault, REFUNDS[api.account.PROVIDER])
    assert "the provider's list cannot be read" in reconcile(code=1)
    assert books.count("reconciliation_items") == 0
    api.heal()
    result = reconcile()
    assert (result["run_id"], result["continued"], result["matched"]) == (1, True, MATCHED)


def test_a_refund_that_cannot_be_read_is_an_exception_and_the_run_goes_on(
        api, make, told, reconcile):
    told([make(n, seconds=n) for n in range(3)])
    make("missing")
    api.account.refunds["re_0"]["object"] = "surprise"
    api.account.refunds["re_1"]["id"] = "no id of theirs"
    first = reconcile(code=1)
    unreadable, = [item for item in first["items"] if item["expected"] == "(unreadable)"]
    still_open = {("re_0", "status"): "open", ("re_1", "missing_there"): "open",
                  (unreadable["refund_id"], "missing_here"): "open"}
    assert unreadable["refund_id"].startswith("(no id) ")
    assert kinds(first["items"]) == {**still_open, ("re_missing", "missing_here"): "resolved"}
    assert (first["matched"], first["recovered"], first["exceptions"]) == (1, 1, 3)
    assert kinds(reconcile(code=1)["items"]) == still_open


def seconds_ago(api, days):
    """As `make` wants them: noon in the source's time zone, so many days ago."""
    offset = datetime.timedelta(hours=HOURS_EAST[api.account.PROVIDER])
    local = datetime.datetime.now(datetime.timezone.utc) + offset - datetime.timedelta(days=days)
    noon = local.replace(hour=12, minute=0, second=0, microsecond=0)
    return int((noon - offset - BASE_TIME).total_seconds())


def test_yesterdays_run_looks_again_at_what_was_a_matter_of_time(
        api, make, told, installation, books):
    told([make(1, "pending", seconds=seconds_ago(api, 3))])
    api.account.refunds["re_1"]["status"] = WORDS[api.account.PROVIDER]["failed"]
    ask(installation, api)
    yesterday = ["reconcile", "--all", "--yesterday"]
    assert installation.refundctl_json(*yesterday)["runs"][0]["seen"] == 0
    books.execute("""
        WITH run AS (INSERT INTO reconciliation_runs (source, from_day, to_day, basis, state,
                            started_at, finished_at, started_by)
                     SELECT source, requested_at::date, requested_at::date, 'api', 'done', now(),
                            now(), 'me' FROM refunds
                     RETURNING run_id, source)
        INSERT INTO reconciliation_items (source, basis, refund_id, kind, expected, found,
               refund_at, state, first_run_id, last_run_id, detected_at)
        SELECT source, 'api', 're_1', 'timing', 'failed', 'pending',
               (SELECT requested_at FROM refunds), 'open', run_id, run_id, now()
          FROM run""")
    run, = installation.refundctl_json(*yesterday)["runs"]
    assert (run["seen"], run["recovered"]) == (1, 1)
    assert books.refund("re_1")["status"] == "failed"
    assert ("re_1", "timing", "resolved") in {
        (item["refund_id"], item["kind"], item["state"]) for item in run["items"]}


def test_a_day_that_was_missed_is_closed_with_the_next_one(api, make, told, installation, books):
    told([make(n, seconds=seconds_ago(api, n)) for n in (1, 2, 3)])
    ask(installation, api)
    close = ["reconcile", "--all", "--yesterday", "--close"]
    first, = installation.refundctl_json(*close)["runs"]
    assert len(first["days"]) == 1
    # As if it had been closed two days before, and the daily run had failed since.
    books.execute("DELETE FROM ledger_totals")
    books.execute("UPDATE ledger_days SET day = day - 2, ends_at = ends_at - interval '2 days', "
                  "starts_at = starts_at - interval '2 days'")
    run, = installation.refundctl_json(*close)["runs"]
    assert [day["closed"] for day in run["days"]] == [True, True]
    assert (run["seen"], run["to"]) == (2, first["to"])
    again, = installation.refundctl_json(*close)["runs"]
    assert [day["closed_before"] for day in again["days"]] == [True]


def test_every_source_with_a_key_has_its_turn(api, make, told, installation):
    told([make(1)])
    ask(installation, api)
    runs = installation.refundctl_json("reconcile", "--all", "--from", DAY, "--close")["runs"]
    assert [(run["source"], run["matched"], run["days"][0]["closed"]) for run in runs] == [
        (SOURCES[api.account.PROVIDER]["name"], 1, True)]
    yesterday, = installation.refundctl_json("reconcile", "--all", "--yesterday")["runs"]
    assert (yesterday["seen"], yesterday["items"]) == (0, [])
