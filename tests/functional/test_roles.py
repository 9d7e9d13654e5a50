"""What each database role may do, and that the daemon needs no more than its own.

One database and one daemon serve all tests of this file: roles that may do nothing change nothing.
"""

import contextlib

import psycopg
import pytest

from deadline import wait_until
from installation import installed


@pytest.fixture(scope="module")
def site(postgres, certificate, tmp_path_factory):
    folder = tmp_path_factory.mktemp("roles") / "refundd"
    with installed(postgres, certificate, folder) as (installation, books):
        # The schema is the superuser's; from now on the configuration names the daemon's role.
        text = installation.config_file.read_text()
        installation.config_file.write_text(text.replace("user=postgres", "user=refundd_app"))
        yield installation, books


@pytest.fixture(scope="module")
def daemon(site):
    installation, _ = site
    with installation.running() as daemon:
        yield daemon


CUSTOMER = "ann@example.com"
ABOUT_PEOPLE = {"customer_email", "customer_locale", "metadata", "remote_address", "ip_address",
                "user_agent", "user_id", "headers", "body", "payload"}


@pytest.fixture(scope="module", autouse=True)
def one_refund(site, daemon, accounts):
    omise = accounts.omise
    with daemon.client() as client:
        assert client.deliver_all(
            omise.charge("evnt_1", "chrg_1", amount=10000, order="order-1"),
            omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", seconds=60,
                         metadata={"mail": CUSTOMER}),
            omise.refund("evnt_3", "refund.create", "rfnd_2", charge="chrg_1", seconds=70),
            omise.refund("evnt_4", "refund.fail", "rfnd_2", charge="chrg_1", seconds=80)
        ) == ["applied"] * 4
    site[1].execute("UPDATE orders SET customer_email = %s", CUSTOMER)


@pytest.fixture
def as_role(books):
    @contextlib.contextmanager
    def connect(role):
        with psycopg.connect(books.url.replace("user=postgres", f"user={role}"), autocommit=True,
                             options="-c search_path=refundd") as connection:
            yield connection
    return connect


def test_the_daemon_works_as_refundd_app(books):
    assert books.refund("rfnd_1")["status"] == "successful"
    assert books.order("order-1")["status"] == "refunded"
    assert books.count("webhook_payloads") == 4
    assert books.count("webhook_payloads_default") == 0
    users = books.rows("SELECT DISTINCT usename FROM pg_stat_activity "
                       "WHERE datname = current_database() AND application_name = 'refundd'")
    assert users == [{"usename": "refundd_app"}]


def test_a_running_daemon_makes_the_month_that_is_missing(books):
    months = [row["name"] for row in books.rows(
        """SELECT inhrelid::regclass::text AS name FROM pg_inherits
            WHERE inhparent = 'webhook_payloads'::regclass
              AND inhrelid <> 'webhook_payloads_default'::regclass ORDER BY 1""")]
    assert len(months) == 3  # this one and two ahead
    books.execute(f"DROP TABLE {months[-1]}")
    wait_until(lambda: books.value("SELECT to_regclass(%s) IS NOT NULL", months[-1]))
    owner = books.value("SELECT tableowner FROM pg_tables WHERE tablename = %s", months[-1])
    assert owner == "refundd_app"


@pytest.mark.parametrize("statement", [
    "UPDATE refund_audit SET notes = 'nothing to see here'",
    "DELETE FROM refund_audit",
    "TRUNCATE refund_audit",
    "ALTER TABLE refund_audit ALTER COLUMN notes TYPE varchar(10)",
    "DROP TABLE refund_audit",
    "DELETE FROM webhook_events",
    "DELETE FROM refunds",
    "UPDATE schema_migrations SET version = 99",
])
def test_the_daemons_role_cannot_change_history(as_role, statement):
    with as_role("refundd_app") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("table", ["refunds", "charges", "orders", "refund_audit",
                                   "webhook_events", "outbox_messages", "anomalies",
                                   "refund_timeline", "charge_summary", "sources",
                                   "refund_reads", "source_reads", "delivery_counts",
                                   "support_refunds", "support_open_tickets",
                                   "support_failures_today"])
def test_support_reads(as_role, table):
    with as_role("refundd_support") as connection:
        connection.execute(f"SELECT * FROM {table}").fetchall()


def test_support_finds_a_customer_and_what_is_open(as_role):
    with as_role("refundd_support") as connection:
        assert connection.execute("SELECT refund_id, status, order_id FROM support_refunds "
                                  "WHERE customer_email = %s ORDER BY 1",
                                  [CUSTOMER]).fetchall() == [
            ("rfnd_1", "successful", "order-1"), ("rfnd_2", "failed", "order-1")]
        assert ("refund_failed", CUSTOMER) in connection.execute(
            "SELECT ticket, customer_email FROM support_open_tickets").fetchall()
        assert connection.execute("SELECT refund_id, customer_email FROM support_failures_today"
                                  ).fetchall() == [("rfnd_2", CUSTOMER)]


@pytest.mark.parametrize("role", ["refundd_support", "refundd_finance"])
@pytest.mark.parametrize("statement", [
    "UPDATE refunds SET status = 'successful'",
    "UPDATE orders SET customer_email = 'me@shop.example'",
    "UPDATE outbox_messages SET state = 'sent'",
    "INSERT INTO refund_audit (refund_id) VALUES ('rfnd_1')",
    "DELETE FROM anomalies",
    "SELECT * FROM webhook_payloads",
    "CREATE TABLE notes (note text)",
    "UPDATE sources SET time_zone = 'UTC'",
    "INSERT INTO ledger_days (source) VALUES ('omise-th')",
    "UPDATE reconciliation_items SET state = 'accepted'",
    "CREATE OR REPLACE VIEW finance_ledger AS SELECT 1",
    "DROP VIEW support_refunds",
])
def test_support_and_finance_write_nothing_and_see_no_raw_payload(as_role, role,
                                                                  statement):
    with as_role(role) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("role", ["refundd_support", "refundd_finance"])
def test_support_and_finance_may_write_no_relation_there_is(books, role):
    writable = books.rows("""
        SELECT relname FROM pg_class
         WHERE relnamespace = 'refundd'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
           AND (has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
                OR has_any_column_privilege(%s, oid, 'INSERT, UPDATE, REFERENCES'))""", role, role)
    assert writable == []


def readable_columns(books, role):
    """{relation: [column, …]} of all that the role may read."""
    found = {}
    for row in books.rows("""
            SELECT c.relname, a.attname
              FROM pg_class c
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relnamespace = 'refundd'::regnamespace
               AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND has_column_privilege(%s, c.oid, a.attnum, 'SELECT')""", role):
        found.setdefault(row["relname"], []).append(row["attname"])
    return found


def test_finance_may_read_no_column_about_people_in_any_relation(books):
    readable = readable_columns(books, "refundd_finance")
    assert {"finance_ledger", "finance_daily_ledger", "finance_net_effect", "finance_pending_age",
            "finance_open_exceptions"} <= set(readable)
    assert {name: ABOUT_PEOPLE & set(columns) for name, columns in readable.items()
            if ABOUT_PEOPLE & set(columns)} == {}


def test_whatever_finance_reads_names_no_customer(books, as_role):
    with as_role("refundd_finance") as connection:
        for name, columns in readable_columns(books, "refundd_finance").items():
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
            assert CUSTOMER not in str(rows), name
    with as_role("refundd_support") as connection:  # who would see it
        assert CUSTOMER in str(connection.execute("SELECT * FROM support_refunds").fetchall())


def test_a_finance_view_shows_no_more_than_its_reader_may_see(books, as_role):
    """Somebody adds the address to a view and thinks nothing of it."""
    books.execute("CREATE VIEW finance_careless WITH (security_invoker = true) AS "
                  "SELECT o.customer_email FROM finance_ledger l JOIN orders o USING (order_id)")
    books.execute("GRANT SELECT ON finance_careless TO refundd_finance")
    try:
        with as_role("refundd_finance") as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM finance_careless")
    finally:
        books.execute("DROP VIEW finance_careless")


def test_the_views_of_finance_and_support_run_with_their_readers_rights(books):
    assert books.rows("""
        SELECT relname FROM pg_class
         WHERE relnamespace = 'refundd'::regnamespace AND relkind = 'v'
           AND (relname LIKE 'finance%%' OR relname LIKE 'support%%')
           AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'""") == []


@pytest.mark.parametrize("view", ["support_refunds", "support_open_tickets",
                                  "support_failures_today", "refund_timeline"])
def test_finance_does_not_read_what_is_supports(as_role, view):
    with as_role("refundd_finance") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM {view}")


def test_finance_reads_money(as_role):
    with as_role("refundd_finance") as connection:
        (remaining,) = connection.execute("SELECT remaining_amount FROM charge_summary").fetchone()
        assert remaining == 0
        assert connection.execute("SELECT order_id, refunded_minor FROM orders").fetchone() == (
            "order-1", 10000)
        assert connection.execute("SELECT refund_id, amount_minor FROM refunds "
                                  "ORDER BY refund_id").fetchone() == ("rfnd_1", 10000)
        assert connection.execute("SELECT status, sum(amount_minor) FROM finance_daily_ledger "
                                  "GROUP BY 1 ORDER BY 1").fetchall() == [
            ("failed", 10000), ("pending", 0), ("successful", 10000)]


@pytest.mark.parametrize("query", [
    "SELECT customer_email FROM orders", "SELECT customer_locale FROM orders",
    "SELECT * FROM orders", "SELECT metadata FROM refunds", "SELECT ip_address FROM refund_audit",
    "SELECT payload FROM outbox_messages", "SELECT remote_address FROM webhook_events",
    "SELECT notes FROM refund_audit", "SELECT resolution FROM anomalies",
])
def test_finance_reads_no_people(as_role, query):
    with as_role("refundd_finance") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query)
