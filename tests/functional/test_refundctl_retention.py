"""What may be forgotten and what may not: `prune`, `hold`, `erase-customer`."""

import hashlib
import json

import pytest

from shop import started, successful

REASON = ["--reason", "five years are over"]


@pytest.fixture
def refundctl(installation):
    """Runs refundctl with JSON as this user; where it fails, what it says."""
    def run(*arguments, code=0, user="anna"):
        done = installation.refundctl("--output", "json", *arguments, code=code, user=user)
        return json.loads(done.stdout) if code == 0 else done.stderr
    return run


def move_to_month(books, month, *event_ids):
    """As if these events had come in that month of 2020."""
    first = f"2020-{month:02}-01T00:00:00Z"
    end = f"2020-{month + 1:02}-01T00:00:00Z"
    table = f"webhook_payloads_2020_{month:02}"
    if not books.value("SELECT to_regclass(%s) IS NOT NULL", table):
        books.execute(f"""CREATE TABLE {table} PARTITION OF webhook_payloads
                          FOR VALUES FROM ('{first}') TO ('{end}')""")
        books.execute(f"ALTER TABLE {table} OWNER TO refundd_app")
    for event_id in event_ids:
        for target in ("webhook_payloads", "webhook_events"):
            books.execute(f"UPDATE {target} SET received_at = '{first}'::timestamptz WHERE event_id = %s",
                          event_id)


@pytest.fixture
def years(client, omise, books):
    """Refund 1 of January, refund 2 of February 2020 with its charge in January, refund 3 of now."""
    client.deliver_all(
        omise.charge("evnt_charge_2", "chrg_2", order="order-2"),
        *(each(omise, n) for n in (1, 2, 3) for each in (started, successful)))
    move_to_month(books, 1, "evnt_start_1", "evnt_end_1", "evnt_charge_2")
    move_to_month(books, 2, "evnt_start_2", "evnt_end_2")


def tables(report):
    return {each["table"]: (each["dropped"], each["kept"]) for each in report["tables"]}


def kept(books):
    return {row["event_id"] for row in books.rows("SELECT event_id FROM webhook_payloads")}


JANUARY, FEBRUARY = "webhook_payloads_2020_01", "webhook_payloads_2020_02"


def test_nothing_happens_without_apply(refundctl, installation, books, years):
    report = refundctl("prune", "--payloads-before", "2020-03-01")
    assert tables(report) == {JANUARY: (3, 0), FEBRUARY: (2, 0)}
    assert report["applied"] is False
    assert "nothing was dropped" in installation.refundctl(
        "prune", "--payloads-before", "2020-03-01").stdout
    assert books.count("webhook_payloads") == 7
    assert books.count("retention_log") == 0


def test_whole_months_are_dropped(refundctl, books, years):
    before = books.rows("SELECT * FROM webhook_events ORDER BY event_id")
    report = refundctl("prune", "--payloads-before", "2020-02-29", "--apply", *REASON)
    assert tables(report) == {JANUARY: (3, 0)}
    assert books.value("SELECT to_regclass(%s)", JANUARY) is None
    assert kept(books) == {"evnt_start_2", "evnt_end_2", "evnt_start_3", "evnt_end_3"}
    assert before == books.rows("SELECT * FROM webhook_events ORDER BY event_id")
    row = books.row("SELECT * FROM retention_log")
    assert (row["action"], row["user_id"], row["reason"]) == ("prune", "anna", REASON[1])
    assert (row["details"]["table"], row["details"]["dropped"]) == (JANUARY, 3)
    assert tables(refundctl("prune", "--payloads-before", "2020-02-29")) == {}


def test_only_our_own_months_are_dropped(refundctl, books, years):
    """A partition under another name, or of another schema."""
    books.execute(f"ALTER TABLE {JANUARY} RENAME TO january")
    books.execute("CREATE SCHEMA elsewhere")
    books.execute(f"ALTER TABLE {FEBRUARY} SET SCHEMA elsewhere")
    report = refundctl("prune", "--payloads-before", "2020-03-01", "--apply", *REASON)
    assert tables(report) == {}
    assert books.count("webhook_payloads") == 7


def test_bytes_of_a_month_that_was_not_pruned_are_missed(refundctl, books, years):
    refundctl("prune", "--payloads-before", "2020-02-01", "--apply", *REASON)
    refundctl("rebuild", "--verify")
    books.execute("DELETE FROM webhook_payloads WHERE event_id = 'evnt_end_2'")
    refundctl("rebuild", "--verify", code=1)


def test_a_dropped_event_is_still_a_duplicate(refundctl, installation, client, omise, years):
    refundctl("prune", "--payloads-before", "2020-03-01", "--apply", *REASON)
    assert client.deliver(successful(omise, 1)).verdict == "duplicate"
    assert refundctl("events", "show", "evnt_end_1")["events"][0]["payloads"] == []
    report = refundctl("rebuild", "--verify")
    assert report["not_verifiable"]["refunds"] == 2
    assert report["compared"]["refunds"] == 1
    refundctl("audit", "verify")


def test_rows_without_a_month_are_deleted(refundctl, books, years):
    books.execute("UPDATE webhook_payloads SET received_at = '2019-05-05Z' "
                  "WHERE event_id = 'evnt_end_3'")
    assert books.count("webhook_payloads_default") == 1
    report = refundctl("prune", "--payloads-before", "2020-01-01", "--apply", *REASON)
    assert tables(report) == {"webhook_payloads_default": (1, 0)}
    assert books.count("webhook_payloads_default") == 0


def test_a_held_refund_keeps_its_bytes(refundctl, books, years):
    refundctl("hold", "add", "--refund", "rfnd_2", "--source", "omise-th", "--reason", "court")
    report = refundctl("prune", "--payloads-before", "2020-03-01", "--apply", *REASON)
    assert tables(report) == {JANUARY: (2, 1), FEBRUARY: (0, 2)}
    held = {row["event_id"] for row in books.rows("SELECT event_id FROM held_payloads")}
    assert held == {"evnt_charge_2", "evnt_start_2", "evnt_end_2"}
    report = refundctl("rebuild", "--verify")
    assert report["not_verifiable"]["refunds"] == 1, "what is held can still be folded"
    assert len(refundctl("events", "show", "evnt_end_2")["events"][0]["payloads"]) == 1
    step, = refundctl("events", "replay", "evnt_end_2")["events"]
    assert "took effect" in step["why"], "its bytes are there"

    assert tables(refundctl("prune", "--payloads-before", "2020-03-01")) == {}
    refundctl("hold", "release", "--refund", "rfnd_2", "--source", "omise-th", "--reason", "over")
    report = refundctl("prune", "--payloads-before", "2020-03-01", "--apply", *REASON)
    assert tables(report) == {"held_payloads": (3, 0)}
    assert books.count("held_payloads") == 0


def test_a_held_order_keeps_what_was_set_aside(refundctl, client, omise, books, years):
    """An event of its charge, by a refund that is not in the books."""
    client.deliver(successful(omise, 5, charge="chrg_2"), signed_at=1)
    move_to_month(books, 1, "evnt_end_5")
    refundctl("hold", "add", "--order", "order-2", "--reason", "court")
    report = refundctl("prune", "--payloads-before", "2020-02-01", "--apply", *REASON)
    assert tables(report) == {JANUARY: (2, 2)}
    assert books.count("held_payloads", "event_id = 'evnt_end_5'") == 1


def test_a_held_order_keeps_all_that_belongs_to_it(refundctl, books, years):
    refundctl("hold", "add", "--order", "order-2", "--reason", "court")
    report = refundctl("prune", "--payloads-before", "2020-03-01", "--apply", *REASON)
    assert tables(report) == {JANUARY: (2, 1), FEBRUARY: (0, 2)}


def test_holds_are_listed_with_who_and_why(refundctl, installation, books, years):
    of_refund = ["--refund", "rfnd_1", "--source", "omise-th"]
    refundctl("hold", "add", *of_refund, "--reason", "裁判", user="花子")
    refundctl("hold", "add", "--order", "order-3", "--reason", "audit")
    assert "is held already" in refundctl("hold", "add", *of_refund, "--reason", "x", code=1)
    order, refund = refundctl("hold", "list")["holds"]
    assert (refund["refund_id"], refund["held_by"], refund["reason"]) == ("rfnd_1", "花子", "裁判")
    assert (order["order_id"], order["source"]) == ("order-3", None)

    refundctl("hold", "release", *of_refund, "--reason", "settled", user="bob")
    assert "is not held" in refundctl("hold", "release", *of_refund, "--reason", "x", code=1)
    assert [each["order_id"] for each in refundctl("hold", "list")["holds"]] == ["order-3"]
    released = refundctl("hold", "list", "--all")["holds"][1]
    assert (released["released_by"], released["release_reason"]) == ("bob", "settled")
    assert "settled" in installation.refundctl("hold", "list", "--all").stdout
    assert [row["action"] for row in books.rows("SELECT action FROM retention_log ORDER BY entry_id")
            ] == ["hold", "hold", "release"]
    refundctl("hold", "add", *of_refund, "--reason", "appeal")


def test_a_hold_on_what_is_not_here_is_refused(refundctl):
    assert "is not known here" in refundctl("hold", "add", "--order", "order-1", "--reason", "x",
                                            code=1)


# erase-customer.

ADDRESS = "hana@mail.example"
ERASE = ["erase-customer", "--email", "Hana@mail.example", "--ticket", "T-1", "--reason", "asked"]


@pytest.fixture
def customers(installation, client, omise, tmp_path):
    """Orders 1 and 2 are hers, order 3 is another's."""
    file = tmp_path / "orders.csv"
    file.write_text("order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n"
                    f"order-1,omise-th,chrg_1,THB,90000,{ADDRESS},ja\n"
                    f"order-2,omise-th,chrg_2,THB,90000,HANA@mail.example,\n"
                    "order-3,omise-th,chrg_3,THB,90000,ken@mail.example,ja\n")
    installation.refundctl("orders", "import", str(file))
    client.deliver_all(*(each(omise, n, metadata={"name": "Hana"})
                         for n in (1, 2, 3) for each in (started, successful)))


def whole_database(books):
    """Every row of every table as text, the bodies as they came."""
    names = [row["name"] for row in books.rows(
        """SELECT relname AS name FROM pg_class
            WHERE relnamespace = 'refundd'::regnamespace AND relkind = 'r'""")]
    return "".join(row["text"] for name in names for row in books.rows(
        f"SELECT t::text AS text FROM {name} t")) + "".join(
        bytes(row["body"]).decode() for row in books.rows("SELECT body FROM webhook_payloads"))


def test_a_person_is_forgotten_and_the_money_is_not(refundctl, books, customers):
    before = books.rows("SELECT status, amount_minor, order_id, audit_hash FROM refunds ORDER BY 3")
    report = refundctl(*ERASE, "--apply")
    assert (report["orders"], report["refunds"], report["held_orders"]) == (2, 2, [])
    assert report["payloads"] == 6  # two events and a line of the order file each
    text = whole_database(books).lower()
    assert "hana@" not in text
    assert text.count("hana") == 2 + 1, "the third refund's two bodies and its metadata stay"
    assert "ken@mail.example" in text
    assert before == books.rows(
        "SELECT status, amount_minor, order_id, audit_hash FROM refunds ORDER BY 3")
    refundctl("audit", "verify")
    assert refundctl("rebuild", "--verify")["not_verifiable"]["refunds"] == 2
    row = books.row("SELECT * FROM retention_log")
    assert (row["action"], row["user_id"], row["reason"]) == ("erase", "anna", "asked")
    assert row["details"]["emailSha256"] == hashlib.sha256(ADDRESS.encode()).hexdigest()
    assert row["details"]["ticket"] == "T-1"
    assert row["details"]["orderKeys"] == [["order-1", True], ["order-2", True]]


def test_what_was_set_aside_is_forgotten_too(refundctl, client, omise, books, customers):
    late = successful(omise, 5, charge="chrg_1", metadata={"name": "Hana"})
    assert client.deliver(late, signed_at=1).verdict == "late"
    assert refundctl(*ERASE, "--apply")["payloads"] == 7
    assert "hana" not in "".join(
        bytes(row["body"]).decode().lower()
        for row in books.rows("SELECT body FROM webhook_payloads WHERE event_id = 'evnt_end_5'"))


def test_a_person_is_no_longer_written_to(refundctl, books, customers):
    books.execute("UPDATE outbox_messages SET last_error = '550 hana@mail.example unknown'")
    others = "SELECT * FROM outbox_messages WHERE audience <> 'customer' OR refund_id = 'rfnd_3' "
    before = books.rows(others + "ORDER BY message_id")
    hers = books.count("outbox_messages", "audience = 'customer' AND refund_id <> 'rfnd_3'")
    assert hers and refundctl(*ERASE, "--apply")["messages"] == hers
    assert books.count("outbox_messages", "audience = 'customer' AND refund_id <> 'rfnd_3' AND"
                       " last_error = 'erased' AND state <> 'pending'") == hers
    assert before == books.rows(others + "ORDER BY message_id")


def test_nobody_has_the_address(refundctl, customers):
    assert "no order's customer has this address" in refundctl(
        "erase-customer", "--email", "na@mail.example", "--ticket", "T-1", "--reason", "x", code=1)


def test_a_person_is_forgotten_again(refundctl, client, books, omise, customers):
    refundctl(*ERASE, "--apply")
    client.deliver(successful(omise, 1, event="later", seconds=999, metadata={"name": "Hana"}))
    books.execute("UPDATE orders SET customer_email = 'new@mail.example' WHERE order_id = 'order-2'")
    report = refundctl(*ERASE, "--apply")
    assert (report["orders"], report["payloads"]) == (1, 1)
    assert books.refund("rfnd_1")["metadata"] is None
    assert books.order("order-2")["customer_email"] == "new@mail.example"


def test_order_files_that_name_the_person_are_forgotten(refundctl, installation, books, customers,
                                                        tmp_path):
    """Charge 1 belongs to another's order by now, and order 3 was hers for a while."""
    file = tmp_path / "later.csv"
    for line in ["order-9,omise-th,chrg_1,THB,90000,,", "order-3,omise-th,chrg_3,THB,90000,"
                 '"hana@mail.example",ja', "order-3,omise-th,chrg_3,THB,90000,ken@mail.example,ja",
                 "order-4,omise-th,chrg_4,THB,90000,johana@mail.example,"]:
        file.write_text("order_id,source,charge_id,currency,total_minor,customer_email,"
                        f"customer_locale\n{line}\n")
        installation.refundctl("orders", "import", str(file))
    refundctl(*ERASE, "--apply")
    left = [bytes(row["body"]).decode() for row in books.rows(
        """SELECT body FROM webhook_payloads JOIN webhook_events USING (source, event_id)
            WHERE event_type = 'order.imported'""")]
    assert not [line for line in left if ADDRESS in line.lower() and "johana" not in line]
    assert not [line for line in left if line.startswith(("order-1,", "order-2,"))]
    assert [line for line in left if "johana" in line] and [line for line in left if "ken@" in line]


def test_a_hold_keeps_what_a_charge_shares(refundctl, installation, client, books, omise,
                                           customers):
    """Refund 9 is of order 2's charge and of another's order, which is held."""
    client.deliver_all(omise.charge("evnt_c2", "chrg_2", order="order-2"),
                       omise.refund("evnt_9", "refund.success", "rfnd_9", charge="chrg_2"))
    books.execute("UPDATE refunds SET order_id = 'order-8' WHERE refund_id = 'rfnd_9'")
    refundctl("hold", "add", "--refund", "rfnd_9", "--source", "omise-th", "--reason", "court")
    said = installation.refundctl(*ERASE, "--apply", code=1)
    assert "the bytes of event evnt_c2 are under a legal hold" in said.stderr
    assert "evnt_c2" in kept(books) and "evnt_end_2" not in kept(books)


def test_nobody_is_forgotten_without_apply(refundctl, books, customers):
    before = whole_database(books)
    assert refundctl(*ERASE)["applied"] is False
    assert whole_database(books) == before


def test_what_is_held_is_not_forgotten(refundctl, installation, books, customers):
    refundctl("hold", "add", "--refund", "rfnd_1", "--source", "omise-th", "--reason", "court")
    said = installation.refundctl(*ERASE, "--apply", code=1)
    assert "order order-1 is under a legal hold" in said.stderr
    assert books.order("order-1")["customer_email"] == ADDRESS
    assert books.refund("rfnd_1")["metadata"]
    assert books.order("order-2")["customer_email"] is None
    assert books.refund("rfnd_2")["metadata"] is None


def test_an_erased_refund_goes_on(refundctl, client, books, omise, customers):
    refundctl(*ERASE, "--apply")
    assert client.deliver(successful(omise, 1, event="late", seconds=999)).verdict == "applied"
    assert books.refund("rfnd_1")["last_event_id"] == "evnt_late_1"
    refundctl("audit", "verify")


@pytest.mark.parametrize("arguments", [
    ["prune"], ["prune", "--payloads-before", "yesterday"],
    ["prune", "--payloads-before", "9999-01-01"],
    ["prune", "--payloads-before", "2020-01-01", "--apply"],
    ["erase-customer", "--ticket", "1", "--reason", "x"],
    ["erase-customer", "--email", "a@b", "--ticket", "1"],
    ["erase-customer", "--email", "a@b", "--ticket", "1", "--reason", " "],
    ["hold"], ["hold", "add", "--reason", "x"], ["hold", "add", "--order", "1"],
    ["hold", "add", "--refund", "r", "--reason", "x"],
    ["hold", "add", "--order", "1", "--source", "s", "--reason", "x"],
    ["hold", "add", "--refund", "r", "--source", "s", "--order", "1", "--reason", "x"]])
def test_wrong_usage(refundctl, arguments):
    refundctl(*arguments, code=2)
