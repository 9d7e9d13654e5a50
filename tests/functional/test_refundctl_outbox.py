"""What an operator does with messages: `outbox`, `template preview`, and deliveries in `explain`.

Messages are made by `send`-like events through a daemon that has no sink, so that they wait; what a
dispatcher would have made of them is written by hand.
"""

import json

import pytest

from installation import PROJECT

LANGUAGES = ["en", "ja", "th"]
TEMPLATES = sorted(path.name.removesuffix(".subject.txt")
                   for path in (PROJECT / "config/templates/en").glob("*.subject.txt"))
ADDRESS = "customer@mail.example"


@pytest.fixture
def told(client, omise, books):
    """Four messages of three refunds, and a customer with an address."""
    client.deliver_all(
        omise.charge("evnt_0", "chrg_1", amount=100000, order="order-1"),
        omise.refund("evnt_1", "refund.success", "rfnd_1", charge="chrg_1", amount=25000),
        omise.refund("evnt_2", "refund.success", "rfnd_2", charge="chrg_1", amount=30000,
                     seconds=400),
        omise.refund("evnt_3", "refund.fail", "rfnd_3", charge="chrg_1", amount=35000,
                     seconds=800, failure_code="insufficient_balance"))
    books.execute("UPDATE orders SET customer_email = %s", ADDRESS)
    assert books.count("outbox_messages") == 4


@pytest.fixture
def message_id(told, books):
    """The id of the one message of that refund and template."""
    def find(refund_id, template="refund_complete"):
        return str(books.value("SELECT message_id FROM outbox_messages"
                               " WHERE refund_id = %s AND template = %s", refund_id, template))
    return find


@pytest.fixture
def bury(books):
    """The messages of that template die in a sink."""
    def die(template, sink="mail"):
        books.execute("UPDATE outbox_messages SET state = 'dead', attempts = 12, sink = %s,"
                      " last_error = 'the mailbox is full' WHERE template = %s", sink, template)
    return die


@pytest.fixture
def outbox(installation):
    def run(*arguments, code=0, user="anna"):
        done = installation.refundctl("--output", "json", "outbox", *arguments, code=code, user=user)
        assert ADDRESS not in done.stdout + done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr
    return run


def states(books):
    return sorted((row["refund_id"], row["template"], row["state"], row["attempts"]) for row in
                  books.rows("SELECT * FROM outbox_messages"))


# Usage.

@pytest.mark.parametrize("arguments", [
    ["outbox"], ["outbox", "list", "--state", "lost"], ["outbox", "list", "--audience", "all"],
    ["outbox", "list", "--limit", "0"], ["outbox", "list", "--limit", "1001"],
    ["outbox", "list", "--sort", "oldest"], ["outbox", "show"], ["outbox", "show", "1234567"],
    ["outbox", "show", "not-an-id-at-all"], ["outbox", "retry"],
    ["outbox", "retry", "01234567", "--sink", "mail"], ["outbox", "cancel", "01234567"],
    ["outbox", "cancel", "01234567", "--reason", " "],
    ["outbox", "cancel", "01234567", "--reason", "two\nlines"],
    ["outbox", "cancel", "01234567", "--reason", "x" * 501],
    ["template"], ["template", "preview"], ["template", "preview", "nonsense"],
    ["template", "preview", "anomaly_nonsense"],
    ["template", "preview", "refund_complete", "--lang", "fr"],
    ["template", "preview", "refund_complete", "--part", "body"]])
def test_wrong_usage_ends_with_exit_code_2(installation, arguments):
    assert installation.refundctl(*arguments, code=2).stderr


@pytest.mark.parametrize("command", ["list", "show", "retry", "cancel"])
def test_help_is_done_with_exit_code_0(installation, command):
    assert "MESSAGE_ID" in installation.refundctl("outbox", command, "--help").stdout \
        or command == "list"


# outbox list and show.

def test_messages_are_listed_by_what_they_are(told, bury, outbox):
    bury("refund_complete")
    assert outbox("list")["total"] == 4
    assert [message["refund_id"] for message in outbox("list", "--state", "dead")["messages"]] == [
        "rfnd_2", "rfnd_1"]
    assert outbox("list", "--sink", "mail")["total"] == 2
    assert outbox("list", "--sink", "desk") == {"total": 0, "messages": []}
    assert {message["template"] for message in
            outbox("list", "--refund", "rfnd_3")["messages"]} == {
                "refund_failed", "insufficient_balance"}
    (message,) = outbox("list", "--audience", "finance", "--state", "pending")["messages"]
    assert (message["template"], message["attempts"], message["sink"]) == (
        "insufficient_balance", 0, None)
    limited = outbox("list", "--limit", "1")
    assert (limited["total"], len(limited["messages"])) == (4, 1)


def test_the_table_of_messages_is_for_people(told, bury, installation):
    bury("refund_complete")
    listed = installation.refundctl("outbox", "list", "--state", "dead").stdout
    assert len(listed.splitlines()) == 3
    for word in ("rfnd_1", "customer", "refund_complete", "dead", "mail", "12",
                 "the mailbox is full"):
        assert word in listed, word
    assert "no messages" in installation.refundctl("outbox", "list", "--state", "sent").stdout
    assert ADDRESS not in installation.refundctl("outbox", "list").stdout


def test_a_message_is_shown_whole(message_id, outbox, books, installation):
    shown = outbox("show", message_id("rfnd_3", "refund_failed"))
    row = books.messages("rfnd_3")["support", "refund_failed"]
    assert set(shown) == set(row)
    assert shown["payload"] == row["payload"]
    assert shown["payload"]["failureCode"] == "insufficient_balance"
    assert (shown["state"], shown["attempts"], shown["last_error"]) == ("pending", 0, None)
    text = installation.refundctl("outbox", "show", shown["message_id"]).stdout
    for word in (shown["message_id"], "rfnd_3", "refund_failed", "payload.failureCode",
                 "insufficient_balance"):
        assert word in text, word
    assert ADDRESS not in text


def test_the_beginning_of_an_id_is_enough_where_it_is_unique(message_id, outbox, books):
    first, second = message_id("rfnd_1"), message_id("rfnd_2")
    books.execute("UPDATE outbox_messages SET message_id = 'aaaaaaaa-0000-7000-8000-000000000001'"
                  " WHERE message_id = %s", first)
    books.execute("UPDATE outbox_messages SET message_id = 'aaaaaaaa-1000-7000-8000-000000000001'"
                  " WHERE message_id = %s", second)
    assert outbox("show", "aaaaaaaa-0")["refund_id"] == "rfnd_1"
    assert outbox("show", "AAAAAAAA10")["refund_id"] == "rfnd_2"
    assert "several" in outbox("show", "aaaaaaaa", code=1)
    assert "no message" in outbox("show", "bbbbbbbb", code=1)
    assert outbox("cancel", "aaaaaaaa-0", "--reason", "short")["canceled"] is True


# outbox retry.

def test_a_dead_message_is_tried_again(message_id, bury, outbox, books):
    bury("refund_complete")
    done = outbox("retry", message_id("rfnd_1"))
    assert (done["dry_run"], done["count"]) == (False, 1)
    row = books.messages("rfnd_1")["customer", "refund_complete"]
    assert (row["state"], row["attempts"], row["sink"]) == ("pending", 0, "mail")
    assert row["last_error"] == "to be tried again, by anna; before: the mailbox is full"
    assert books.value("SELECT bool_and(next_attempt_at <= now()) FROM outbox_messages")
    assert books.messages("rfnd_2")["customer", "refund_complete"]["state"] == "dead"


def test_what_is_not_dead_is_not_tried_again(message_id, outbox, books):
    before = states(books)
    assert "pending: only a dead message" in outbox("retry", message_id("rfnd_1"), code=1)
    assert "no message" in outbox("retry", "ffffffff", code=1)
    assert states(books) == before


def test_more_than_one_is_a_dry_run_unless_confirmed(told, bury, outbox, books, installation):
    bury("refund_complete")
    bury("refund_failed", "desk")
    before = states(books)
    dry = outbox("retry", "--sink", "mail")
    assert (dry["dry_run"], dry["count"]) == (True, 2)
    assert {message["refund_id"] for message in dry["messages"]} == {"rfnd_1", "rfnd_2"}
    said = installation.refundctl("outbox", "retry", "--sink", "mail").stdout
    assert "rfnd_1" in said and "--yes" in said
    assert states(books) == before

    done = outbox("retry", "--sink", "mail", "--yes")
    assert (done["dry_run"], done["count"]) == (False, 2)
    assert {(row["state"], row["attempts"]) for row in books.rows(
        "SELECT * FROM outbox_messages WHERE sink = 'mail'")} == {("pending", 0)}
    assert books.count("outbox_messages", "state = 'dead'") == 1


def test_the_only_dead_message_of_a_sink_needs_no_confirmation(told, bury, outbox, books):
    bury("refund_failed", "desk")
    assert outbox("retry", "--sink", "desk")["dry_run"] is False
    assert books.count("outbox_messages", "state = 'dead'") == 0
    assert outbox("retry", "--sink", "desk")["count"] == 0


# outbox cancel.

def test_a_dead_message_is_given_up_with_a_reason(message_id, outbox, books):
    books.execute("UPDATE outbox_messages SET state = 'dead', last_error = 'no such mailbox'")
    assert outbox("cancel", message_id("rfnd_1"), "--reason", "told by phone")["canceled"] is True
    row = books.messages("rfnd_1")["customer", "refund_complete"]
    assert row["state"] == "suppressed"
    assert row["last_error"].endswith(": told by phone")


def test_a_message_that_waits_is_canceled_with_a_reason(message_id, outbox, books, installation):
    canceled = outbox("cancel", message_id("rfnd_1"), "--reason", "電話で連絡済み", user="花子")
    assert canceled["message"]["state"] == "suppressed"
    row = books.messages("rfnd_1")["customer", "refund_complete"]
    assert (row["state"], row["last_error"]) == ("suppressed", "canceled by 花子: 電話で連絡済み")
    story = installation.refundctl("explain", "rfnd_1", "--lang", "ja").stdout
    assert "花子が送信を取りやめました：電話で連絡済み" in story


@pytest.mark.parametrize("column, said", [
    ("state = 'sent'", "is sent"),
    ("state = 'superseded'", "is superseded"), ("state = 'suppressed'", "is suppressed"),
    ("lease_token = gen_random_uuid(), leased_until = now() + '1 min'::interval",
     "being sent right now")])
def test_what_does_not_wait_is_not_canceled(message_id, outbox, books, column, said):
    books.execute(f"UPDATE outbox_messages SET {column}")
    before = states(books)
    assert said in outbox("cancel", message_id("rfnd_1"), "--reason", "x", code=1)
    assert states(books) == before


def test_a_support_agent_may_look_but_not_touch(message_id, installation, books):
    url = books.url.replace("user=postgres", "user=agent")
    books.execute("DROP ROLE IF EXISTS agent")
    books.execute("CREATE ROLE agent LOGIN IN ROLE refundd_support")
    try:
        installation.configure({"database": {"url": url}})
        assert "rfnd_1" in installation.refundctl("outbox", "list").stdout
        said = installation.refundctl("outbox", "cancel", message_id("rfnd_1"), "--reason", "x",
                                      code=1).stderr
        assert "permission denied" in said
    finally:
        books.execute("DROP ROLE agent")


# explain.

def test_explain_shows_deliveries(told, bury, books, installation):
    bury("refund_failed", "desk")
    books.execute("UPDATE outbox_messages SET state = 'sent', sink = 'mail', attempts = 2,"
                  " sent_at = '2026-01-31T10:05:00Z', external_reference = 'T-77'"
                  " WHERE template = 'insufficient_balance'")
    (story,) = installation.refundctl_json("explain", "rfnd_3")["sources"]
    messages = {message["template"]: message for message in story["messages"]}
    failed, balance = messages["refund_failed"], messages["insufficient_balance"]
    assert [failed[key] for key in ("state", "sink", "attempts", "last_error", "sent_at",
                                    "next_attempt_at")] == [
        "dead", "desk", 12, "the mailbox is full", None, None]
    assert [balance[key] for key in ("state", "sink", "attempts", "external_reference",
                                     "sent_at")] == [
        "sent", "mail", 2, "T-77", "2026-01-31T10:05:00Z"]
    english = installation.refundctl("explain", "rfnd_3").stdout
    for word in ("attempts", "next attempt", "the mailbox is full", "T-77", "desk"):
        assert word in english, word
    japanese = installation.refundctl("explain", "rfnd_3", "--lang", "ja").stdout
    for word in ("送信経路", "送信回数", "次回送信", "送信不能", "the mailbox is full"):
        assert word in japanese, word
    assert ADDRESS not in english + japanese


# template preview.

@pytest.fixture
def preview(installation):
    installation.configure({"outbox": {"templates_folder": str(PROJECT / "config/templates"),
                                       "shop_name": "Siam & Sons", "estimated_days_max": 7}})

    def run(*arguments, code=0):
        done = installation.refundctl("--output", "json", "template", "preview", *arguments,
                                      code=code)
        return json.loads(done.stdout) if code == 0 else done.stderr
    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_shown_with_a_sample(preview, language):
    assert len(TEMPLATES) > 10
    for template in TEMPLATES:
        shown = preview(template, "--lang", language)
        assert (shown["template"], shown["language"]) == (template, language)
        for part in ("subject", "text", "html"):
            assert shown[part], (template, part)
            assert "{{" not in shown[part]
        assert "ORDER-1" in shown["text"]
        assert ("¥1,000" in shown["text"]) == ("anomaly" not in template), template


def test_a_sample_needs_no_database(preview, installation):
    installation.configure({"database": {"url": "postgresql:///refundd?host=/nonexistent"}})
    assert "¥1,000" in preview("refund_complete", "--lang", "ja")["text"]
    assert "/nonexistent" in preview("refund_complete", "--refund", "rfnd_1", code=1)


def test_a_template_is_shown_with_the_facts_of_a_refund(told, books, preview, installation):
    books.execute("UPDATE charges SET payment_method = 'promptpay', charged_at = now()")
    shown = preview("refund_complete", "--lang", "ja", "--refund", "rfnd_1")
    for part in ("text", "html"):
        assert "order-1" in shown[part] and "฿250.00" in shown[part] and "rfnd_1" in shown[part]
    assert "Siam & Sons" in shown["text"] and "Siam &amp; Sons" in shown["html"]
    assert "返金" in shown["subject"]
    assert ADDRESS not in json.dumps(shown)
    failed = preview("refund_failed", "--refund", "rfnd_3")
    assert "PromptPay" in failed["text"] and "insufficient_balance" in failed["text"]
    assert "฿350.00" in failed["text"]
    assert "anomaly_over_refund" == preview("anomaly_over_refund", "--refund", "rfnd_1")["message"]
    assert "rfnd_nobody" in preview("refund_complete", "--refund", "rfnd_nobody", code=1)


def test_a_part_is_printed_as_it_is(preview, installation):
    def part(name):
        return installation.refundctl("template", "preview", "refund_complete", "--lang", "ja",
                                      "--part", name).stdout
    shown = preview("refund_complete", "--lang", "ja")
    assert part("subject") == shown["subject"] + "\n"
    assert part("text") == shown["text"]
    assert part("html") == shown["html"]
    assert part("all") == f"Subject: {shown['subject']}\n\n{shown['text']}\n{shown['html']}"
    assert "7 business days" in preview("refund_initiated")["text"]


def test_a_template_with_a_mistake_is_refused_with_its_file(preview, installation, tmp_path):
    installation.configure({"outbox": {"templates_folder": str(tmp_path / "nowhere")}})
    assert "outbox.templates_folder" in preview("refund_complete", code=1)
