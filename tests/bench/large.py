"""Throughput on the tables of years: 10 million refunds, beside empty tables."""

import contextlib
import pathlib
import shutil
import subprocess

import runs
from report import at_least, fact, mebibytes, median, number

SQL = pathlib.Path(__file__).parent / "large.sql"
SAMPLE_REFUNDS = 20_000
# Beside the tables: WAL up to max_wal_size and some more, and the runs themselves.
ROOM_BESIDE_BYTES = 14 * 2**30
SORTING = 1.10  # the largest index is sorted on disk while it is built
REFUNDS_PER_SECOND_MIN = 500


def large(bench):
    """Events per second at 32 connections, on full tables and on empty ones."""
    refunds = bench.options.large_refunds
    room = check_room(bench, refunds)
    print(f"   {refunds:,} refunds, about {number(room['needed_bytes'] / 2**30)} GiB of "
          f"{number(room['free_bytes'] / 2**30)} GiB free", flush=True)
    with full_tables(bench, refunds) as (installation, books):
        sizes = table_sizes(books)
        samples = runs.interleaved(bench.options.rounds, {
            "empty": lambda: runs.run_daemon(bench),
            "full": lambda: run_on(bench, installation, books)})
    empty, full = (median(samples[name], "applied_per_second") for name in ("empty", "full"))
    lines = [fact(f"{name}, with indexes", mebibytes(size) / 1024, "GiB")
             for name, size in sizes.items()]
    lines += [fact("empty tables", empty, "events/s"),
              fact(f"{refunds:,} refunds", full, "events/s"),
              at_least("full / empty", full / empty, 0.85)]
    return {"refunds": refunds, "room": room, "table_bytes": sizes, "samples": samples}, lines


def check_room(bench, refunds):
    """What it takes on disk, by a small sample; refuses where there is not that much."""
    with bench.site() as (_, books):
        before = database_size(books)
        fill(bench, books, SAMPLE_REFUNDS)
        bytes_per_refund = (database_size(books) - before) / SAMPLE_REFUNDS
    needed = bytes_per_refund * refunds * SORTING + ROOM_BESIDE_BYTES
    free = shutil.disk_usage(bench.cluster.folder).free
    gib = 2**30
    if needed > free:
        fitting = int((free - ROOM_BESIDE_BYTES) / bytes_per_refund / SORTING)
        raise SystemExit(
            f"bench: {refunds:,} refunds need about {needed / gib:.0f} GiB "
            f"({bytes_per_refund:,.0f} bytes each, and room for WAL and sorting), but "
            f"{bench.cluster.folder} has {free / gib:.0f} GiB free. Set TMPDIR to a larger disk, "
            f"or keep the payloads of fewer months than --large-payload-months "
            f"{bench.options.large_payload_months}, or give --large-refunds {max(0, fitting)} or "
            "fewer")
    return {"bytes_per_refund": bytes_per_refund, "needed_bytes": needed, "free_bytes": free}


def database_size(books):
    return books.value("SELECT pg_database_size(current_database())")


@contextlib.contextmanager
def full_tables(bench, refunds):
    """(Installation, Books), filled, analyzed, vacuumed and written to disk."""
    with bench.site() as (installation, books):
        fill(bench, books, refunds)
        yield installation, books


def fill(bench, books, refunds):
    subprocess.run(
        ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--set=refunds={refunds}",
         f"--set=payload_months={bench.options.large_payload_months}", f"--file={SQL}",
         books.value("SELECT current_database()")],
        env=bench.cluster.client_environment, check=True, stdout=subprocess.DEVNULL,
        timeout=600 + refunds / REFUNDS_PER_SECOND_MIN)


def table_sizes(books):
    """{table: bytes with indexes}; the months of a partitioned one together."""
    rows = books.rows("""
        SELECT coalesce(p.relname, c.relname)::text AS name,
               sum(pg_total_relation_size(c.oid))::bigint AS bytes
          FROM pg_class c
          LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
          LEFT JOIN pg_class p ON p.oid = i.inhparent
         WHERE c.relnamespace = 'refundd'::regnamespace AND c.relkind = 'r'
         GROUP BY 1 ORDER BY 2 DESC""")
    return {row["name"]: row["bytes"] for row in rows if row["bytes"] >= 2**20}


def run_on(bench, installation, books):
    """A run whose events come on top of what is there."""
    with installation.running() as daemon:
        bench.cluster.checkpoint()
        return runs.metered_load(bench, books, [daemon.port], [daemon.process.pid])
