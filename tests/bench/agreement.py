"""Whether the peer does the same work: the same events to both, and the rows of both compared."""

from installation import SECRETS
from senders import Omise
from servers import SOURCE, peer, site
from wire import Client, trusting

# When a row was written, what hangs on that time, and what the store keeps for itself.
NOT_COMPARED = """
    'received_at', 'recorded_at', 'updated_at', 'first_seen_at', 'created_at', 'next_attempt_at',
    'audit_hash', 'previous_hash', 'entry_hash', 'content_sha256', 'audit_id', 'message_id',
    'revision', 'headers', 'refund_count', 'charge_count', 'request_id'"""
TABLES = ("webhook_events", "webhook_payloads", "charges", "refunds", "orders", "refund_audit",
          "outbox_messages", "anomalies")


def events():
    """Each once in its order, then what comes again, too late, or before its time."""
    omise = Omise(SOURCE["name"], SECRETS["omise-secret"])
    created = [omise.refund(f"evnt_c{n}", "refund.create", f"rfnd_{n}", seconds=n,
                            charge=f"chrg_{n}", order=f"order-{n}", amount=1234500 + n,
                            reason="requested by the customer") for n in range(3)]
    successful = [omise.refund(f"evnt_s{n}", "refund.success", f"rfnd_{n}", seconds=n + 1,
                               charge=f"chrg_{n}", order=f"order-{n}", amount=1234500 + n,
                               reason="requested by the customer") for n in range(3)]
    return (created + successful[:2] + [created[0], successful[0]] +
            [omise.refund("evnt_old", "refund.create", "rfnd_1", seconds=1, charge="chrg_1",
                          order="order-1", amount=1234501, reason="requested by the customer"),
             omise.refund("evnt_again", "refund.success", "rfnd_1", seconds=1, charge="chrg_1",
                          order="order-1", amount=1234501, reason="requested by the customer")])


def deliver(port, context):
    with Client(port, context) as client:
        return client.deliver_all(*events())


def rows(books):
    """{table: its rows without what may differ, sorted}."""
    return {table: [row["text"] for row in books.rows(f"""
        SELECT (to_jsonb(t) - ARRAY[{NOT_COMPARED}])::text AS text FROM {table} t ORDER BY 1""")]
            for table in TABLES}


def differences(cluster, certificate, folder):
    """Sentences about what the peer does otherwise; none where it does the same."""
    with site(cluster, certificate, folder) as (installation, books):
        with installation.running() as daemon:
            expected_verdicts = deliver(daemon.port, daemon.context)
        expected = rows(books)
    with site(cluster, certificate, folder) as (installation, books):
        with peer(cluster, installation, books, workers=1) as server:
            verdicts = deliver(server.port, trusting(certificate.file))
        found = rows(books)
        installation.refundctl("audit", "verify")
    sentences = [f"verdicts: {verdicts} and not {expected_verdicts}"] \
        if verdicts != expected_verdicts else []
    for table in TABLES:
        for row in sorted(set(expected[table]) ^ set(found[table])):
            whose = "refundd" if row in expected[table] else "the peer"
            sentences.append(f"{table}: only {whose} writes {row}")
    return sentences
