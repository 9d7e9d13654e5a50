"""What finance and support read: sums checked by hand, days in the source's time zone, and answers
that come from indexes however many refunds there are.

The views are read as the roles they are for.
"""

import contextlib
import datetime
import os
import pathlib
import random
import re

import psycopg
import pytest
from psycopg.rows import dict_row

from installation import installed

HOUR = 3600
DAY = 24 * HOUR
# The tests' common beginning is 2026-01-31 10:00 UTC: 17:00 in Bangkok, 19:00 in Tokyo.
BANGKOK_MIDNIGHT = 7 * HOUR
TOKYO_MIDNIGHT = 5 * HOUR

ZONES = """
    INSERT INTO sources (source, provider, livemode, time_zone, updated_at)
    VALUES ('omise-th', 'omise', true, 'Asia/Bangkok', now()),
           ('omise-test', 'omise', false, 'Asia/Bangkok', now()),
           ('payjp-jp', 'payjp', true, 'Asia/Tokyo', now())
        ON CONFLICT (source) DO UPDATE SET time_zone = EXCLUDED.time_zone"""


def day(text):
    return datetime.date.fromisoformat("2026-" + text)


@contextlib.contextmanager
def reading_as(role, books):
    """A function that runs a query as this role and returns its rows."""
    with psycopg.connect(books.url.replace("user=postgres", f"user={role}"), autocommit=True,
                         options="-c search_path=refundd -c TimeZone=UTC") as connection:
        yield lambda sql, *parameters: connection.cursor(row_factory=dict_row).execute(
            sql, parameters).fetchall()


@pytest.fixture
def finance(books):
    books.execute(ZONES)
    with reading_as("refundd_finance", books) as ask:
        yield ask


@pytest.fixture
def support(books):
    books.execute(ZONES)
    with reading_as("refundd_support", books) as ask:
        yield ask


@pytest.fixture
def omise_refund(omise):
    """A refund event of THB whose reason is always the same; its id follows from `what`."""
    def make(name, what, seconds, amount, **more):
        keys = {"fail": "refund.fail", "success": "refund.success"}
        return omise.refund(f"evnt_{name}_{what}", keys.get(what.rstrip("0123456789"),
                                                            "refund.create"),
                            f"rfnd_{name}", seconds=seconds, amount=amount,
                            **{"charge": f"chrg_{name}", "order": f"order-{name}",
                               "reason": "requested_by_customer", **more})
    return make


def ledger_of(rows):
    """{(day, source, currency, status, direction): (count, sum)}"""
    return {(f"{row['day']:%m-%d}", row["source"], row["currency"], row["status"],
             row["direction"]): (row["refund_count"], row["amount_minor"]) for row in rows}


def seal(books, source, up_to):
    """As the closing of these days leaves them: whatever is known by now belongs to them."""
    books.execute("""
        INSERT INTO ledger_days (source, day, starts_at, ends_at, audit_to, entry_count,
                                 audit_sha256, exception_count, closed_at, closed_by, day_sha256)
        SELECT s.source, d::date, d::date::timestamp AT TIME ZONE s.time_zone,
               (d::date + 1)::timestamp AT TIME ZONE s.time_zone,
               (SELECT max(audit_id) FROM refund_audit), 0, sha256('entries'), 0,
               greatest(now(), (d::date + 1)::timestamp AT TIME ZONE s.time_zone), 'test',
               sha256('day')
          FROM sources s, generate_series(date '2026-01-31', %s::date, '1 day') AS d
         WHERE s.source = %s
            ON CONFLICT DO NOTHING""", up_to, source)


# A small month.


@pytest.fixture
def month(client, books, omise_refund, payjp, accounts):
    client.deliver_all(
        # requested and done on the same day in Bangkok: the second just before its midnight
        omise_refund("a", "create", 0, 10000),
        omise_refund("a", "success", BANGKOK_MIDNIGHT - 60, 10000),
        # done a minute after midnight, taken back three days later
        omise_refund("b", "create", 0, 20000),
        omise_refund("b", "success", BANGKOK_MIDNIGHT + 60, 20000),
        omise_refund("b", "fail", 3 * DAY, 20000, failure_message="the account is closed"),
        # never seen before it was done, and for nobody's reason
        omise_refund("c", "success", 2 * DAY, 5000, reason=None),
        omise_refund("d", "create", 2 * DAY, 7000),
        omise_refund("e", "create", 2 * DAY, 3000),
        omise_refund("e", "fail", 2 * DAY + 60, 3000, failure_code="insufficient_balance"),
        payjp.refund("evnt_p1", "re_p", "pending", flow="pfw_p", seconds=TOKYO_MIDNIGHT - 60),
        payjp.refund("evnt_p2", "re_p", "succeeded", flow="pfw_p", seconds=TOKYO_MIDNIGHT + 60),
        accounts.omise_test.refund("evnt_t", "refund.success", "rfnd_t", seconds=0, amount=999))
    return books


def test_the_daily_ledger_of_a_small_month(month, finance):
    live = finance("SELECT * FROM finance_daily_ledger WHERE livemode AND reason IS NOT NULL")
    assert ledger_of(live) == {
        ("01-31", "omise-th", "THB", "pending", "in"): (2, 30000),
        ("01-31", "omise-th", "THB", "pending", "out"): (-1, -10000),
        ("01-31", "omise-th", "THB", "successful", "in"): (1, 10000),
        ("02-01", "omise-th", "THB", "pending", "out"): (-1, -20000),
        ("02-01", "omise-th", "THB", "successful", "in"): (1, 20000),
        ("02-02", "omise-th", "THB", "pending", "in"): (2, 10000),
        ("02-02", "omise-th", "THB", "pending", "out"): (-1, -3000),
        ("02-02", "omise-th", "THB", "failed", "in"): (1, 3000),
        # the reversal: lines of its own, on its own day
        ("02-03", "omise-th", "THB", "successful", "out"): (-1, -20000),
        ("02-03", "omise-th", "THB", "failed", "in"): (1, 20000),
    }
    assert {row["reason"] for row in live} == {"requested_by_customer"}
    assert ledger_of(finance("SELECT * FROM finance_daily_ledger "
                             "WHERE livemode AND reason IS NULL")) == {
        ("02-02", "omise-th", "THB", "successful", "in"): (1, 5000),
        ("01-31", "payjp-jp", "JPY", "pending", "in"): (1, 1000),
        ("02-01", "payjp-jp", "JPY", "pending", "out"): (-1, -1000),
        ("02-01", "payjp-jp", "JPY", "successful", "in"): (1, 1000),
    }
    assert ledger_of(finance("SELECT * FROM finance_daily_ledger WHERE NOT livemode")) == {
        ("01-31", "omise-test", "THB", "successful", "in"): (1, 999)}


def test_the_net_effect_of_a_small_month(month, finance):
    columns = ["refunded_count", "refunded_minor", "reversed_count", "reversed_minor",
               "corrected_minor", "net_minor"]
    effect = {(f"{row['day']:%m-%d}", row["source"], row["currency"]): [row[c] for c in columns]
              for row in finance("SELECT * FROM finance_net_effect WHERE livemode")}
    assert effect == {
        ("01-31", "omise-th", "THB"): [1, 10000, 0, 0, 0, 10000],
        ("02-01", "omise-th", "THB"): [1, 20000, 0, 0, 0, 20000],
        ("02-02", "omise-th", "THB"): [1, 5000, 0, 0, 0, 5000],
        ("02-03", "omise-th", "THB"): [0, 0, 1, 20000, 0, -20000],
        ("02-01", "payjp-jp", "JPY"): [1, 1000, 0, 0, 0, 1000],
    }


def test_all_lines_together_are_what_stands_in_the_books(month, finance):
    assert finance("""SELECT source, livemode, status, currency, reason, sum(refund_count) AS count,
                             sum(amount_minor) AS amount
                        FROM finance_daily_ledger GROUP BY 1, 2, 3, 4, 5
                      HAVING sum(refund_count) <> 0 ORDER BY 1, 2, 3, 4, 5""") == month.rows(
        """SELECT source, livemode, status, currency, reason, count(*), sum(amount_minor) AS amount
             FROM refunds GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5""")


def test_lines_of_one_refund_tell_when_and_from_what(month, finance):
    lines = finance("SELECT * FROM finance_ledger WHERE refund_id = 'rfnd_b' "
                    "ORDER BY audit_id, refund_count")
    assert [(line["day"], line["cause"], line["status"], line["amount_minor"], line["event_id"])
            for line in lines] == [
        (day("01-31"), "first_seen", "pending", 20000, "evnt_b_create"),
        (day("02-01"), "status", "pending", -20000, "evnt_b_success"),
        (day("02-01"), "status", "successful", 20000, "evnt_b_success"),
        (day("02-03"), "status", "successful", -20000, "evnt_b_fail"),
        (day("02-03"), "status", "failed", 20000, "evnt_b_fail")]


# Facts that come late.


def test_a_closed_day_stays_and_what_comes_late_is_a_line_of_the_next(month, client, finance,
                                                                      omise_refund):
    def closed():
        return finance("SELECT * FROM finance_daily_ledger WHERE source = 'omise-th' "
                       "AND day <= '2026-02-03' ORDER BY day, status, direction, reason")

    def later():
        return ledger_of(finance("SELECT * FROM finance_daily_ledger WHERE source = 'omise-th' "
                                 "AND day > '2026-02-03'"))

    before = closed()
    seal(month, "omise-th", up_to=day("02-03"))
    assert closed() == before
    # It failed on the first of February, and we hear of it now.
    client.deliver(omise_refund("a", "fail", BANGKOK_MIDNIGHT + HOUR, 10000))
    assert closed() == before
    late = {("02-04", "omise-th", "THB", "successful", "out"): (-1, -10000),
            ("02-04", "omise-th", "THB", "failed", "in"): (1, 10000)}
    assert later() == late
    seal(month, "omise-th", up_to=day("02-04"))
    client.deliver(omise_refund("d", "success", 3 * DAY, 7000))
    assert closed() == before
    assert later() == {**late,
                       ("02-05", "omise-th", "THB", "pending", "out"): (-1, -7000),
                       ("02-05", "omise-th", "THB", "successful", "in"): (1, 7000)}


def test_another_amount_is_a_correction_and_no_reversal(month, client, finance, omise_refund):
    assert client.deliver(
        omise_refund("c", "success2", 4 * DAY, 6000, reason=None)).verdict == "applied"
    (effect,) = finance("SELECT * FROM finance_net_effect WHERE day = '2026-02-04'")
    assert (effect["refunded_count"], effect["reversed_count"]) == (0, 0)
    assert (effect["corrected_minor"], effect["net_minor"]) == (1000, 1000)
    assert [(line["cause"], line["amount_minor"]) for line in finance(
        "SELECT * FROM finance_ledger WHERE refund_id = 'rfnd_c' ORDER BY audit_id, refund_count")
    ] == [("first_seen", 5000), ("amount", -5000), ("amount", 6000)]


def test_a_reason_that_is_learnt_later_moves_no_money(month, client, finance, omise_refund):
    client.deliver(omise_refund("c", "success2", 4 * DAY, 5000, reason="fraudulent"))
    assert [(line["cause"], line["reason"], line["amount_minor"]) for line in finance(
        "SELECT * FROM finance_ledger WHERE refund_id = 'rfnd_c' ORDER BY audit_id, refund_count")
    ] == [("first_seen", None, 5000), ("reason", None, -5000), ("reason", "fraudulent", 5000)]
    assert finance("SELECT * FROM finance_net_effect WHERE day = '2026-02-04'") == []


@pytest.mark.parametrize("seed", range(3))
def test_the_ledger_agrees_with_the_refunds_whatever_came_in_which_order(client, books, finance,
                                                                         omise_refund, seed):
    chance = random.Random(seed)
    events = [omise_refund(f"{n}", f"{what}{turn}", chance.randrange(10 * DAY), 1000 * (n + 1),
                           reason=chance.choice([None, "duplicate", "fraudulent"]))
              for n in range(8) for turn in range(4)
              for what in [chance.choice(["create", "success", "fail"])]]
    chance.shuffle(events)
    client.deliver_all(*events, *chance.choices(events, k=5))
    query = """SELECT status, currency, reason, sum({count}) AS count, sum(amount_minor) AS amount
                 FROM {table} GROUP BY 1, 2, 3 HAVING sum({count}) <> 0 ORDER BY 1, 2, 3"""
    assert finance(query.format(table="finance_ledger", count="refund_count")) == books.rows(
        query.format(table="refunds", count="1"))


# Exceptions and what waits.


def test_open_exceptions_are_those_about_money_and_end_when_resolved(client, books, finance, omise,
                                                                     omise_refund):
    client.deliver_all(omise.charge("evnt_0", "chrg_a", amount=15000, order="order-a"),
                       omise_refund("a", "success", 0, 10000),
                       omise_refund("b", "success", 3600, 10000, charge="chrg_a", order=None),
                       omise_refund("c", "success", 60, 1, charge=None, order=None))
    assert books.count("anomalies", "kind = 'below_minimum'") == 1  # support's, not finance's
    exceptions = finance("SELECT * FROM finance_open_exceptions")
    assert [(x["origin"], x["kind"], x["charge_id"]) for x in exceptions] == [
        ("anomaly", "over_refund", "chrg_a")]
    assert exceptions[0]["age"] >= datetime.timedelta(0)
    books.execute("UPDATE anomalies SET resolved_at = now(), resolved_by = 'ann'")
    assert finance("SELECT * FROM finance_open_exceptions") == []


def test_the_kinds_that_are_open_exceptions(books, finance):
    (definition,) = books.row("SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                              "WHERE conname = 'anomalies_kind_known'").values()
    for kind in re.findall(r"'(\w+)'::text", definition):
        books.execute("INSERT INTO anomalies (detected_at, kind, source, subject, details) "
                      "VALUES (now(), %s, 'omise-th', 'x', '{}')", kind)
    assert {row["kind"] for row in finance("SELECT kind FROM finance_open_exceptions")} == {
        "over_refund", "currency_mismatch", "amount_changed", "contradicting_outcome",
        "non_positive_amount", "suspected_duplicate_refund", "provider_disagrees",
        "unknown_to_provider", "unconfirmed"}


def test_what_reconciliation_leaves_open_is_an_exception_but_for_what_time_mends(month, finance):
    month.execute("""
        WITH run AS (INSERT INTO reconciliation_runs (source, from_day, to_day, basis, state,
                                                      started_at, started_by)
                     VALUES ('omise-th', '2026-01-31', '2026-01-31', 'api', 'running', now(), 'me')
                     RETURNING run_id)
        INSERT INTO reconciliation_items (source, basis, refund_id, kind, expected, found, amount_minor,
               currency, refund_at, state, first_run_id, last_run_id, detected_at, resolved_at,
               resolved_by, resolution)
        SELECT 'omise-th', 'api', id, kind, '100', '90', 10000, 'THB', now(), state, run_id, run_id, now(),
               ended, CASE WHEN ended IS NOT NULL THEN 'ann' END,
               CASE WHEN ended IS NOT NULL THEN 'as agreed' END
          FROM run, (VALUES ('rfnd_a', 'amount', 'open', NULL::timestamptz),
                            ('rfnd_a', 'timing', 'open', NULL),
                            ('rfnd_b', 'amount', 'accepted', now()),
                            ('rfnd_gone', 'missing_here', 'open', NULL)
                    ) AS item (id, kind, state, ended)""")
    found = finance("SELECT * FROM finance_open_exceptions WHERE origin = 'reconciliation' "
                    "ORDER BY refund_id")
    assert [(x["refund_id"], x["kind"], x["charge_id"], x["expected"], x["found"]) for x in found
            ] == [("rfnd_a", "amount", "chrg_a", "100", "90"),
                  ("rfnd_gone", "missing_here", None, "100", "90")]


def test_the_age_of_what_is_pending(month, finance):
    month.execute("UPDATE refunds SET requested_at = now() - interval '12 days' "
                  "WHERE refund_id = 'rfnd_d'")
    (waiting,) = finance("SELECT * FROM finance_pending_age")
    assert (waiting["refund_id"], waiting["amount_minor"], waiting["order_id"]) == (
        "rfnd_d", 7000, "order-d")
    assert waiting["age"].days == 12 and waiting["bucket"] == "10 to 30 days"


# Support.


@pytest.fixture
def customer(month):
    month.execute("UPDATE orders SET customer_email = 'Ann@Example.com', customer_locale = 'th' "
                  "WHERE order_id IN ('order-a', 'order-b')")
    return "ann@example.com"


def test_support_finds_refunds_by_customer_order_charge_or_id(customer, support):
    (one,) = support("SELECT * FROM support_refunds WHERE refund_id = 'rfnd_a'")
    assert (one["status"], one["amount_minor"], one["customer_email"], one["customer_locale"]) == (
        "successful", 10000, customer, "th")
    assert (one["told"], one["told_state"], one["open_anomalies"]) == (
        "refund_complete", "pending", 0)
    for column, value in [("order_id", "order-a"), ("charge_id", "chrg_a")]:
        assert support(f"SELECT * FROM support_refunds WHERE {column} = %s", value) == [one]
    assert [row["refund_id"] for row in support(
        "SELECT * FROM support_refunds WHERE customer_email = lower('ANN@example.com') "
        "ORDER BY 1, 2")] == ["rfnd_a", "rfnd_b"]


def test_a_ticket_is_open_while_it_holds(customer, client, books, support, omise_refund):
    def tickets():
        return {(row["refund_id"], row["ticket"]) for row in support(
            "SELECT * FROM support_open_tickets WHERE ticket NOT LIKE 'anomaly%%'")}

    assert tickets() == {("rfnd_b", "refund_reversed"), ("rfnd_e", "refund_failed")}
    (ticket,) = support("SELECT * FROM support_open_tickets WHERE refund_id = 'rfnd_e'")
    assert (ticket["order_id"], ticket["found"], ticket["message_state"]) == (
        "order-e", "insufficient_balance", "pending")
    assert ticket["next_step"].startswith("Ask finance to top up")
    # The customer gets the money by another refund.
    client.deliver(omise_refund("e2", "create", 3 * DAY, 3000, charge="chrg_e", order="order-e"))
    assert tickets() == {("rfnd_b", "refund_reversed")}
    client.deliver(omise_refund("b", "success2", 4 * DAY, 20000))
    assert tickets() == set()


def test_an_open_anomaly_is_a_ticket_until_somebody_resolves_it(customer, books, support):
    (ticket,) = support("SELECT * FROM support_open_tickets WHERE customer_email = %s "
                        "AND ticket = 'anomaly_contradicting_outcome'", customer)
    assert (ticket["refund_id"], ticket["expected"], ticket["found"], ticket["priority"]) == (
        "rfnd_b", "successful", "failed", "normal")
    message = books.row("SELECT * FROM outbox_messages WHERE message_id = %s", ticket["message_id"])
    assert message["audience"] == "support"
    assert message["template"] == "anomaly_contradicting_outcome"
    books.execute("UPDATE anomalies SET resolved_at = now(), resolved_by = 'ann'")
    assert support("SELECT * FROM support_open_tickets WHERE ticket LIKE 'anomaly%%'") == []


def test_failures_of_today_begin_at_the_sources_midnight(customer, books, support):
    today = {(row["refund_id"], row["status_before"], row["failure_message"])
             for row in support("SELECT * FROM support_failures_today")}
    assert today == {("rfnd_b", "successful", "the account is closed"),
                     ("rfnd_e", "pending", None)}
    books.execute("""UPDATE refund_audit
                        SET recorded_at = date_trunc('day', now() AT TIME ZONE 'Asia/Bangkok')
                                          AT TIME ZONE 'Asia/Bangkok'
                                          - CASE refund_id WHEN 'rfnd_b' THEN interval '1 second'
                                            ELSE interval '0' END""")
    assert [row["refund_id"] for row in support("SELECT * FROM support_failures_today")] == [
        "rfnd_e"]


# However many refunds there are.

REFUNDS = 200_000

FILL = ["""
CREATE TEMPORARY TABLE made AS
SELECT n, (ARRAY['omise-th', 'omise-old', 'payjp-jp'])[1 + n / 2 %% 3] AS source,
       'rfnd_' || md5('r' || n) AS refund_id, 'chrg_' || md5('c' || n / 2) AS charge_id,
       'order-' || n / 2 AS order_id, 2000 + n AS amount_minor,
       now() - interval '1 year' * (%(refunds)s - n) / %(refunds)s AS at,
       CASE WHEN n %% 1000 = 0 THEN 'pending' WHEN n %% 100 = 1 THEN 'failed'
            ELSE 'successful' END AS status
  FROM generate_series(1, %(refunds)s) n""", """
INSERT INTO refunds (source, refund_id, charge_id, order_id, livemode, status, action_required,
       voided, provider_status, amount_minor, currency, evidence, occurred_at, requested_at,
       first_seen_at, updated_at, last_event_id, episode, report_keys, audit_hash, audit_length,
       revision)
SELECT source, refund_id, charge_id, order_id, true, status, false, false, status, amount_minor,
       'THB', 'signed_webhook', at, at, at, at, 'evnt', 1, '', sha256('x'), 2, 2
  FROM made""", """
INSERT INTO charges (source, charge_id, livemode, order_id, updated_at, report_keys, revision)
SELECT source, charge_id, true, order_id, at, '', 1 FROM made WHERE n %% 2 = 0""", """
INSERT INTO orders (order_id, livemode, status, total_known, refunded_minor, pending_minor,
       customer_email, updated_at, revision)
SELECT order_id, true, 'partially_refunded', false, 1, 0, 'Customer' || n / 6 || '@Shop.example',
       at, 2
  FROM made WHERE n %% 2 = 0""", """
INSERT INTO refund_audit (recorded_at, occurred_at, source, refund_id, event_id, evidence, verdict,
       status_before, status_after, amount_minor, currency, chain_index, previous_hash, entry_hash)
SELECT at, at, source, refund_id, 'evnt_' || n || step, 'signed_webhook', 'applied',
       CASE step WHEN 2 THEN 'pending' END, CASE step WHEN 2 THEN status ELSE 'pending' END,
       amount_minor, 'THB', step, sha256('x'), sha256('x')
  FROM made, generate_series(1, 2) step WHERE step = 1 OR status <> 'pending'""", """
INSERT INTO webhook_events (source, event_id, event_type, refund_id, verdict, evidence, occurred_at,
       received_at, body_sha256, content_sha256)
SELECT source, 'evnt_' || n, 'refund.create', refund_id, 'applied', 'signed_webhook', at, at,
       sha256('x'), sha256('x')
  FROM made""", """
INSERT INTO outbox_messages (message_id, audience, template, priority, source, refund_id, order_id,
       livemode, episode, payload, state, next_attempt_at, created_at)
SELECT md5(n || audience)::uuid, audience, template, 'normal', source, refund_id, order_id, true,
       '1', '{}', 'sent', at, at
  FROM (SELECT *, 'customer' AS audience, 'refund_initiated' AS template FROM made
         UNION ALL
        SELECT *, 'support', 'refund_failed' FROM made WHERE status = 'failed') told""", """
INSERT INTO anomalies (detected_at, kind, source, refund_id, charge_id, order_id, subject, details)
SELECT at, 'amount_changed', source, refund_id, charge_id, order_id, refund_id, '{}'
  FROM made WHERE n %% 20 = 0""", """
INSERT INTO reconciliation_runs (source, from_day, to_day, basis, state, started_at, started_by)
VALUES ('omise-th', '2026-01-31', '2026-01-31', 'api', 'running', now(), 'me')""", """
INSERT INTO reconciliation_items (source, basis, refund_id, kind, expected, found, refund_at, state,
       first_run_id, last_run_id, detected_at)
SELECT source, 'api', refund_id, 'status', 'failed', 'successful', at, 'open', 1, 1, at
  FROM made WHERE n %% 20 = 0""", """
INSERT INTO refund_reads (source, refund_id, next_read_at, first_due_at)
SELECT source, refund_id, at, at FROM made WHERE n %% 20 = 0""", """
INSERT INTO ledger_days (source, day, starts_at, ends_at, audit_to, entry_count, audit_sha256,
       exception_count, closed_at, closed_by, day_sha256)
SELECT 'omise-th', d, d, d + 1, 1000 * (d - (current_date - 365)), 0, sha256('x'), 0, now(), 'me',
       sha256('x')
  FROM (SELECT current_date - x AS d FROM generate_series(100, 365) x) days""", ZONES, "ANALYZE"]


@pytest.fixture(scope="module")
def full_books(postgres, certificate, tmp_path_factory):
    folder = tmp_path_factory.mktemp("full") / "refundd"
    with installed(postgres, certificate, folder) as (_, books):
        for statement in FILL:
            books.execute(statement.replace("%(refunds)s", str(REFUNDS)))
        yield books


KEYS = ["refund_id", "charge_id", "order_id", "customer_email"]
LOOK_UPS = [(role, view, column) for role, view, columns in [
    ("refundd_finance", "finance_ledger", KEYS[:3]),
    ("refundd_finance", "finance_open_exceptions", KEYS[:3]),
    ("refundd_finance", "finance_pending_age", KEYS[:3]),
    ("refundd_finance", "charge_summary", KEYS[1:3]),
    ("refundd_support", "support_refunds", KEYS),
    ("refundd_support", "support_open_tickets", KEYS),
    ("refundd_support", "support_failures_today", KEYS),
    ("refundd_support", "refund_timeline", KEYS[:1]),
] for column in columns]


def nodes_of(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes_of(inner)


def processor_seconds(pid):
    """What this process has used of a processor."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:13]) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("role, view, column", LOOK_UPS)
def test_one_refund_order_or_charge_is_looked_up_and_not_searched(full_books, role, view, column):
    number = 100_000  # a pending one, of which every view but that of failures has something
    keys = full_books.row("SELECT * FROM support_refunds "
                          "WHERE refund_id = 'rfnd_' || md5('r' || %s)", number)
    with reading_as(role, full_books) as ask:
        if view != "support_failures_today":
            assert ask(f"SELECT * FROM {view} WHERE {column} = %s", keys[column])
        (server,) = ask("SELECT pg_backend_pid() AS pid")
        before = processor_seconds(server["pid"])
        (explained,) = ask(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {view} "
                           f"WHERE {column} = '{keys[column]}'")
        used = processor_seconds(server["pid"]) - before
    (result,) = explained["QUERY PLAN"]
    searched = {node["Relation Name"] for node in nodes_of(result["Plan"])
                if node["Node Type"] == "Seq Scan"}
    assert searched <= {"sources"}  # a row for each configured source
    # An index that is read from end to end has thousands.
    assert result["Plan"]["Shared Hit Blocks"] + result["Plan"]["Shared Read Blocks"] < 400
    assert used < 0.5  # a few milliseconds; time in which it stands still is not counted


def test_a_day_of_the_ledgers_lines_is_found_by_when_it_was_recorded(full_books):
    with reading_as("refundd_finance", full_books) as ask:
        (explained,) = ask("EXPLAIN (FORMAT JSON) SELECT day, sum(amount_minor) FROM finance_ledger "
                           "WHERE day = current_date - 100 AND recorded_at >= current_date - 101 "
                           "AND recorded_at < current_date - 98 GROUP BY day")
    scans = {node.get("Index Name") for node in nodes_of(explained["QUERY PLAN"][0]["Plan"])}
    assert "refund_audit_recorded" in scans
