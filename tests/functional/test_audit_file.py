"""The audit file of JSON lines: made anew by `audit export`, compared by `audit verify --file`."""

import json
import threading

import psycopg
import pytest

FIELDS = ["audit_id", "recorded_at", "occurred_at", "source", "refund_id", "charge_id", "order_id",
          "event_id", "evidence", "verdict", "status_before", "status_after", "amount_minor",
          "currency", "reason", "user_id", "ip_address", "user_agent", "notes", "request_id",
          "previous_hash", "entry_hash"]


def as_text(value):
    """A column's value as the file has it."""
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "packed"):
        return str(value)
    return value


def lines_of(books):
    """The whole file as it must be."""
    return [json.dumps({field: as_text(row[field]) for field in FIELDS
                        if field != "request_id" or row[field]}, separators=(",", ":"))
            + "\n" for row in books.rows("SELECT * FROM refund_audit ORDER BY audit_id")]


# Only the entries matter here: no daemon is needed to make them.
INSERT = """INSERT INTO refund_audit (recorded_at, occurred_at, source, refund_id, charge_id,
    order_id, event_id, evidence, verdict, status_before, status_after, amount_minor, currency,
    reason, user_id, ip_address, user_agent, notes, chain_index, previous_hash, entry_hash)
    SELECT now() + n * '1 us'::interval, '2026-01-31T10:00:00Z'::timestamptz, %(source)s,
           %(refund_id)s, %(charge_id)s, %(order_id)s, 'evnt_' || n, 'signed_webhook', 'applied',
           CASE WHEN n > 1 THEN 'pending' END, 'pending', %(amount)s, %(currency)s, %(reason)s,
           %(user)s, %(address)s::inet, %(agent)s, NULL, n, sha256('a'), sha256('b')
      FROM generate_series(1, %(count)s) n"""


@pytest.fixture
def add_entries(books):
    """Entries of a refund that has none yet, each field given by name or null."""
    def add(refund_id, count=1, connection=None, **given):
        values = dict.fromkeys(["charge_id", "order_id", "amount", "currency", "reason", "user",
                                "address", "agent"])
        values.update(source="omise-th", refund_id=refund_id, count=count)
        if connection:
            connection.execute(INSERT, {**values, **given})
        else:
            with psycopg.connect(books.url, options="-c search_path=refundd") as own:
                own.execute(INSERT, {**values, **given})
    return add


@pytest.fixture
def audited(add_entries):
    """Eight entries, some with text that is not ASCII."""
    for n in (1, 2, 3):
        add_entries(f"rfnd_{n}", 2, charge_id=f"chrg_{n}", amount=10000, currency="THB",
                    address="2001:db8::1", agent="Omise/1.0", user="user_1")
    add_entries("re_1", 2, source="payjp-jp", charge_id="pfw_1", order_id="注文-1",
                amount=2**53 + 1, currency="JPY", reason='二重 "払い"\x7f\t\U0001f600',
                address="192.0.2.7")


@pytest.fixture
def age(books):
    """Nothing is younger than an hour: what is missing at the end is really missing."""
    return lambda: books.execute(
        "UPDATE refund_audit SET recorded_at = recorded_at - '1 h'::interval")


@pytest.fixture
def verify(installation, tmp_path):
    """Writes the lines into a file and has it compared: the report."""
    def run(lines, code=0, options=()):
        file = tmp_path / "audit.jsonl"
        file.write_text("".join(lines))
        return installation.refundctl_json("audit", "verify", "--file", str(file), *options,
                                           code=code)
    return run


def faults(report):
    assert report["fault_count"] == len(report["faults"])
    return [(fault["line"], fault["audit_id"], fault["fault"]) for fault in report["faults"]]


# audit export.

def test_an_export_is_the_file_byte_for_byte(audited, installation, books, tmp_path):
    expected = lines_of(books)
    assert len(expected) == 8
    assert installation.refundctl("audit", "export").stdout == "".join(expected)
    file = tmp_path / "rebuilt.jsonl"
    told = installation.refundctl("audit", "export", "--file", str(file)).stdout
    assert told == "exported 8 entries\n"
    assert file.read_text() == "".join(expected)
    assert file.stat().st_mode & 0o137 == 0
    assert installation.refundctl_json("audit", "verify", "--file", str(file)) == {
        "line_count": 8, "fault_count": 0, "faults": []}


def test_an_existing_file_is_not_overwritten(audited, installation, tmp_path):
    file = tmp_path / "rebuilt.jsonl"
    file.write_text("something else")
    said = installation.refundctl("audit", "export", "--file", str(file), code=1).stderr
    assert "File exists" in said
    assert file.read_text() == "something else"


def test_an_export_begins_where_it_is_asked_to(audited, installation, books):
    expected = lines_of(books)
    ids = [json.loads(line)["audit_id"] for line in expected]

    def export(since):
        return installation.refundctl("audit", "export", "--since", since).stdout

    books.execute("UPDATE refund_audit SET recorded_at = '2026-01-31T10:00:00Z'")
    books.execute("UPDATE refund_audit SET recorded_at = '2026-01-31T12:00:00.5Z' "
                  "WHERE audit_id IN (%s, %s)", ids[3], ids[5])
    expected = lines_of(books)
    assert export("1") == export("2026-01-31") == "".join(expected)
    assert export(str(ids[5])) == "".join(expected[5:])
    assert export(str(ids[-1] + 1)) == ""
    # From the first one of that time, then without a gap.
    assert export("2026-01-31T12:00:00Z") == "".join(expected[3:])
    assert export("2026-02-01") == ""
    for since in ("yesterday", "0", "-1", ""):
        said = installation.refundctl("audit", "export", f"--since={since}", code=2).stderr
        assert "--since" in said


def test_an_export_waits_for_what_is_being_written(audited, add_entries, installation, books):
    """An entry with a lower id than the newest, not committed yet, must not be left out."""
    with psycopg.connect(books.url, options="-c search_path=refundd") as slow:
        add_entries("slow", connection=slow)
        add_entries("fast")
        timer = threading.Timer(1, slow.commit)
        timer.start()
        exported = installation.refundctl("audit", "export").stdout
        timer.join()
    assert exported == "".join(lines_of(books))
    assert exported.count('"slow"') == exported.count('"fast"') == 1


def test_an_export_in_chunks_is_whole(add_entries, installation, books):
    add_entries("rfnd_1", 2500)
    assert installation.refundctl("audit", "export").stdout == "".join(lines_of(books))


# audit verify --file.

def test_a_removed_line_is_found(audited, books, verify, age):
    age()
    lines = lines_of(books)
    ids = [json.loads(line)["audit_id"] for line in lines]
    missing = "the entry is missing in the file"
    assert faults(verify(lines[:3] + lines[4:], code=1)) == [(None, ids[3], missing)]
    assert faults(verify(lines[:2] + lines[5:], code=1)) == [
        (None, ids[n], missing) for n in (2, 3, 4)]
    assert faults(verify(lines[:-1], code=1)) == [(None, ids[-1], missing)]
    # What is older than the first line stands in another file.
    assert faults(verify(lines[1:])) == []
    assert len(faults(verify([], code=1))) == len(lines)


def test_what_is_younger_than_a_minute_may_still_come(audited, books, verify):
    lines = lines_of(books)
    assert faults(verify(lines[:-2])) == []
    assert faults(verify(lines[:3] + lines[4:], code=1)) != []
    books.execute("UPDATE refund_audit SET recorded_at = recorded_at - '61 s'::interval")
    lines = lines_of(books)
    assert len(faults(verify(lines[:-2], code=1))) == 2
    assert faults(verify(lines[:-2], options=["--delay-seconds", "3600"])) == []


@pytest.mark.parametrize("edit, said", [
    (lambda line: line.replace('"amount_minor":', '"amount_minor":1'), "differs in amount_minor"),
    (lambda line: line.replace('"status_after":"pending"', '"status_after":"failed"')
        .replace('"notes":null', '"notes":"x"'), "differs in notes, status_after"),
    (lambda line: line.replace('"reason"', '"because"'), "differs in reason"),
    (lambda line: line.replace(',"source"', ', "source"'), "not as it was written"),
    (lambda line: line.replace('"notes":null', '"notes":null,"notes":null'), "damaged"),
    (lambda line: line.replace('"notes":null', '"notes":nul'), "damaged"),
    (lambda line: line.replace('"notes":null', '"notes":' + "[" * 100_000), "damaged"),
    (lambda line: line.replace("omise", "om\0ise"), "damaged"),
])
def test_an_edited_line_is_found(audited, books, verify, edit, said):
    lines = lines_of(books)
    assert edit(lines[2]) != lines[2]
    lines[2] = edit(lines[2])
    ((line, audit_id, fault),) = faults(verify(lines, code=1))
    assert (line, audit_id) == (3, json.loads(lines[1])["audit_id"] + 1)
    assert said in fault


def test_an_entry_edited_in_the_database_is_found(audited, books, verify):
    lines = lines_of(books)
    books.execute("UPDATE refund_audit SET user_id = 'nobody', occurred_at = 'infinity' "
                  "WHERE audit_id = %s", json.loads(lines[4])["audit_id"])
    ((line, _, fault),) = faults(verify(lines, code=1))
    assert line == 5 and "differs in occurred_at, user_id" in fault


def test_a_doubled_or_moved_line_is_found(audited, books, verify):
    lines = lines_of(books)
    ids = [json.loads(line)["audit_id"] for line in lines]
    assert faults(verify(lines[:3] + lines[2:], code=1)) == [(4, ids[2], "the entry stands twice")]
    assert faults(verify(lines + lines[1:2], code=1)) == [
        (9, ids[1], f"the entry stands behind entry {ids[7]}: out of order, or twice")]
    assert faults(verify(lines[:3] + [lines[4], lines[3]] + lines[5:], code=1)) == [
        (None, ids[3], "the entry is missing in the file"),
        (5, ids[3], f"the entry stands behind entry {ids[4]}: out of order, or twice")]


def test_a_line_that_the_database_does_not_have_is_found(audited, books, verify):
    lines = lines_of(books)
    newest = json.loads(lines[-1])["audit_id"]
    forged = lines[-1].replace(f'"audit_id":{newest}', f'"audit_id":{newest + 5}')
    nowhere = "the database has no such entry"
    assert faults(verify(lines + [forged], code=1)) == [(9, newest + 5, nowhere)]
    deleted = json.loads(lines[2])["audit_id"]
    books.execute("DELETE FROM refund_audit WHERE audit_id = %s", deleted)
    assert faults(verify(lines, code=1)) == [(3, deleted, nowhere)]


def test_torn_and_unreadable_lines_are_found(audited, books, verify, age):
    lines = lines_of(books)
    torn = "the file ends in the middle of this line"
    newest = json.loads(lines[-1])["audit_id"]
    assert faults(verify(lines[:-1] + [lines[-1][:40]], code=1)) == [(8, newest, torn)]
    assert faults(verify(lines[:-1] + [lines[-1][:-1]], code=1)) == [(8, newest, torn)]
    unreadable = "the line is not an audit entry"
    for line in ("\n", "{}\n", "\0" * 70_000 + "\n", '{"audit_id":"1"}\n',
                 "x" * (17 << 20) + "\n"):
        assert faults(verify(lines[:2] + [line] + lines[2:], code=1)) == [(3, None, unreadable)]


def test_files_that_follow_each_other_are_verified_together(audited, books, installation, tmp_path,
                                                            age):
    age()
    lines = lines_of(books)
    files = []
    for number, part in enumerate([lines[:3], [], lines[3:6], lines[6:]]):
        files.append(tmp_path / f"audit.jsonl.{number}")
        files[-1].write_text("".join(part))

    def verified(*chosen, code=0):
        options = [option for n in chosen for option in ("--file", str(files[n]))]
        return installation.refundctl_json("audit", "verify", *options, code=code)

    assert verified(0, 1, 2, 3)["line_count"] == 8
    assert verified(2, 3)["fault_count"] == 0
    assert verified(0, 3, code=1)["fault_count"] == 3
    assert verified(3, 0, code=1)["fault_count"] == 3
    (fault,) = verified(0, 1, 2, 3, 3, code=1)["faults"][:1]
    assert fault["file"] == str(files[3]) and fault["line"] == 1


def test_an_empty_file_after_a_rotation_begins_where_the_old_one_ended(audited, books, verify,
                                                                       tmp_path, age):
    age()
    ids = [json.loads(line)["audit_id"] for line in lines_of(books)]
    (tmp_path / "audit.jsonl.position").write_text(f"{ids[5]}\n")
    assert [audit_id for _, audit_id, _ in faults(verify([], code=1))] == ids[6:]
    (tmp_path / "audit.jsonl.position").write_text(f"{ids[7]}\n")
    assert faults(verify([])) == []


def test_the_report_for_people_names_file_line_and_entry(audited, books, installation, tmp_path):
    lines = lines_of(books)
    file = tmp_path / "audit\x1b[2J.jsonl"
    file.write_text("".join(lines[:2] + lines[3:5] + lines[4:]))
    told = installation.refundctl("audit", "verify", "--file", str(file), code=1).stdout
    assert "\x1b" not in told
    assert "audit\\x1b[2J.jsonl" in told and "the entry is missing in the file" in told
    assert "the entry stands twice" in told
    assert told.endswith("lines checked  8\nfaults         2\n")


def test_a_stranger_s_file_does_not_fill_the_memory_with_faults(audited, books, verify):
    report = verify(["x\n"] * 5000, code=1)
    assert (report["line_count"], report["fault_count"], len(report["faults"])) == (
        5000, 5000, 1000)


def test_a_file_that_is_not_there_ends_with_exit_code_1(audited, installation, tmp_path):
    for path in (tmp_path / "missing.jsonl", tmp_path):
        said = installation.refundctl("audit", "verify", "--file", str(path), code=1).stderr
        assert str(path) in said
    installation.refundctl("audit", "verify", "--delay-seconds", "5", code=2)
