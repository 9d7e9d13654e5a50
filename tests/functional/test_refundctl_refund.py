"""What a person knows better or asks before: `refund correct`, `charge summary`, `can-refund`."""

import json

import pytest

from senders import at
from shop import YESTERDAY, started, successful


@pytest.fixture
def refundctl(installation):
    """Runs refundctl with JSON as anna: what it prints; what it says where `code` is 2."""
    def run(*arguments, code=0):
        done = installation.refundctl("--output", "json", *arguments, code=code, user="anna")
        return json.loads(done.stdout) if done.stdout else done.stderr
    return run


WHY = ["--ticket", "ZD-7", "--note", "the bank's letter"]


@pytest.fixture
def correct(refundctl):
    def run(refund_id, status, *arguments, source="omise-th", code=0, why=WHY):
        return refundctl("refund", "correct", refund_id, "--source", source, "--status", status,
                         *arguments, *why, code=code)
    return run


# refund correct.

def test_a_correction_moves_the_refund(correct, installation, client, books, omise):
    client.deliver(started(omise, 1))
    said = correct("rfnd_1", "failed", "--failure-code", "account_closed",
                   "--failure-message", "The account is closed")
    assert (said["verdict"], said["dry_run"]) == ("applied", False)
    assert (said["before"]["status"], said["after"]["status"]) == ("pending", "failed")
    refund = books.refund("rfnd_1")
    assert (refund["status"], refund["evidence"]) == ("failed", "operator")
    assert (refund["failure_code"], refund["failure_message"]) == (
        "account_closed", "The account is closed")
    assert (refund["amount_minor"], refund["currency"], refund["charge_id"],
            refund["order_id"]) == (25000, "THB", "chrg_1", "order-1")
    event = books.event(said["event_id"])
    assert said["event_id"].startswith("operator:")
    assert (event["event_type"], event["evidence"], event["verdict"]) == (
        "refund.correct", "operator", "applied")
    entry = books.audit("rfnd_1")[-1]
    assert (entry["user_id"], entry["notes"]) == ("anna", "ticket ZD-7: the bank's letter")
    assert (entry["status_before"], entry["status_after"]) == ("pending", "failed")
    assert ("support", "refund_failed") in books.messages("rfnd_1")
    installation.refundctl("audit", "verify")


def test_the_stored_body_says_it_all(correct, refundctl, client, omise):
    client.deliver(started(omise, 1))
    said = correct("rfnd_1", "successful", "--voided", "--reason", "duplicate",
                   "--occurred-at", at(60))
    event, = refundctl("events", "show", said["event_id"])["events"]
    payload, = event["payloads"]
    assert json.loads(payload["body"]) == {
        "object": "report", "id": said["event_id"], "type": "refund.correct",
        "occurred_at": at(60), "user": "anna", "ticket": "ZD-7", "note": "the bank's letter",
        "refund": {"refund_id": "rfnd_1", "livemode": True, "status": "successful",
                   "voided": True, "reason": "duplicate"}}


def test_a_dry_run_changes_nothing(correct, installation, client, books, omise):
    client.deliver(started(omise, 1))
    said = correct("rfnd_1", "failed", "--dry-run")
    assert (said["verdict"], said["dry_run"]) == ("applied", True)
    assert (said["before"]["status"], said["after"]["status"]) == ("pending", "failed")
    assert books.refund("rfnd_1")["status"] == "pending"
    assert books.count("webhook_events") == 1
    text = installation.refundctl("refund", "correct", "rfnd_1", "--source", "omise-th", "--status",
                                  "failed", "--dry-run", *WHY).stdout
    assert "would be failed" in text


def test_a_correction_of_an_earlier_time_says_why_nothing_moved(correct, client, books, omise):
    client.deliver(successful(omise, 1, seconds=60))
    said = correct("rfnd_1", "failed", "--occurred-at", at(YESTERDAY + 30), code=1)
    assert said["verdict"] == "stale"
    assert at(YESTERDAY + 60) in said["explanation"] and "evnt_end_1" in said["explanation"]
    assert books.refund("rfnd_1")["status"] == "successful"
    assert "contradicting_outcome" in books.anomalies("rfnd_1")
    assert books.audit("rfnd_1")[-1]["verdict"] == "stale"


def test_a_correction_may_reverse_an_outcome(correct, client, books, omise):
    client.deliver(successful(omise, 1))
    assert correct("rfnd_1", "failed")["verdict"] == "applied"
    assert books.refund("rfnd_1")["episode"] == 2
    assert ("support", "refund_reversed") in books.messages("rfnd_1")


def test_an_amount_is_corrected_with_an_anomaly(correct, client, books, omise):
    client.deliver(started(omise, 1))
    said = correct("rfnd_1", "successful", "--amount-minor", "20000")
    assert (said["after"]["amount_minor"], said["after"]["currency"]) == (20000, "THB")
    assert "amount_changed" in books.anomalies("rfnd_1")


def test_an_unknown_refund_is_made_only_where_all_is_said(correct, books, daemon):
    assert "rfnd_9" in correct("rfnd_9", "successful", code=2)
    correct("rfnd_9", "successful", "--charge", "chrg_9", "--amount-minor", "500", code=2)
    assert books.count("webhook_events") == 0
    said = correct("rfnd_9", "successful", "--charge", "chrg_9", "--amount-minor", "500",
                   "--currency", "THB")
    assert (said["before"], said["after"]["status"]) == (None, "successful")
    refund = books.refund("rfnd_9")
    assert (refund["charge_id"], refund["amount_minor"], refund["livemode"]) == (
        "chrg_9", 500, True)


@pytest.mark.parametrize("arguments", [
    ["--voided"], ["--currency", "XXX", "--amount-minor", "1"], ["--currency", "THB"],
    ["--amount-minor", "0"], ["--amount-minor", "1.5"], ["--occurred-at", "yesterday"],
    ["--occurred-at", "9999-01-01"],
    ["--reason", "two\nlines"]])
def test_what_cannot_be_meant(correct, client, omise, arguments):
    client.deliver(started(omise, 1))
    correct("rfnd_1", "failed", *arguments, code=2)


@pytest.mark.parametrize("why", [["--ticket", "x"], ["--note", "x"],
                                 ["--ticket", " ", "--note", "x"],
                                 ["--ticket", "x", "--note", " "]])
def test_who_corrects_says_why(correct, why):
    correct("rfnd_1", "failed", why=why, code=2)


@pytest.mark.parametrize("status, source", [("pending", "omise-th"), ("failed", "nobody")])
def test_wrong_usage(correct, status, source):
    correct("rfnd_1", status, source=source, code=2)


def test_a_support_agent_cannot_correct(correct, installation, client, books, omise):
    client.deliver(started(omise, 1))
    books.execute("DROP ROLE IF EXISTS corrector")
    books.execute("CREATE ROLE corrector LOGIN IN ROLE refundd_support")
    try:
        installation.configure(
            {"database": {"url": books.url.replace("user=postgres", "user=corrector")}})
        assert "permission denied" in correct("rfnd_1", "failed", code=1)
        assert installation.refundctl("charge", "summary", "chrg_1").stdout
    finally:
        books.execute("DROP ROLE corrector")
    assert books.refund("rfnd_1")["status"] == "pending"


# charge summary.

@pytest.fixture
def paid(client, omise):
    """chrg_1: 1,000.00 THB by PromptPay; 250.00 are refunded, 250.00 are pending."""
    client.deliver_all(
        omise.charge("evnt_c", "chrg_1", amount=100000, order="order-1",
                     source={"type": "promptpay"}),
        successful(omise, 1),
        omise.refund("evnt_p", "refund.create", "rfnd_2", charge="chrg_1", amount=25000))


def test_a_charge_is_summed_up(refundctl, installation, books, paid):
    summary = refundctl("charge", "summary", "chrg_1")
    row = books.charge("chrg_1")
    assert [summary[f"{name}_minor"] for name in ["original", "refunded", "pending", "remaining"]] \
        == [row[f"{name}_amount"] for name in ["original", "refunded", "pending", "remaining"]] \
        == [100000, 25000, 25000, 50000]
    assert (summary["refund_count"], summary["refunded_percentage"], summary["fully_refunded"],
            summary["currency"], summary["order_id"]) == (2, 25.0, False, "THB", "order-1")
    assert {(refund["refund_id"], refund["status"]) for refund in summary["refunds"]} == {
        ("rfnd_1", "successful"), ("rfnd_2", "pending")}
    text = installation.refundctl("charge", "summary", "chrg_1", "--source", "omise-th").stdout
    assert "500.00 THB" in text and "rfnd_2" in text


def test_a_charge_of_which_only_the_id_is_known(refundctl, installation, client, omise):
    client.deliver(successful(omise, 1))
    summary = refundctl("charge", "summary", "chrg_1")
    assert (summary["original_minor"], summary["remaining_minor"]) == (None, None)
    assert summary["refunded_minor"] == 25000
    assert "unknown" in installation.refundctl("charge", "summary", "chrg_1").stdout


def test_a_charge_that_nobody_named(refundctl):
    assert "chrg_0" in refundctl("charge", "summary", "chrg_0", code=1)
    refundctl("charge", "summary", "chrg_0", "--source", "nobody", code=2)


def test_two_accounts_may_have_the_same_charge(refundctl, client, accounts):
    for sender in (accounts.omise, accounts.omise_old):
        client.deliver(successful(sender, 1))
    assert "--source" in refundctl("charge", "summary", "chrg_1", code=2)
    assert refundctl("charge", "summary", "chrg_1", "--source", "omise-old")["source"] == \
        "omise-old"


# can-refund.

def codes(findings):
    for finding in findings:
        assert finding["what_happened"] and finding["what_to_do"]
    return [finding["code"] for finding in findings]


def test_what_is_left_may_be_refunded(refundctl, paid):
    answer = refundctl("can-refund", "chrg_1", "50000")
    assert (answer["may_be_refunded"], answer["errors"], answer["remaining_minor"]) == (
        True, [], 50000)
    assert codes(answer["warnings"]) == ["window_passed", "pending_refunds",
                                         "active_account_required"]


@pytest.mark.parametrize("arguments, code", [
    (["chrg_1", "50001"], "amount_exceeds_refundable"), (["chrg_1", "19"], "below_minimum"),
    (["chrg_1", "1000", "--currency", "JPY"], "currency_mismatch"),
    (["chrg_0", "1000"], "invalid_charge")])
def test_what_cannot_be_refunded(refundctl, paid, arguments, code):
    answer = refundctl("can-refund", *arguments, code=1)
    assert (answer["may_be_refunded"], codes(answer["errors"])) == (False, [code])


def test_the_answer_is_for_people_in_two_languages(installation, paid):
    english = installation.refundctl("can-refund", "chrg_1", "50001", code=1).stdout
    assert "cannot be refunded" in english and "500.00 THB" in english
    japanese = installation.refundctl("can-refund", "chrg_1", "50001", "--lang", "ja",
                                      code=1).stdout
    assert "返金できません" in japanese and "500.00 THB" in japanese


def test_a_doubled_request_is_noticed(refundctl, client, omise, correct, paid):
    correct("rfnd_3", "successful", "--charge", "chrg_1", "--amount-minor", "1000", "--currency",
            "THB")
    answer = refundctl("can-refund", "chrg_1", "1000")
    assert "suspected_duplicate" in codes(answer["warnings"])


@pytest.mark.parametrize("arguments", [
    ["chrg_1"], ["chrg_1", "10.00"], ["chrg_1", "1000", "--currency", "XXX"],
    ["chrg_1", "1000", "--lang", "th"], ["chrg_1", "1000", "--source", "nobody"]])
def test_can_refund_wrong_usage(refundctl, arguments):
    refundctl("can-refund", *arguments, code=2)
