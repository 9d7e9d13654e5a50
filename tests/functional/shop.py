"""A shop that tells people: an installation with a mail server and a ticket server."""

import contextlib
import socket

from deadline import wait_until
from endpoints import MailServer, TicketServer
from installation import PROJECT
from senders import seconds_now

MAIL_USER = "refunds"
MAIL_PASSWORD = "sesame, open"
TICKETS_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CUSTOMER = "customer@mail.example"
TEMPLATES = PROJECT / "config" / "templates"

# The first sweep, which may come before or after them, must not remind support of the tests'
# refunds: they are of these days, and nobody is reminded for a long time.
YESTERDAY = seconds_now() // 86400 * 86400 - 86400  # after the tests' common beginning
PATIENCE = dict.fromkeys(["pending_max_card_seconds", "pending_max_seconds",
                          "action_required_max_seconds"], 366 * 86400)


def failed(sender, n=1, event="end", seconds=60, **refund):
    """The end of the refund `n`, which has a charge and an order of its own."""
    return _event(sender, n, event, "refund.fail", seconds,
                  failure_code="account_closed", **refund)


def successful(sender, n=1, event="end", seconds=60, **refund):
    return _event(sender, n, event, "refund.success", seconds, **refund)


def started(sender, n=1, event="start", seconds=0, **refund):
    return _event(sender, n, event, "refund.create", seconds, **refund)


def _event(sender, n, event, key, seconds, **refund):
    refund = {"charge": f"chrg_{n}", "order": f"order-{n}", "amount": 25000, **refund}
    return sender.refund(f"evnt_{event}_{n}", key, f"rfnd_{n}", seconds=YESTERDAY + seconds,
                         **refund)


@contextlib.contextmanager
def deaf_port():
    """A port where nobody listens and that nobody else is given; a server may take it."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


class Shop:
    """Customers get mail (sink "mail"), support and finance get tickets (sink "tickets")."""

    def __init__(self, installation, books, mail, tickets):
        self.installation = installation
        self.books = books
        self.mail = mail
        self.tickets = tickets
        installation.write_secret("mail-password", MAIL_PASSWORD)
        installation.write_secret("tickets-secret", TICKETS_SECRET + "\n")
        self.tell()

    # Configuration: for the next daemon.

    def tell(self, mail=None, tickets=None, routes=(), sections=None, sources=None):
        """`mail` and `tickets` change or (None) drop keys of their sinks; `routes` come before the
        three that every shop has."""
        outbox = {"templates_folder": str(TEMPLATES), "shop_name": "Test & Co", **PATIENCE}
        self.installation.configure(
            {"outbox": outbox, **(sections or {})}, sources,
            sinks=[self.mail_sink(mail), self.tickets_sink(tickets)],
            routes=[*routes, *self.routes()])

    def limit_attempts(self, attempts_max):
        self.installation.sections["outbox"]["attempts_max"] = attempts_max
        self.tell()

    def tell_nobody(self):
        """Without sinks: what there is to tell waits in the outbox."""
        self.installation.configure()

    def mail_sink(self, changes=None):
        return _changed({
            "name": "mail", "kind": "smtp", "url": self.mail.url,
            "ca_file": str(self.installation.certificate.file), "user": MAIL_USER,
            "password_file": "mail-password", "from_address": "refunds@shop.example",
            "from_name": "Test Shop"}, changes)

    def tickets_sink(self, changes=None):
        return _changed({
            "name": "tickets", "kind": "http", "url": self.tickets.url + "/tickets",
            "ca_file": str(self.installation.certificate.file),
            "signing_secret_file": "tickets-secret", "reference_pointer": "/ticket/id"}, changes)

    @staticmethod
    def routes():
        return [{"audience": "customer", "sink": "mail"},
                {"audience": "support", "sink": "tickets"},
                {"audience": "finance", "sink": "tickets"}]

    # What happens.

    def import_orders(self, *numbers, source="omise-th", locale="en"):
        """The orders of these refunds, whose customer is CUSTOMER."""
        file = self.installation.folder / "orders.csv"
        file.write_text(
            "order_id,source,charge_id,currency,total_minor,customer_email,customer_locale\n"
            + "".join(f"order-{n},{source},chrg_{n},THB,100000,{CUSTOMER},{locale}\n"
                      for n in numbers))
        self.installation.refundctl("orders", "import", str(file))

    def deliver(self, *events):
        """To a daemon that lives no longer than that, in their order."""
        with self.installation.running() as daemon, daemon.client() as client:
            client.deliver_all(*events)

    def running(self, **options):
        return self.installation.running(**options)

    # The outbox.

    def message(self, refund_id, template, audience="%"):
        return self.books.row("""SELECT * FROM outbox_messages WHERE refund_id = %s
                                    AND template = %s AND audience LIKE %s""",
                              refund_id, template, audience)

    def wait_for_message(self, refund_id, template, **wanted):
        """The message, once these columns have these values."""
        def found():
            rows = self.books.rows("""SELECT * FROM outbox_messages WHERE refund_id = %s
                                         AND template = %s""", refund_id, template)
            return next((row for row in rows if wanted.items() <= row.items()), None)
        return wait_until(found, what=f"{template} of {refund_id}: {wanted}")

    def wait_for_failed_attempt(self, refund_id, template, attempts=1):
        """The message, once it waits for its next attempt."""
        return self.wait_for_message(refund_id, template, state="pending", attempts=attempts,
                                     leased_until=None)

    def wait_until_settled(self):
        """Nothing waits: what has not been sent by now never will be."""
        wait_until(lambda: self.books.count("outbox_messages", "state = 'pending'") == 0,
                   what="every message is settled")

    def make_due(self):
        """Retries and ends of leases are now."""
        self.books.execute("""
            UPDATE outbox_messages
               SET next_attempt_at = now(),
                   leased_until = CASE WHEN leased_until IS NOT NULL THEN now() END
             WHERE state = 'pending'""")

    def put_off(self):
        """No retry comes in the way of this test."""
        self.books.execute("""UPDATE outbox_messages SET next_attempt_at = now() + interval '1 day'
                               WHERE state = 'pending'""")

    def states(self):
        """{(refund_id, audience, template): state}"""
        return {(row["refund_id"], row["audience"], row["template"]): row["state"]
                for row in self.books.rows("SELECT * FROM outbox_messages")}


def _changed(keys, changes):
    return {name: value for name, value in {**keys, **(changes or {})}.items() if value is not None}


@contextlib.contextmanager
def opened_shop(installation, books):
    """A Shop whose mail server asks for STARTTLS and a login, and whose ticket server checks
    signatures."""
    certificate = installation.certificate
    with MailServer(certificate, users={MAIL_USER: MAIL_PASSWORD}) as mail:
        with TicketServer(certificate, TICKETS_SECRET) as tickets:
            yield Shop(installation, books, mail, tickets)
