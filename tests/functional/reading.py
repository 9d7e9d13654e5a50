"""Sources whose providers' APIs are asked: fake providers, and the daemons that read them."""

import contextlib
import datetime
import threading

from deadline import wait_until
from fake_omise import OmiseAccount
from fake_payjp import PayjpAccount
from fake_provider import FakeProvider
from shop import CUSTOMER

KEY = "skey_0123456789abcdef"
ACCOUNTS = {"omise": OmiseAccount, "payjp": PayjpAccount}
SOURCES = {
    "omise": {"name": "omise-th", "provider": "omise", "currency_default": "THB",
              "webhook_secret_files": ["omise-secret"]},
    "payjp": {"name": "payjp-jp", "provider": "payjp", "currency_default": "JPY",
              "webhook_token_files": ["payjp-token"]},
}
# Everything is asked for every second, as fast as it may be. Only an answer may take long: the
# machine that a test runs on may stand still, and who is asked twice counts twice.
HASTE = {"api_timeout_seconds": 10, "api_rate_per_second": 1000, "poll_seconds": [1],
         "catch_up_interval_seconds": 1}
# The lists are read at the start, and then no more: what is learnt later was asked for by its id.
LISTS_ONCE = {"catch_up_interval_seconds": 86400}
EVENTS = {"omise": "/events", "payjp": "/v2/events"}
REFUNDS = {"omise": "/refunds", "payjp": "/v2/payment_refunds"}
SINGLE_REFUNDS = {"omise": "/charges/*/refunds*", "payjp": "/v2/payment_refunds/*"}


def fake_provider(name, certificate):
    return FakeProvider(ACCOUNTS[name](KEY), certificate)


def source_of(api, certificate, **changes):
    """The [[source]] of this provider. None drops a key."""
    asked = {"api_url": api.url, "api_ca_file": str(certificate.file), "api_key_file": "api-key"}
    keys = {**SOURCES[api.account.PROVIDER], **HASTE, **asked, **changes}
    return {name: value for name, value in keys.items() if value is not None}


def ask(installation, *apis, **changes):
    """Configures the installation with these providers' sources, and without sinks."""
    installation.write_secret("api-key", KEY + "\n")
    installation.configure(sources=[source_of(api, installation.certificate, **changes)
                                    for api in apis])


def ask_for_shop(shop, api, **changes):
    shop.installation.write_secret("api-key", KEY + "\n")
    shop.tell(sources=[source_of(api, shop.installation.certificate, **changes)])


def import_orders(shop, api):
    """Those of the account's charges; the customer of all is CUSTOMER."""
    source = SOURCES[api.account.PROVIDER]
    lines = ["order_id,source,charge_id,currency,total_minor,customer_email,customer_locale"]
    lines += [f"{charge['metadata']['order_id']},{source['name']},{charge_id},"
              f"{source['currency_default']},{charge['amount']},{CUSTOMER},en"
              for charge_id, charge in api.account.charges.items()]
    file = shop.installation.folder / "orders.csv"
    file.write_text("\n".join(lines) + "\n")
    shop.installation.refundctl("orders", "import", str(file))


@contextlib.contextmanager
def running_ready(installation, **options):
    """A daemon that must answer /readyz with 200 as long as it runs."""
    with installation.running(**options) as daemon, always_ready(daemon):
        yield daemon


@contextlib.contextmanager
def always_ready(daemon):
    answers, ended = [], threading.Event()

    def watch():
        while not ended.wait(0.05):
            answers.append(daemon.readiness().status)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join(30)
    assert set(answers) <= {200}, answers


# What becomes true in the end.

def statuses_held(books):
    return {row["refund_id"]: row["status"]
            for row in books.rows("SELECT refund_id, status FROM refunds")}


def wait_until_right(books, *apis, seconds=60):
    """We hold what the providers' accounts hold, each refund in its state."""
    def differences():
        held = statuses_held(books)
        true = {refund_id: status for api in apis
                for refund_id, status in api.account.statuses().items()}
        return {each: (held.get(each), true.get(each)) for each in held.keys() | true.keys()
                if held.get(each) != true.get(each)}

    try:
        wait_until(lambda: not differences(), seconds)
    except AssertionError:
        wrong = differences()
        raise AssertionError(f"{len(wrong)} refunds are wrong (here, there): "
                             f"{dict(list(wrong.items())[:5])}") from None


def source_read(books, api):
    rows = books.rows("SELECT * FROM source_reads WHERE source = %s",
                      SOURCES[api.account.PROVIDER]["name"])
    return rows[0] if rows else None


def wait_until_caught_up(books, *apis, seconds=60):
    """The lists were read to their ends."""
    def caught_up():
        rows = [source_read(books, api) for api in apis]
        return all(row and row["last_read_at"] and not row["catching_up_since"]
                   and row["events_until"] and row["refunds_until"] for row in rows)
    wait_until(caught_up, seconds, "the lists are read")


def told(books, template, audience="customer"):
    """{refund id: how many such messages there are}"""
    return {row["refund_id"]: row["count"] for row in books.rows(
        """SELECT refund_id, count(*) FROM outbox_messages
            WHERE template = %s AND audience = %s GROUP BY refund_id""", template, audience)}


def wait_until_confirmed(books, seconds=60):
    """No customer's message waits for an answer of the API any more."""
    wait_until(lambda: books.count("outbox_messages", "held_since IS NOT NULL") == 0, seconds,
               "all is confirmed")


def make_reads_due(books):
    """Nobody waits any longer before he asks again."""
    books.execute("UPDATE source_reads SET next_read_at = now()")
    books.execute("UPDATE refund_reads SET next_read_at = now() WHERE next_read_at IS NOT NULL")


# Times.

def ago(**delta):
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**delta)
