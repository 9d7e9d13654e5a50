"""The operators' command: each command, its refusals, and its exit codes."""

import subprocess

import pytest

from installation import BUILD, SECRETS, SOURCES, Installation
from senders import BASE_TIME

OMISE_EVENTS = ["refund.create", "refund.success", "refund.fail", "charge.create",
                "charge.complete", "charge.capture", "charge.update", "charge.reverse",
                "charge.expire"]
PAYJP_EVENTS = ["refund.created", "refund.updated", "refund.failed", "payment_flow.succeeded"]


# Usage.

@pytest.mark.parametrize("arguments", [
    ["--help"], ["--version"], ["migrate", "--help"], ["check-config", "--help"],
    ["send", "--help"], ["explain", "--help"], ["orders", "--help"], ["orders", "import", "--help"],
    ["audit", "--help"], ["audit", "verify", "--help"], ["outbox", "--help"],
    ["outbox", "list", "--help"], ["template", "preview", "--help"]])
def test_help_is_done_with_exit_code_0(arguments):
    done = subprocess.run([BUILD / "refundctl", *arguments], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 0
    assert done.stdout and not done.stderr


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["migrate", "--nonsense"], ["explain"], ["explain", "rfnd_1", "--lang", "fr"],
    ["send"], ["send", "omise-th", "--event", "refund.create", "--amount", "1.5"],
    ["send", "nobody", "--event", "refund.create"],
    ["send", "omise-th", "--event", "refund.created"],
    ["orders"], ["orders", "import"], ["audit"], ["--output", "xml", "check-config"]])
def test_wrong_usage_ends_with_exit_code_2(configured, arguments):
    assert configured().refundctl(*arguments, code=2).stderr


@pytest.fixture
def configured(certificate, tmp_path):
    """Makes an installation of a configuration; no database is behind it."""
    def make(sections=None, sources=None):
        return Installation(tmp_path / "refundd", certificate,
                            "postgresql:///refundd?host=/nonexistent", sections, sources)
    return make


@pytest.mark.parametrize("program", ["refundctl", "refundd"])
def test_both_programs_say_their_version(program):
    done = subprocess.run([BUILD / program, "--version"], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 0
    assert any(character.isdigit() for character in done.stdout)


# Configuration.

def refused_by_both(installation):
    """What refundctl and refundd say about it: the same."""
    said = installation.refundctl("check-config", code=1).stderr
    daemon = subprocess.run([BUILD / "refundd", "--config", installation.config_file],
                            capture_output=True, text=True, timeout=30)
    assert daemon.returncode == 78, daemon
    assert daemon.stderr == said
    return said


def test_a_good_configuration_is_told(configured):
    told = configured().refundctl_json("check-config")
    assert told["valid"] is True
    assert {source["name"]: source["path"] for source in told["sources"]} == {
        source["name"]: f"/webhooks/{source['name']}" for source in SOURCES}
    assert "good" in configured().refundctl("check-config").stdout


def test_all_mistakes_of_a_configuration_are_told_together(configured):
    installation = configured(
        {"listener": {"listen": "everywhere", "body_max_bytes": 1, "nonsense": True},
         "ingest": {"queue_max": 0}, "log": {"level": "loud"}},
        [{"name": "Not A Name", "provider": "nobody", "webhook_secret_files": ["missing"]},
         {"name": "payjp-jp", "provider": "payjp", "webhook_secret_files": ["payjp-token"],
          "currency_default": "XYZ"}])
    said = refused_by_both(installation)
    for key in ("listener.listen", "listener.body_max_bytes", "listener.nonsense",
                "ingest.queue_max", "log.level", "source[0].name", "source[0].provider",
                "source[0].webhook_secret_files[0]", "source[1].webhook_secret_files",
                "source[1].currency_default"):
        assert f"{key}:" in said, said
    listed = installation.refundctl_json("check-config", code=1)
    assert listed["valid"] is False
    assert len(listed["errors"]) == len(said.splitlines()) >= 10


@pytest.mark.parametrize("name, content, mode, said", [
    ("omise-secret", "", 0o600, "empty"),
    ("omise-secret", "\n", 0o600, "empty"),
    ("payjp-token", "", 0o600, "empty"),
    ("omise-secret", SECRETS["omise-secret"], 0o644, "others"),
    ("payjp-token", SECRETS["payjp-token"], 0o604, "others"),
    ("omise-secret", "not base64!", 0o600, "secret"),
    ("omise-secret", "x" * 5000, 0o600, "4096"),
])
def test_an_unusable_secret_is_refused_without_showing_it(configured, name, content, mode, said):
    installation = configured()
    installation.write_secret(name, content, mode)
    refusal = refused_by_both(installation)
    assert said in refusal
    assert content.strip() == "" or content.strip() not in refusal


def test_a_private_key_that_others_may_read_is_refused(configured, tmp_path, certificate):
    key = tmp_path / "open.pem"
    key.write_bytes(certificate.key_file.read_bytes())
    key.chmod(0o644)
    said = refused_by_both(configured({"listener": {"private_key_file": str(key)}}))
    assert "listener.private_key_file" in said


def test_a_password_in_the_database_url_is_refused(configured):
    url = "postgresql://refundd:open-sesame@localhost/refundd"
    said = refused_by_both(configured({"database": {"url": url}}))
    assert "database.url" in said
    assert "open-sesame" not in said


@pytest.mark.parametrize("content", ["", "[listener", "= 1", "\0", "[[source]]\nname = 1\n"])
def test_a_file_that_is_no_configuration_is_refused(configured, content):
    installation = configured()
    installation.config_file.write_text(content)
    refused_by_both(installation)


def test_a_missing_configuration_is_refused(configured):
    installation = configured()
    installation.config_file.unlink()
    assert "refundd.toml" in refused_by_both(installation)


# migrate.

def test_migrate_may_run_again(installation, books):
    before = books.rows("SELECT * FROM schema_migrations")
    assert before
    done = installation.refundctl_json("migrate")
    assert done["applied"] == []
    assert done["version"] == max(row["version"] for row in before)
    assert books.rows("SELECT * FROM schema_migrations") == before


def test_several_migrations_at_once_apply_each_file_once(postgres, certificate, tmp_path):
    with postgres.database() as name:
        installation = Installation(tmp_path / "refundd", certificate, postgres.url(name))
        command = [BUILD / "refundctl", "--config", installation.config_file, "migrate"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        outputs = [each.communicate(timeout=60)[0] for each in running]
        assert [each.returncode for each in running] == [0, 0, 0, 0]
        assert sum("0001_initial.sql" in output for output in outputs) == 1


def test_migrate_refuses_a_newer_schema(installation, books):
    books.execute("INSERT INTO schema_migrations SELECT 9999, 'later.sql', checksum, now()"
                  "  FROM schema_migrations WHERE version = 1")
    assert "newer" in installation.refundctl("migrate", code=1).stderr


def test_migrate_refuses_a_changed_migration(installation, books):
    books.execute("UPDATE schema_migrations SET checksum = sha256('edited') WHERE version = 1")
    assert "0001_initial.sql" in installation.refundctl("migrate", code=1).stderr


def test_migrate_says_why_where_there_is_no_database(configured):
    said = configured().refundctl("migrate", code=1).stderr
    assert "/nonexistent" in said


# send.

@pytest.fixture
def send(daemon, installation):
    def send(source, *options, code=0):
        return installation.refundctl_json(
            "send", source, "--url", f"https://127.0.0.1:{daemon.port}/webhooks/{source}",
            *options, code=code)
    return send


@pytest.mark.parametrize("source, event",
                         [("omise-th", event) for event in OMISE_EVENTS]
                         + [("payjp-jp", event) for event in PAYJP_EVENTS]
                         + [("omise-test", "refund.create"), ("payjp-test", "refund.created")])
def test_every_event_type_can_be_sent(send, books, source, event):
    sent = send(source, "--event", event, "--order", "order-1")
    assert sent["status"] == 200
    assert sent["answer"] == {"verdict": "applied"}
    stored = books.event(sent["event_id"])
    assert (stored["source"], stored["event_type"], stored["verdict"]) == (source, event, "applied")
    assert stored["refund_id"] == sent["refund_id"]
    if event.startswith("refund."):
        assert books.refund(sent["refund_id"])["order_id"] == "order-1"


def test_what_the_operator_says_is_what_is_sent(send, books):
    send("omise-th", "--event", "refund.fail", "--event-id", "evnt_1", "--refund", "rfnd_1",
         "--charge", "chrg_1", "--order", "order-1", "--amount", "2500", "--currency", "JPY",
         "--reason", "duplicate", "--failure-code", "charge_not_paid", "--failure-message",
         "Never paid", "--occurred-at", "2026-01-31T17:00:00+07:00")
    refund = books.refund("rfnd_1")
    assert (refund["charge_id"], refund["order_id"], refund["amount_minor"],
            refund["currency"]) == ("chrg_1", "order-1", 2500, "JPY")
    assert (refund["status"], refund["reason"], refund["failure_code"],
            refund["failure_message"]) == ("failed", "duplicate", "charge_not_paid", "Never paid")
    assert (refund["occurred_at"], refund["last_event_id"]) == (BASE_TIME, "evnt_1")


@pytest.mark.parametrize("source, event", [("omise-th", "refund.success"),
                                           ("payjp-jp", "refund.created")])
def test_a_forged_event_is_refused_with_exit_code_1(send, books, source, event):
    sent = send(source, "--event", event, "--forge", code=1)
    assert sent["status"] == 401
    assert books.count("webhook_events") == 0
    assert books.count("refunds") == 0


def test_a_body_file_is_sent_byte_for_byte(send, books, tmp_path, omise):
    event = omise.refund("evnt_1", "refund.success", "rfnd_1")
    file = tmp_path / "body.json"
    file.write_bytes(event.body)
    assert send("omise-th", "--body-file", str(file))["answer"] == {"verdict": "applied"}
    assert books.value("SELECT body FROM webhook_payloads") == event.body


def test_sending_to_nobody_fails(installation):
    said = installation.refundctl("send", "omise-th", "--event", "refund.create", "--url",
                                  "https://127.0.0.1:1/webhooks/omise-th", code=1).stderr
    assert "refundctl:" in said


# explain.

@pytest.fixture
def told(client, omise):
    client.deliver_all(
        omise.charge("evnt_0", "chrg_1", amount=100000, order="order-1"),
        omise.refund("evnt_1", "refund.create", "rfnd_1", charge="chrg_1", amount=25000,
                     seconds=60, reason="duplicate"),
        omise.refund("evnt_2", "refund.fail", "rfnd_1", charge="chrg_1", amount=25000,
                     seconds=120, failure_code="insufficient_balance"),
        omise.refund("evnt_3", "refund.create", "rfnd_1", charge="chrg_1", amount=-1, seconds=180))


def test_explain_tells_the_whole_story(told, installation):
    story = installation.refundctl("explain", "rfnd_1").stdout
    for word in ("rfnd_1", "omise-th", "order-1", "chrg_1", "250.00 THB", "failed", "evnt_1",
                 "evnt_2", "evnt_3", "applied", "quarantined", "not greater than zero",
                 "refund_initiated", "refund_failed", "insufficient_balance", "duplicate"):
        assert word in story, word


def test_explain_speaks_japanese(told, installation):
    story = installation.refundctl("explain", "rfnd_1", "--lang", "ja").stdout
    for word in ("rfnd_1", "返金", "失敗", "監査記録", "隔離", "残高不足"):
        assert word in story, word
    for english in ("quarantined", "not greater than zero", "Ask finance", "support"):
        assert english not in story, english


def test_explain_as_json_has_everything(told, installation):
    (story,) = installation.refundctl_json("explain", "rfnd_1")["sources"]
    assert story["refund"]["status"] == "failed"
    assert (story["refund"]["amount_minor"], story["refund"]["currency"]) == (25000, "THB")
    assert story["charge"]["remaining_minor"] == 100000
    assert story["order"]["status"] == "refund_failed"
    assert [(event["event_id"], event["verdict"]) for event in story["events"]] == [
        ("evnt_1", "applied"), ("evnt_2", "applied"), ("evnt_3", "quarantined")]
    assert [entry["status_after"] for entry in story["audit"]] == ["pending", "failed", "failed"]
    assert {message["template"] for message in story["messages"]} == {
        "refund_initiated", "refund_failed", "insufficient_balance",
        "anomaly_non_positive_amount"}
    assert [anomaly["kind"] for anomaly in story["anomalies"]] == ["non_positive_amount"]


def test_a_refund_that_was_only_ever_quarantined_is_explained(client, omise, installation):
    client.deliver(omise.refund("evnt_1", "refund.create", "rfnd_1", amount=0))
    assert "quarantined" in installation.refundctl("explain", "rfnd_1").stdout
    (story,) = installation.refundctl_json("explain", "rfnd_1")["sources"]
    assert story["refund"] is None


def test_an_unknown_refund_is_an_answer_with_exit_code_1(installation):
    assert "rfnd_nobody" in installation.refundctl("explain", "rfnd_nobody", code=1).stderr


def test_nothing_from_outside_reaches_the_terminal_as_a_command(client, payjp, installation):
    client.deliver(payjp.refund("evnt_1", "re_1", "failed", flow="pfw_1",
                                reason="\x1b[2Jhidden\u202e", order="x\u009b31m"))
    story = installation.refundctl("explain", "re_1").stdout
    for character in "\x1b\u202e\u009b":
        assert character not in story


# orders import.

HEADER = "order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n"


@pytest.fixture
def import_orders(installation, tmp_path):
    def run(text, *options, code=0):
        file = tmp_path / "orders.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return installation.refundctl("orders", "import", str(file), *options, code=code)
    return run


def test_imported_orders_have_total_customer_and_charge(import_orders, client, books, omise):
    client.deliver(omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1",
                                amount=40000))
    assert books.refund("rfnd_1")["order_id"] is None
    import_orders(HEADER
                  + "order-1,omise-th,chrg_1,THB,100000,customer@mail.example,th\n"
                  + '"order, the 2nd",payjp-jp,,JPY,3000,,\n')
    order = books.order("order-1")
    assert (order["total_minor"], order["total_known"], order["refunded_minor"]) == (
        100000, True, 40000)
    assert (order["status"], order["customer_email"], order["customer_locale"]) == (
        "partially_refunded", "customer@mail.example", "th")
    assert books.refund("rfnd_1")["order_id"] == "order-1"
    assert books.anomalies("rfnd_1")["unknown_order"]["resolved_at"] is not None
    assert books.order("order, the 2nd")["total_minor"] == 3000


def test_an_import_may_be_repeated_and_corrected(import_orders, books):
    import_orders(HEADER + "order-1,omise-th,chrg_1,THB,100000,a@mail.example,th\n")
    import_orders(HEADER + "order-1,omise-th,chrg_1,THB,100000,a@mail.example,th\n")
    assert books.count("orders") == 1
    import_orders(HEADER + "order-1,omise-th,chrg_1,THB,90000,,ja\n")
    order = books.order("order-1")
    assert (order["total_minor"], order["customer_email"], order["customer_locale"]) == (
        90000, "a@mail.example", "ja")


def test_a_dry_run_imports_nothing(import_orders, books):
    import_orders(HEADER + "order-1,omise-th,chrg_1,THB,100000,,\n", "--dry-run")
    assert books.count("orders") == 0


@pytest.mark.parametrize("line, said", [
    (",omise-th,chrg_2,THB,1,,", "order_id"),
    ("order-2,nobody,chrg_2,THB,1,,", "source"),
    ("order-2,omise-th,chrg_2,XYZ,1,,", "currency"),
    ("order-2,omise-th,chrg_2,THB,0,,", "total_minor"),
    ("order-2,omise-th,chrg_2,THB,-1,,", "total_minor"),
    ("order-2,omise-th,chrg_2,THB,1.5,,", "total_minor"),
    ("order-2,omise-th,chrg_2,THB,1e3,,", "total_minor"),
    ("order-2,omise-th,chrg_2,THB,99999999999999999999,,", "total_minor"),
    ("order-2,omise-th,chrg_2,THB,1,not-an-address,", "customer_email"),
    ("order-2,omise-th,chrg_2,THB,1,,thai please", "customer_locale"),
    ("order-2,omise-th,chrg_2,THB", "fields"),
    ("order-2,omise-th,chrg_2,THB,1,,,more", "fields"),
    ('"order-2,omise-th,chrg_2,THB,1,,', "quote"),
    ("order-1,omise-th,chrg_9,THB,5,,", "total_minor"),
    ("order-2,omise-th,chrg_1,THB,1,,", "charge chrg_1 has another"),
    ("order\x07-2,omise-th,chrg_2,THB,1,,", "order_id"),
])
def test_a_bad_line_is_named_and_nothing_is_half_imported(import_orders, books, line, said):
    done = import_orders(HEADER + "order-1,omise-th,chrg_1,THB,100000,,\n" + line + "\n", code=1)
    assert "line 3" in done.stderr
    assert said in done.stderr
    assert books.count("orders") == books.count("charges") == 0


def test_all_bad_lines_are_named(import_orders, books):
    done = import_orders(HEADER + "order-1,omise-th,,THB,x,,\norder-2,omise-th,,THB,5,,\n"
                         "order-3,nobody,,THB,5,,\n", code=1)
    assert "line 2" in done.stderr and "line 4" in done.stderr and "line 3" not in done.stderr
    assert books.count("orders") == 0


@pytest.mark.parametrize("text", ["", "order_id,source\norder-1,omise-th\n", b"\xff\xfe\0\0",
                                  HEADER.replace("currency", "kurrency") + "a,omise-th,,THB,1,,\n"])
def test_a_file_that_holds_no_orders_is_refused(import_orders, books, text):
    assert import_orders(text, code=1).stderr
    assert books.count("orders") == 0


def test_an_order_file_may_come_from_a_spreadsheet(import_orders, books):
    text = HEADER + "注文-1,payjp-jp,pfw_1,JPY,3000,customer@mail.example,ja\n"
    import_orders(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert books.order("注文-1")["total_minor"] == 3000


# audit verify.

@pytest.fixture
def audited(client, books, omise):
    """Three refunds with three entries each."""
    for n in (1, 2, 3):
        client.deliver_all(
            omise.refund(f"evnt_1_{n}", "refund.create", f"rfnd_{n}", charge=f"chrg_{n}"),
            omise.refund(f"evnt_2_{n}", "refund.create", f"rfnd_{n}", charge=f"chrg_{n}",
                         seconds=30),
            omise.refund(f"evnt_3_{n}", "refund.success", f"rfnd_{n}", charge=f"chrg_{n}",
                         seconds=60))


def test_an_untouched_history_is_verified(audited, installation):
    assert installation.refundctl_json("audit", "verify") == {
        "refund_count": 3, "entry_count": 9, "faults": []}
    assert "9" in installation.refundctl("audit", "verify").stdout


THE_LINE = "refund_id = 'rfnd_2' AND chain_index ="
COPY = """INSERT INTO refund_audit (recorded_at, occurred_at, source, refund_id, charge_id,
    event_id, evidence, verdict, status_after, chain_index, previous_hash, entry_hash)
    SELECT recorded_at, occurred_at, source, refund_id, charge_id, event_id, evidence, verdict,
           status_after, 4, entry_hash, sha256('made up')
      FROM refund_audit WHERE refund_id = 'rfnd_2' AND chain_index = 3"""


@pytest.mark.parametrize("tampering, entry", [
    (f"UPDATE refund_audit SET amount_minor = amount_minor + 1 WHERE {THE_LINE} 2", 2),
    (f"UPDATE refund_audit SET status_after = 'failed' WHERE {THE_LINE} 3", 3),
    (f"UPDATE refund_audit SET notes = 'nothing happened' WHERE {THE_LINE} 1", 1),
    (f"UPDATE refund_audit SET ip_address = '192.0.2.1' WHERE {THE_LINE} 2", 2),
    (f"UPDATE refund_audit SET recorded_at = recorded_at + '1 us' WHERE {THE_LINE} 1", 1),
    (f"DELETE FROM refund_audit WHERE {THE_LINE} 1", 1),
    (f"DELETE FROM refund_audit WHERE {THE_LINE} 2", 2),
    (f"DELETE FROM refund_audit WHERE {THE_LINE} 3", 3),
    ("DELETE FROM refund_audit WHERE refund_id = 'rfnd_2'", 1),
    (COPY, 4),
    ("UPDATE refunds SET audit_length = 2 WHERE refund_id = 'rfnd_2'", 3),
    ("UPDATE refunds SET audit_hash = sha256('x') WHERE refund_id = 'rfnd_2'", 3),
    ("DELETE FROM refunds WHERE refund_id = 'rfnd_2'", 3),
])
def test_an_edited_removed_or_inserted_line_is_named(audited, books, installation, tampering,
                                                     entry):
    books.execute(tampering)
    found = installation.refundctl_json("audit", "verify", code=1)
    (fault,) = found["faults"]
    assert (fault["source"], fault["refund_id"], fault["entry"]) == ("omise-th", "rfnd_2", entry)
    table = installation.refundctl("audit", "verify", code=1).stdout
    assert "rfnd_2" in table and fault["fault"] in table


def test_the_hash_of_an_entry_covers_every_column(audited, books, installation):
    columns = books.rows("""SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'refundd' AND table_name = 'refund_audit'
          AND column_name NOT IN ('audit_id', 'chain_index', 'source', 'refund_id')""")
    values = {"text": "'edited'", "timestamp with time zone": "now()", "bigint": "424242",
              "inet": "'192.0.2.9'", "bytea": "sha256('edited')"}
    books.execute("CREATE TABLE kept AS SELECT * FROM refund_audit")
    for column in columns:
        name, value = column["column_name"], values[column["data_type"]]
        books.execute(f"UPDATE refund_audit SET {name} = {value} WHERE {THE_LINE} 2")
        faults = installation.refundctl_json("audit", "verify", code=1)["faults"]
        assert [fault["refund_id"] for fault in faults] == ["rfnd_2"], name
        books.execute(f"""UPDATE refund_audit a SET {name} = k.{name} FROM kept k
                           WHERE a.audit_id = k.audit_id""")
        installation.refundctl("audit", "verify")
