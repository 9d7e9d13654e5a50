"""Telling people: how fast messages leave, and what the ingest keeps while they do."""

import runs
import servers
from deadline import wait_until
from installation import PROJECT
from report import at_least, fact, median

CONCURRENCY = 16
SENT_SECONDS_MAX = 120


def outbox(bench):
    """HTTPS messages per second, and events per second while messages leave."""
    samples = runs.interleaved(bench.options.rounds, {
        "sending": lambda: run_sending(bench),
        "ingest alone": lambda: run_ingest(bench, telling=False),
        "ingest while sending": lambda: run_ingest(bench, telling=True)})
    alone = median(samples["ingest alone"], "applied_per_second")
    both = median(samples["ingest while sending"], "applied_per_second")
    return {"samples": samples}, [
        at_least("messages to an HTTPS endpoint",
                 median(samples["sending"], "messages_per_second"), 500, "messages/s"),
        fact("ingest alone", alone, "events/s"),
        fact("ingest while sending", both, "events/s"),
        fact("messages meanwhile", median(samples["ingest while sending"], "messages_per_second"),
             "messages/s"),
        at_least("ingest while sending / alone", both / alone, 0.7),
    ]


def tell(installation, certificate, endpoint_port):
    """From the next start on every message goes to the endpoint, which takes whatever comes."""
    installation.configure(
        {"outbox": {"templates_folder": str(PROJECT / "config" / "templates"),
                    "shop_name": "Bench"}},
        [servers.SOURCE],
        sinks=[{"name": "endpoint", "kind": "http", "url": f"https://localhost:{endpoint_port}/",
                "ca_file": str(certificate.file), "concurrency": CONCURRENCY}],
        routes=[{"sink": "endpoint"}])


def run_sending(bench):
    """What a few seconds of events left in the outbox, sent by one instance that does nothing
    else."""
    with bench.site() as (installation, books), \
            servers.floor(bench.certificate, bench.folder) as endpoint:
        with installation.running() as daemon:
            bench.load([daemon.port])
        books.rows("UPDATE orders SET customer_email = 'customer@shop.example' RETURNING order_id")
        tell(installation, bench.certificate, endpoint.port)
        bench.cluster.checkpoint()
        with installation.running():
            wait_until_settled(books)
        return rate_of(books)


def run_ingest(bench, telling):
    """A whole run with 32 connections; no order has an address, so that each refund's first message
    becomes a ticket."""
    with bench.site() as (installation, books), \
            servers.floor(bench.certificate, bench.folder) as endpoint:
        if telling:
            tell(installation, bench.certificate, endpoint.port)
        with installation.running() as daemon:
            bench.cluster.checkpoint()
            sample = bench.load([daemon.port])
            sample.update(rate_of(books))
        runs.check_answers(sample)
        return sample


def wait_until_settled(books):
    wait_until(lambda: books.count("outbox_messages", "state = 'pending'") == 0,
               SENT_SECONDS_MAX, "every message is sent")


def rate_of(books):
    (row,) = books.rows("""SELECT count(*) AS messages,
                                  extract(epoch FROM max(sent_at) - min(sent_at)) AS seconds
                             FROM outbox_messages WHERE state = 'sent'""")
    seconds = float(row["seconds"] or 0)
    return {"messages": row["messages"],
            "messages_per_second": row["messages"] / seconds if seconds else 0.0}
