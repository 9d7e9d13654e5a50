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


@pytest.fixture(scope="module", autouse=True)
def one_refund(daemon, accounts):
    omise = accounts.omise
    with daemon.client() as client:
        assert client.deliver_all(
            omise.charge("evnt_1", "chrg_1", amount=10000, order="order-1"),
            omise.refund("evnt_2", "refund.success", "rfnd_1", charge="chrg_1", seconds=60)
        ) == ["applied", "applied"]


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
    assert books.count("webhook_payloads") == 2
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
                                   "refund_timeline", "charge_summary"])
def test_support_reads(as_role, table):
    with as_role("refundd_support") as connection:
        connection.execute(f"SELECT * FROM {table}").fetchall()


@pytest.mark.parametrize("role", ["refundd_support", "refundd_finance"])
@pytest.mark.parametrize("statement", [
    "UPDATE refunds SET status = 'successful'",
    "UPDATE orders SET customer_email = 'me@shop.example'",
    "UPDATE outbox_messages SET state = 'sent'",
    "INSERT INTO refund_audit (refund_id) VALUES ('rfnd_1')",
    "DELETE FROM anomalies",
    "SELECT * FROM webhook_payloads",
    "CREATE TABLE notes (note text)",
])
def test_support_and_finance_write_nothing_and_see_no_raw_payload(as_role, role,
                                                                  statement):
    with as_role(role) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_finance_reads_money(as_role):
    with as_role("refundd_finance") as connection:
        (remaining,) = connection.execute("SELECT remaining_amount FROM charge_summary").fetchone()
        assert remaining == 0
        assert connection.execute("SELECT order_id, refunded_minor FROM orders").fetchone() == (
            "order-1", 10000)
        assert connection.execute("SELECT refund_id, amount_minor FROM refunds").fetchone() == (
            "rfnd_1", 10000)


@pytest.mark.parametrize("query", [
    "SELECT customer_email FROM orders", "SELECT customer_locale FROM orders",
    "SELECT * FROM orders", "SELECT metadata FROM refunds", "SELECT ip_address FROM refund_audit",
    "SELECT payload FROM outbox_messages", "SELECT remote_address FROM webhook_events",
])
def test_finance_reads_no_people(as_role, query):
    with as_role("refundd_finance") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query)
