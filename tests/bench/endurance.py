"""The daemon's limits: a thousand connections, a million events, more events than it can take."""

import psycopg

import measure
import runs
from deadline import wait_until
from report import at_least, fact, holds, mebibytes
from servers import SOURCE

IDLE_CONNECTIONS = 1000
OVERLOAD_CONNECTIONS = 1000
RSS_IDLE_MAX = 64 * 2**20
FLAT_WITHIN = 0.05
SAMPLES = 10
FLAT_SECONDS_MAX = 1800


def memory(bench):
    """RSS with a thousand idle connections, and while a million events pass."""
    idle = idle_memory(bench)
    flat = memory_over_events(bench, bench.options.flat_events)
    settled = sorted(flat[1:])
    middle = settled[len(settled) // 2]
    deviation = max(abs(sample - middle) for sample in settled) / middle
    return {"idle": idle, "flat_bytes": flat}, [
        fact("RSS without connections", mebibytes(idle["before"]), "MiB"),
        holds(f"RSS with {IDLE_CONNECTIONS} idle connections", mebibytes(idle["with"]),
              "< 64 MiB", idle["with"] < RSS_IDLE_MAX, "MiB"),
        fact(f"RSS over {bench.options.flat_events:,} events, median", mebibytes(middle), "MiB"),
        holds("furthest sample from the median", 100 * deviation, "<= 5 %",
              deviation <= FLAT_WITHIN, "%"),
    ]


def idle_memory(bench):
    with bench.daemon({"listener": {"idle_timeout_seconds": 3600}}) as (_, _, daemon):
        before = measure.memory_bytes(daemon.process.pid)
        with bench.generator.idle_connections(IDLE_CONNECTIONS, daemon.port):
            return {"before": before, "with": measure.memory_bytes(daemon.process.pid)}


def memory_over_events(bench, events):
    """RSS each time that another tenth of the events has been taken in."""
    samples = []
    with bench.daemon() as (_, books, daemon):
        with bench.running_load([daemon.port], seconds=FLAT_SECONDS_MAX, warmup=0,
                                events=events) as run:
            for tenth in range(1, SAMPLES + 1):
                wait_until(lambda: events_so_far(books) >= events * tenth // SAMPLES or
                           not run.is_running(), FLAT_SECONDS_MAX, "the next tenth of the events")
                samples.append(measure.memory_bytes(daemon.process.pid))
            runs.check_answers(run.result())
        taken = books.count("webhook_events")
    assert taken == events, f"{taken} of {events} events"
    return samples


def events_so_far(books):
    """By the numbers given to audit entries, one for each event: counting rows would be load."""
    return books.value("SELECT last_value FROM refund_audit_audit_id_seq")


def overload(bench):
    """Twice the peak for a minute: what it cannot take is refused, and what it took is there."""
    peak = bench.peak()
    acknowledged = bench.folder / "acknowledged"
    # A full queue, and a batch of that size on each database connection, are fewer than the
    # connections: it must refuse.
    queue_max = OVERLOAD_CONNECTIONS // (bench.options.connections_db + 2)
    with bench.daemon({"ingest": {"queue_max": queue_max}}) as (_, books, daemon):
        during = bench.load([daemon.port], connections=OVERLOAD_CONNECTIONS,
                            seconds=bench.options.overload_seconds, warmup=0,
                            rate=round(2 * peak), acknowledged=acknowledged)
        after = bench.load([daemon.port], seconds=bench.options.recovery_seconds, warmup=0)
        rss_peak = measure.memory_bytes(daemon.process.pid, "VmHWM")
        told, missing = missing_of(books, acknowledged)
    acknowledged.unlink()
    answers = during["answers"]
    recovered = after["applied_per_second"] / peak
    return {"peak": peak, "during": during, "after": after, "acknowledged": told}, [
        fact("offered", round(2 * peak), "events/s"),
        fact("applied", during["applied_per_second"], "events/s"),
        holds("answers", ", ".join(f"{count:,} x {status}" for status, count in answers.items()),
              "200 and 503 only", set(answers) == {"200", "503"}),
        fact("unanswered", during["unanswered"]),
        holds(f"lost of {told:,} acknowledged", missing, "0", missing == 0 and told > 0),
        fact("daemon's memory at its peak", mebibytes(rss_peak), "MiB"),
        at_least("right after / peak", recovered, 0.90),
    ]


def missing_of(books, acknowledged):
    """(how many events were answered 200, how many of them the database does not know)."""
    with psycopg.connect(books.url, options="-c search_path=refundd") as connection:
        connection.execute("CREATE TEMPORARY TABLE acknowledged (event_id text NOT NULL)")
        with connection.cursor().copy("COPY acknowledged FROM STDIN") as copy:
            copy.write(acknowledged.read_bytes())
        return connection.execute("""
            SELECT count(*), count(*) FILTER (WHERE e.event_id IS NULL)
              FROM acknowledged a
              LEFT JOIN webhook_events e ON e.source = %s AND e.event_id = a.event_id""",
            [SOURCE["name"]]).fetchone()
