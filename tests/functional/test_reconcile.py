"""`refundctl reconcile`: the provider's refunds against ours, from a statement file and from its
API, and the days of the ledger that are closed."""

import csv
import datetime
import io
import json
import signal
import subprocess

import psycopg
import pytest

from deadline import wait_until
from installation import BUILD, SOURCES
from senders import BASE_TIME

DAY = "2026-01-31"  # of all tests' events, which begin at 17:00 in Bangkok
STATEMENT = {
    "statement.refund_id": "Refund ID", "statement.charge_id": "Charge",
    "statement.amount": "Amount", "statement.currency": "Currency", "statement.status": "Status",
    "statement.created_at": "Created", "statement.amount_unit": "major",
    "statement.successful": ["closed", "succeeded"], "statement.failed": ["failed"],
    "statement.pending": ["pending"], "statement.canceled": ["canceled"]}
COLUMNS = ["Refund ID", "Charge", "Amount", "Currency", "Status", "Created", "Fee"]


@pytest.fixture(autouse=True)
def mapped(installation):
    """omise-th says how its statements are written, and everybody that his days are Bangkok's."""
    installation.configure(sources=[
        {**source, **(STATEMENT if source["name"] == "omise-th" else {})} for source in SOURCES])


def line(n, amount="250.00", currency="THB", status="closed", seconds=0, created=None):
    created = created or (BASE_TIME + datetime.timedelta(seconds=seconds, hours=7)).strftime(
        "%Y-%m-%d %H:%M:%S")
    return [f"rfnd_{n}", f"chrg_{n}", amount, currency, status, created, "0.00"]


@pytest.fixture
def statement(installation):
    """Writes the file and returns its path."""
    def write(*lines, name="statement.csv"):
        text = io.StringIO()
        csv.writer(text).writerows([COLUMNS, *lines])
        file = installation.folder / name
        file.write_text(text.getvalue())
        return file
    return write


@pytest.fixture
def reconcile(installation):
    """The one result of the command, as JSON. `code`: its exit code."""
    def run(*arguments, code=0, day=DAY, user="anna"):
        done = installation.refundctl("--output", "json", "reconcile", "--source", "omise-th",
                                      "--from", day, *map(str, arguments), code=code, user=user)
        result, = json.loads(done.stdout)["runs"]
        return result
    return run


@pytest.fixture
def held(client, omise):
    """Delivers refunds: {n: status}, of 250.00 THB each."""
    def deliver(statuses, seconds=0, **refund):
        client.deliver_all(*(
            omise.refund(f"evnt_{n}_{status}_{seconds}", "refund.create", f"rfnd_{n}",
                         status=status, seconds=seconds,
                         **{"charge": f"chrg_{n}", "order": f"order-{n}", "amount": 25000,
                            **refund})
            for n, status in statuses.items()))
    return deliver


def kinds(items, *states):
    return {(item["refund_id"], item["kind"]): item["state"] for item in items
            if not states or item["state"] in states}


def all_items(installation, *arguments):
    return installation.refundctl_json("reconcile", "items", *arguments)["items"]


# Ten discrepancies among refunds that agree.

MISTAKES = {
    ("rfnd_11", "missing_here"): "resolved", ("rfnd_12", "missing_here"): "resolved",
    ("rfnd_13", "missing_there"): "open", ("rfnd_14", "missing_there"): "open",
    ("rfnd_15", "amount"): "open", ("rfnd_16", "currency"): "open",
    ("rfnd_17", "status"): "resolved", ("rfnd_18", "status"): "resolved",
    ("rfnd_19", "status"): "open", ("rfnd_20", "status"): "open"}


@pytest.fixture
def ten_mistakes(held, statement, client, accounts):
    held({n: "closed" for n in [1, 2, 3, 13, 15, 16, 19]})
    held({4: "failed", 20: "failed"})
    held({n: "pending" for n in [5, 14, 17, 18]})
    # Neither another day nor another source belongs to it.
    held({30: "closed"}, seconds=86400)
    client.deliver(accounts.omise_old.refund("evnt_31", "refund.create", "rfnd_31",
                                             status="closed", charge="chrg_31"))
    return statement(
        line(1), line(2), line(3, created="2026-01-31T10:00:00Z"), line(4, status="failed"),
        line(5, status="pending"), line(11), line(12, status="pending"), line(15, "250.01"),
        line(16, "250.00", "USD"), line(17), line(18, status="canceled"),
        line(19, status="failed"), line(20, status="pending"), line(30, seconds=86400))


def test_each_of_ten_discrepancies_is_found_and_nothing_else_twice(
        reconcile, ten_mistakes, installation):
    first = reconcile("--statement", ten_mistakes, code=1)
    assert kinds(first["items"]) == MISTAKES
    assert (first["seen"], first["matched"], first["recovered"], first["exceptions"],
            first["timing"], first["outside"]) == (13, 5, 4, 6, 0, 1)
    items = all_items(installation)

    second = reconcile("--statement", ten_mistakes, code=1)
    assert second["run_id"] != first["run_id"]
    assert (second["seen"], second["matched"], second["recovered"], second["exceptions"]) == (
        13, 9, 0, 6)
    assert kinds(second["items"]) == {key: state for key, state in MISTAKES.items()
                                      if state == "open"}
    unchanged = [{**item, "last_run_id": 0} for item in items]
    assert [{**item, "last_run_id": 0} for item in all_items(installation)] == unchanged


def test_what_is_missing_or_older_here_is_recovered_with_evidence(
        reconcile, ten_mistakes, books, installation):
    reconcile("--statement", ten_mistakes, code=1)
    statuses = {n: books.refund(f"rfnd_{n}")["status"] for n in [11, 12, 17, 18]}
    assert statuses == {11: "successful", 12: "pending", 17: "successful", 18: "canceled"}
    assert books.refund("rfnd_11")["amount_minor"] == 25000
    assert books.refund("rfnd_11")["requested_at"] == BASE_TIME
    entry = books.audit("rfnd_17")[-1]
    assert (entry["evidence"], entry["user_id"], entry["status_after"]) == (
        "statement", "anna", "successful")
    event = books.event(entry["event_id"])
    assert (event["event_type"], event["verdict"]) == ("statement.line", "applied")
    resolution, = {item["resolution"] for item in all_items(installation)
                   if item["refund_id"] == "rfnd_17"}
    assert resolution == f"recovered by {entry['event_id']}"
    # Money and an outcome of which the later one is not known wait for a person.
    for n, status in {15: "successful", 16: "successful", 19: "successful", 20: "failed"}.items():
        assert books.refund(f"rfnd_{n}")["status"] == status
        assert len(books.audit(f"rfnd_{n}")) == 1


def test_a_clean_day(reconcile, held, statement):
    held({1: "closed"})
    result = reconcile("--statement", statement(line(1)))
    assert (result["matched"], result["items"]) == (1, [])


def test_what_a_later_run_no_longer_finds_is_resolved(reconcile, held, statement, installation):
    held({1: "closed", 2: "closed"})
    reconcile("--statement", statement(line(1, "250.01")), code=1)
    reconcile("--statement", statement(line(1), line(2)))
    items = all_items(installation)
    assert kinds(items) == {("rfnd_1", "amount"): "resolved",
                            ("rfnd_2", "missing_there"): "resolved"}
    assert {(item["resolved_by"], item["resolution"]) for item in items} == {
        ("refundd", "no longer found")}


def test_another_days_items_are_left_alone(reconcile, held, statement, installation):
    held({1: "closed"})
    held({2: "closed"}, seconds=86400)
    reconcile("--statement", statement(line(1, "250.01")), code=1)
    reconcile("--statement", statement(line(2, seconds=86400)), day="2026-02-01")
    assert kinds(all_items(installation)) == {("rfnd_1", "amount"): "open"}


def test_young_differences_are_a_matter_of_time(reconcile, held, statement):
    now = datetime.datetime.now(datetime.timezone.utc)
    seconds = int((now - BASE_TIME).total_seconds())
    held({1: "closed", 2: "closed"}, seconds=seconds)
    result = reconcile("--statement", statement(line(1, status="pending", seconds=seconds)),
                       day=(now + datetime.timedelta(hours=7)).strftime("%Y-%m-%d"))
    assert kinds(result["items"]) == {("rfnd_1", "timing"): "open", ("rfnd_2", "timing"): "open"}
    assert (result["exceptions"], result["timing"]) == (0, 2)
    result = reconcile("--statement", statement(line(1, status="pending", seconds=seconds)),
                       "--timing-tolerance-hours", 0, code=1,
                       day=(now + datetime.timedelta(hours=7)).strftime("%Y-%m-%d"))
    assert kinds(result["items"], "open") == {("rfnd_1", "status"): "open",
                                              ("rfnd_2", "missing_there"): "open"}


# Accepting.

def test_what_is_accepted_is_not_reported_again_while_it_stays_the_same(
        reconcile, held, statement, installation, books):
    held({1: "closed"})
    item, = reconcile("--statement", statement(line(1, "250.01")), code=1)["items"]
    accepted, = installation.refundctl_json(
        "reconcile", "accept", str(item["item_id"]), "--reason", "店長が承認")["items"]
    assert accepted["state"] == "accepted"
    assert reconcile("--statement", statement(line(1, "250.01")))["items"] == []
    assert all_items(installation, "--open") == []

    again, = reconcile("--statement", statement(line(1, "250.02")), code=1)["items"]
    assert (again["state"], again["expected"], again["found"]) == (
        "open", "250.02 THB", "250.00 THB")
    assert books.value("SELECT resolution FROM reconciliation_items WHERE state = 'accepted'") == (
        "店長が承認")


def test_an_item_is_accepted_once(reconcile, held, statement, installation):
    held({1: "closed"})
    item, = reconcile("--statement", statement(line(1, "250.01")), code=1)["items"]
    accept = ["reconcile", "accept", str(item["item_id"]), "--reason"]
    installation.refundctl(*accept, "checked", user="anna")
    said = installation.refundctl(*accept, "again", user="bob", code=1).stderr
    assert "was accepted before, by anna: checked" in said
    assert "there is no item 77" in installation.refundctl(
        "reconcile", "accept", "77", "--reason", "x", code=1).stderr


# What is printed.

def test_the_items_as_csv_and_as_a_table(held, statement, installation):
    held({1: "closed"})
    file = statement(line(1, "1250.01"))
    command = ["reconcile", "--source", "omise-th", "--from", DAY, "--statement", str(file)]
    rows = list(csv.DictReader(io.StringIO(
        installation.refundctl(*command, "--output", "csv", code=1).stdout)))
    assert [(row["refund_id"], row["kind"], row["expected"], row["found"], row["amount_minor"])
            for row in rows] == [("rfnd_1", "amount", "1,250.01 THB", "250.00 THB", "125001")]
    table = installation.refundctl(*command, code=1).stdout
    assert "1 listed, 0 matched, 0 recovered, 1 exceptions, 0 a matter of time" in table
    assert "rfnd_1" in table
    items = installation.refundctl("reconcile", "items", "--output", "csv").stdout
    assert [row["item_id"] for row in csv.DictReader(io.StringIO(items))] == ["1"]


def test_all_mistakes_of_a_statement_are_named_and_nothing_is_done(
        statement, installation, books):
    file = statement(line(1), line(2, "250"), line(3, currency="XXY"), line(4, status="gone"),
                     line(5, created="yesterday"), line(1), ["rfnd_6"])
    said = installation.refundctl("reconcile", "--source", "omise-th", "--from", DAY,
                                  "--statement", str(file), code=1).stderr
    for mistake in ["line 3, Amount: must be an amount greater than zero with 2 decimal places",
                    "line 4, Currency", 'line 5, Status: "gone"', "line 6, Created",
                    "line 7, Refund ID: the refund also stands on line 2", "line 8: has 1 fields"]:
        assert mistake in said, said
    assert books.count("reconciliation_runs") == books.count("refunds") == 0


@pytest.mark.parametrize("arguments", [
    [], ["--source", "omise-th"], ["--source", "omise-th", "--from", "31.01.2026"],
    ["--source", "omise-th", "--from", DAY], ["--source", "nobody", "--from", DAY],
    ["--source", "omise-th", "--all", "--from", DAY],
    ["--source", "omise-th", "--from", DAY, "--yesterday"],
    ["--all", "--yesterday", "--statement", "x.csv"],
    ["--source", "payjp-jp", "--from", DAY, "--statement", "x.csv"],
    ["--source", "omise-th", "--from", DAY, "--to", "2026-01-30", "--statement", "STATEMENT"],
    ["--source", "omise-th", "--from", "2999-01-01", "--statement", "STATEMENT"],
    ["--source", "omise-th", "--from", DAY, "--to", "2999-01-01", "--statement", "STATEMENT"],
    ["accept", "1"], ["accept", "--reason", "x"], ["accept", "1", "--reason", " "]])
def test_wrong_usage(installation, statement, arguments):
    file = str(statement(line(1)))
    installation.refundctl("reconcile", *(file if each == "STATEMENT" else each
                                          for each in arguments), code=2)


# Interruption.

@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_run_goes_on(reconcile, statement, installation, books, sign):
    file = statement(*(line(n) for n in range(1000, 2300)))
    command = [BUILD / "refundctl", "--config", installation.config_file, "reconcile", "--source",
               "omise-th", "--from", DAY, "--statement", file]
    # The second page of 500 waits for whoever has the row of its last refund.
    with psycopg.connect(books.url, options="-c search_path=refundd") as blocker:
        blocker.execute("INSERT INTO reconciliation_seen VALUES (1, 'rfnd_1999')")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(books.waiting_for_lock, what="the run waits in its second page")
        process.send_signal(sign)
        process.wait(20)
        blocker.rollback()
    assert books.value("SELECT state FROM reconciliation_runs") == "running"
    assert books.value("SELECT seen_count FROM reconciliation_runs") == 500

    result = reconcile("--statement", file)
    assert (result["run_id"], result["continued"]) == (1, True)
    assert result["seen"] == 1300
    assert kinds(result["items"]) == {(f"rfnd_{n}", "missing_here"): "resolved"
                                      for n in range(1000, 2300)}
    assert books.count("refunds") == books.count("refund_audit") == 1300
    assert books.count("reconciliation_seen") == 0
    assert not reconcile("--statement", file)["continued"]


# Closing.

def test_a_closed_day_stays_the_same(reconcile, held, statement, books):
    held({1: "closed", 2: "pending"})
    file = statement(line(1), line(2, status="pending"))
    first, = reconcile("--statement", file, "--close")["days"]
    assert (first["closed"], first["closed_before"], first["day"]) == (True, False, DAY)
    assert (first["starts_at"], first["ends_at"]) == ("2026-01-30T17:00:00Z",
                                                      "2026-01-31T17:00:00Z")
    assert first["entry_count"] == 2
    assert [(total["status"], total["entered_count"], total["entered_minor"])
            for total in first["totals"]] == [("pending", 1, "25000"), ("successful", 1, "25000")]
    sealed = books.rows("SELECT * FROM ledger_days")

    held({2: "failed"}, seconds=60)
    again, = reconcile("--statement", statement(line(1), line(2, status="failed")),
                       "--close")["days"]
    assert again == {**first, "closed_before": True}
    assert books.rows("SELECT * FROM ledger_days") == sealed

    held({3: "closed"}, seconds=86400)
    following, = reconcile("--statement", statement(line(3, seconds=86400)), "--close",
                           day="2026-02-01")["days"]
    assert [(fact["refund_id"], fact["refers_to_day"]) for fact in following["late_facts"]] == [
        ("rfnd_2", DAY)]
    assert following["previous_sha256"] == first["day_sha256"]
    assert {(total["status"], total["entered_count"], total["left_count"])
            for total in following["totals"]} == {("failed", 1, 0), ("pending", 0, 1),
                                                  ("successful", 1, 0)}


def test_a_day_that_is_not_over_is_not_closed(reconcile, statement):
    today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=7)).date()
    refused, = reconcile("--statement", statement(line(1)), "--close", day=str(today),
                         code=1)["days"]
    assert refused["closed"] is False and "is not over" in refused["reason"]


def test_a_corrected_amount_leaves_as_it_had_entered(reconcile, held, statement, books):
    held({1: "pending"})
    held({1: "closed"}, seconds=60, amount=24000)
    day, = reconcile("--statement", statement(line(1, "240.00")), "--close")["days"]
    assert [(total["status"], total["entered_minor"], total["left_minor"])
            for total in day["totals"]] == [("pending", "25000", "25000"),
                                            ("successful", "24000", "0")]
    assert books.rows("SELECT status, sum(amount_minor) AS sum FROM finance_daily_ledger "
                      "GROUP BY status ORDER BY status") == [
        {"status": "pending", "sum": 0}, {"status": "successful", "sum": 24000}]


def test_a_day_is_closed_with_its_exceptions(reconcile, held, statement):
    held({1: "closed"})
    day, = reconcile("--statement", statement(line(1, "250.01")), "--close", code=1)["days"]
    assert (day["closed"], day["exception_count"]) == (True, 1)


def test_days_are_closed_in_their_order(reconcile, held, statement, installation):
    held({1: "closed"})
    file = statement(line(1))
    reconcile("--statement", file, "--close")
    for day, reason in [("2026-02-02", "2026-02-02 cannot be closed before 2026-02-01"),
                        ("2026-01-30", "2026-01-30 cannot be closed after 2026-01-31, which is")]:
        refused, = reconcile("--statement", file, "--close", day=day, code=1)["days"]
        assert refused == {"closed": False, "reason": reason}


@pytest.mark.parametrize("edit, reason", [
    ("UPDATE refund_audit SET entry_hash = sha256('x')", "audit entries are not those of then"),
    ("DELETE FROM refund_audit", "audit entries are not those of then"),
    ("UPDATE refund_audit SET amount_minor = 1", "was edited"),
    ("UPDATE ledger_days SET closed_by = 'nobody'", "was edited"),
    ("UPDATE ledger_totals SET entered_minor = 1", "was edited")])
def test_a_closed_day_that_was_edited_shows(reconcile, held, statement, books, edit, reason):
    held({1: "closed"})
    file = statement(line(1))
    reconcile("--statement", file, "--close")
    books.execute(edit)
    refused, = reconcile("--statement", file, "--close", code=1)["days"]
    assert reason in refused["reason"]
