"""What an event costs, and what PostgreSQL itself could do with the same rows."""

import contextlib
import re
import statistics
import subprocess
import time

from report import fact, mebibytes, median

# In the order in which they could be loaded if they referred to each other.
TABLES = ("charges", "orders", "refunds", "webhook_events", "webhook_payloads", "refund_audit",
          "outbox_messages", "anomalies")
# What the daemon asks every now and then, whether events come or not; and what we ask.
OTHERS = re.compile(r"schema_migrations|current_setting|pg_class|pg_stat|pg_current_wal|pg_backend")
WRITES_EVENTS = re.compile(r"(INSERT\s+INTO|COPY)\s+(refundd\.)?\"?webhook_events\b", re.IGNORECASE)


def bulk(bench):
    """The rows of a daemon's run, copied into an empty schema by one session of psql."""
    rates = []
    with bench.site() as (installation, books):
        with installation.running() as daemon:
            bench.load([daemon.port])
        events = books.count("webhook_events")
        files = copy_out(bench, books)
        for turn in range(bench.options.rounds):
            print(f"   round {turn + 1}: {events} events", flush=True)
            rates.append(events / copy_in(bench, files))
    for file in files.values():
        file.unlink()
    rate = statistics.median(rates)
    return {"events": events, "events_per_second": rates}, [
        fact("rows in bulk, as events", rate, "events/s"),
        fact("daemon / bulk", bench.peak() / rate),
    ]


def copy_out(bench, books):
    files = {table: bench.folder / f"{table}.copy" for table in TABLES}
    run_psql(bench, books, [f"\\copy (SELECT * FROM {table}) TO '{file}'"
                            for table, file in files.items()])
    return files


def copy_in(bench, files):
    """Seconds, all indexes and constraints and the commit included."""
    with bench.site() as (installation, books):
        with installation.running():
            pass  # makes the months of webhook_payloads
        bench.cluster.checkpoint()
        begin = time.monotonic()
        run_psql(bench, books, ["BEGIN;", *(f"\\copy {table} FROM '{file}'"
                                           for table, file in files.items()), "COMMIT;"])
        return time.monotonic() - begin


def run_psql(bench, books, lines):
    subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1",
         books.value("SELECT current_database()")],
        input="\n".join(lines) + "\n", text=True, check=True, timeout=600,
        stdout=subprocess.DEVNULL,
        env={**bench.cluster.client_environment, "PGOPTIONS": "-c search_path=refundd"})


def facts(bench):
    """CPU, WAL and memory of the runs that were timed; statements from a run of their own."""
    bench.peak()
    samples = bench.daemon_samples
    per_event = {
        "daemon": [s["server_cpu_seconds"] / s["events"] for s in samples],
        "postgres": [s["postgres_cpu_seconds"] / s["events"] for s in samples],
        "generator": [s["own_cpu_seconds"] / s["answers"]["200"] for s in samples]}
    wal = statistics.median(s["wal_bytes"] / s["events"] for s in samples)
    lines = [fact(f"CPU of {name} per event", statistics.median(values) * 1e6, "us")
             for name, values in per_event.items()]
    lines += [fact("WAL per event", round(wal), "bytes"),
              fact("daemon's memory at its peak",
                   mebibytes(median(samples, "rss_peak_bytes", 0)), "MiB")]
    statements = statement_counts(bench)
    if statements:
        lines += [fact("statements per batch", statements["per_batch"]),
                  fact("statements per event", statements["per_event"]),
                  fact("events per batch", statements["batch_size"])]
    else:
        lines.append(fact("statements", "pg_stat_statements is missing"))
    return {"cpu_seconds_per_event": per_event, "wal_bytes_per_event": wal,
            "statements": statements}, lines


@contextlib.contextmanager
def counting_statements(bench):
    """The server also counts statements, which costs it: not while something is timed."""
    bench.cluster.configure({"shared_preload_libraries": "pg_stat_statements"})
    try:
        yield
    finally:
        bench.cluster.configure({"shared_preload_libraries": None})


def statement_counts(bench):
    """None where the server has no pg_stat_statements."""
    if not bench.cluster.value(
            "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_stat_statements'"):
        return None
    with counting_statements(bench), bench.daemon() as (_, books, daemon):
        books.execute("CREATE EXTENSION pg_stat_statements")
        books.execute("SELECT pg_stat_statements_reset()")
        bench.load([daemon.port])
        rows = books.rows("""
            SELECT query, calls, rows, mean_exec_time FROM pg_stat_statements
             WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
             ORDER BY total_exec_time DESC""")
        events = books.count("webhook_events")
    return summary(rows, events)


def summary(rows, events):
    """Each batch writes webhook_events once, and has one BEGIN and one COMMIT."""
    of_batches = [row for row in rows if not OTHERS.search(row["query"]) and
                  row["query"].upper() not in ("BEGIN", "COMMIT", "ROLLBACK")]
    batches = sum(row["calls"] for row in of_batches if WRITES_EVENTS.search(row["query"]))
    calls = sum(row["calls"] for row in of_batches) + 2 * batches
    slowest = [{"milliseconds": row["mean_exec_time"], "calls": row["calls"], "rows": row["rows"],
                "query": " ".join(row["query"].split())[:200]} for row in of_batches[:15]]
    return {"batches": batches, "batch_size": events / batches, "per_batch": calls / batches,
            "per_event": calls / events, "slowest": slowest}
