"""State is a function of evidence: `rebuild --verify` folds every stored event again and finds
whatever a hand has changed."""

import json

import pytest

from deadline import wait_until
from shop import failed, started, successful


@pytest.fixture
def verify(installation):
    """The report, and that it ends as it must."""
    def run(*arguments, clean):
        done = installation.refundctl("--output", "json", "rebuild", "--verify", *arguments,
                                      code=0 if clean else 1)
        report = json.loads(done.stdout)
        assert (report["differences"] == []) is clean
        return report
    return run


def forget(books, event_id):
    """As an erasure does."""
    books.execute("DELETE FROM webhook_payloads WHERE event_id = %s", event_id)
    books.execute("INSERT INTO erased_payloads SELECT source, event_id FROM webhook_events "
                  "WHERE event_id = %s", event_id)


def found(report):
    return {(each["table"], each["key"], each["column"]): (each["stored"], each["folded"])
            for each in report["differences"]}


@pytest.fixture
def orders_file(installation, tmp_path):
    def write(content):
        file = tmp_path / "orders.csv"
        file.write_text(content)
        installation.refundctl("orders", "import", str(file))
    return write


@pytest.fixture
def history(client, omise, payjp, accounts, orders_file):
    """Every kind of event: applied, repeated, stale, reversed, unsupported, quarantined, late."""
    orders_file("source,order_id,charge_id,total_minor,currency,customer_locale,customer_email\n"
                "omise-th,order-7,chrg_7,50000,THB,,a@mail.example\n"
                "omise-th,order-8,,50000,THB,,\n")
    client.deliver_all(
        omise.charge("evnt_1", "chrg_1", amount=50000, order="order-1"),
        started(omise, 1), successful(omise, 1), successful(omise, 1),
        successful(omise, 2, seconds=60), failed(omise, 2, event="fail", seconds=120),
        started(omise, 2, event="old", seconds=1),
        successful(omise, 3, amount="much"),
        omise.refund("evnt_word", "refund.create", "rfnd_1", status="wondrous", seconds=500,
                     charge="chrg_1"),
        omise.refund("evnt_7", "refund.success", "rfnd_7", charge="chrg_7", amount=50000,
                     reason="broken", metadata={"note": "it's 壊れた"}),
        payjp.flow("evt_1", "pfw_1", order="order-9"),
        payjp.refund("evt_2", "re_1", "succeeded", flow="pfw_1"),
        payjp.event("evt_3", "customer.created", {"object": "customer", "id": "cus_1"}),
        accounts.omise_old.refund("evnt_9", "refund.create", "rfnd_9", status=None))
    client.deliver(successful(omise, 4), signed_at=1)


def test_untouched_tables_are_what_the_events_say(verify, books, history):
    before = {table: books.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
              for table in ("refunds", "charges", "orders", "webhook_events", "outbox_messages")}
    report = verify(clean=True)
    assert report["events_folded"] == books.count(
        "webhook_events", "verdict IN ('applied', 'unchanged', 'stale', 'unsupported')")
    assert (report["events_gone"], report["events_unreadable"]) == (0, 0)
    assert report["compared"] == {"refunds": books.count("refunds"),
                                  "charges": books.count("charges"),
                                  "orders": books.count("orders")}
    assert report["not_verifiable"] == {"refunds": 0, "charges": 0, "orders": 0}
    assert before == {table: books.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
                      for table in before}
    wait_until(lambda: books.count("pg_class", "relname = 'stored_refunds'") == 0,
               what="nothing is left behind")


@pytest.mark.parametrize("change, table, key, column, stored, folded", [
    ("UPDATE refunds SET status = 'failed' WHERE refund_id = 'rfnd_1'",
     "refunds", "rfnd_1", "status", "failed", "successful"),
    ("UPDATE refunds SET amount_minor = 1 WHERE refund_id = 'rfnd_1'",
     "refunds", "rfnd_1", "amount_minor", "1", "25000"),
    ("UPDATE refunds SET metadata = '{}' WHERE refund_id = 'rfnd_7'",
     "refunds", "rfnd_7", "metadata", "{}", '{"note": "it\'s 壊れた"}'),
    ("UPDATE refunds SET failure_code = NULL WHERE refund_id = 'rfnd_2'",
     "refunds", "rfnd_2", "failure_code", None, "account_closed"),
    ("UPDATE refunds SET episode = 1 WHERE refund_id = 'rfnd_2'",
     "refunds", "rfnd_2", "episode", "1", "2"),
    ("UPDATE refunds SET last_event_id = 'evnt_start_1' WHERE refund_id = 'rfnd_1'",
     "refunds", "rfnd_1", "last_event_id", "evnt_start_1", "evnt_end_1"),
    ("DELETE FROM refunds WHERE refund_id = 're_1'", "refunds", "re_1", "(row)", "missing", "there"),
    ("""INSERT INTO refunds SELECT (r).* FROM (SELECT jsonb_populate_record(f, '{"refund_id": "x"}') r
        FROM refunds f WHERE refund_id = 're_1') n""",
     "refunds", "x", "(row)", "there", "missing"),
    ("UPDATE charges SET amount_minor = 99 WHERE charge_id = 'chrg_1'",
     "charges", "chrg_1", "amount_minor", "99", "50000"),
    ("UPDATE charges SET order_id = 'order-9' WHERE charge_id = 'chrg_7'",
     "charges", "chrg_7", "order_id", "order-9", "order-7"),
    ("UPDATE orders SET refunded_minor = 0 WHERE order_id = 'order-1'",
     "orders", "order-1", "refunded_minor", "0", "25000"),
    ("DELETE FROM orders WHERE order_id = 'order-9'",
     "orders", "order-9", "(row)", "missing", "there"),
    ("UPDATE webhook_payloads SET body = replace(encode(body, 'escape'), '25000', '1')::bytea "
     "WHERE event_id = 'evnt_end_1'",
     "webhook_payloads", "evnt_end_1", "body", "other bytes than were received", ...),
    ("DELETE FROM webhook_payloads WHERE event_id = 'evnt_end_1'",
     "webhook_payloads", "evnt_end_1", "(row)", "missing", "there"),
])
def test_a_row_edited_by_hand_is_found(verify, books, history, change, table, key, column, stored,
                                       folded):
    books.execute(change)
    differences = found(verify(clean=False))
    assert list(differences) == [(table, key, column)]
    was, should = differences[table, key, column]
    assert was == stored
    assert folded is ... or should == folded


def test_a_table_names_what_differs(installation, books, history):
    books.execute("UPDATE refunds SET status = 'failed' WHERE refund_id = 'rfnd_1'")
    printed = installation.refundctl("rebuild", "--verify", code=1).stdout
    line = next(line for line in printed.splitlines() if line.startswith("refunds "))
    assert line.split() == ["refunds", "omise-th", "rfnd_1", "status", "failed", "successful"]


def test_one_source_alone(verify, installation, books, history):
    books.execute("UPDATE refunds SET amount_minor = 1 WHERE refund_id = 're_1'")
    report = verify("--source", "omise-th", clean=True)
    assert report["compared"]["refunds"] == books.count("refunds", "source = 'omise-th'")
    verify("--source", "payjp-jp", clean=False)
    assert "nobody" in installation.refundctl("rebuild", "--verify", "--source", "nobody",
                                              code=2).stderr


def test_what_has_lost_its_events_bytes_is_counted_and_no_difference(verify, books, history):
    forget(books, "evnt_end_1")
    books.execute("UPDATE refunds SET status = 'failed' WHERE refund_id = 'rfnd_1'")
    report = verify(clean=True)
    assert report["events_gone"] == 1
    assert report["not_verifiable"] == {"refunds": 1, "charges": 1, "orders": 1}
    books.execute("UPDATE refunds SET status = 'pending' WHERE refund_id = 'rfnd_7'")
    assert list(found(verify(clean=False))) == [("refunds", "rfnd_7", "status")]


def test_a_lost_charge_does_not_hide_its_refund(verify, books, history):
    forget(books, "evt_1")
    report = verify(clean=True)
    assert report["not_verifiable"] == {"refunds": 0, "charges": 1, "orders": 1}
    books.execute("UPDATE refunds SET status = 'failed' WHERE refund_id = 're_1'")
    assert list(found(verify(clean=False))) == [("refunds", "re_1", "status")]


def test_a_source_that_is_gone_from_the_configuration(installation, history):
    installation.configure(sources=[
        {"name": "omise-th", "provider": "omise", "webhook_secret_files": ["omise-secret"]}])
    report = installation.refundctl_json("rebuild", "--verify", code=1)
    assert report["differences"] == []
    assert report["events_unreadable"] > 0
    assert report["not_verifiable"]["refunds"] == 2  # of payjp-jp and of omise-old


def test_an_event_that_came_late_and_then_in_time(verify, client, omise):
    event = successful(omise, 1)
    client.deliver(event, signed_at=1)
    client.deliver(event)
    verify(clean=True)


def test_a_conflicting_duplicate_is_not_folded(verify, client, omise):
    client.deliver_all(successful(omise, 1), successful(omise, 1, amount=1))
    assert verify(clean=True)["events_folded"] == 1


def test_an_order_of_another_time_is_imported_again(verify, orders_file, client, omise):
    client.deliver(omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", seconds=60))
    orders_file("order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n"
                "order-1,omise-th,chrg_1,THB,10000,,\n")
    orders_file("order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n"
                "order-2,omise-th,chrg_1,THB,10000,,\n")
    verify(clean=True)


def test_rebuild_only_verifies(installation):
    installation.refundctl("rebuild", code=2)

