"""The daemon beside others: the bare server, the peer, a single INSERT, a second instance."""

import re
import subprocess

import agreement
import runs
import single_rows
from report import at_least, at_most, fact, holds, median, spread

PEERS = {"peer": 1, "peer, 2 workers": 2}
RATE = "events/s"


def throughput(bench):
    """Events per second at 32 connections."""
    wrong = agreement.differences(bench.cluster, bench.certificate, bench.folder)
    samples = runs.interleaved(bench.options.rounds, {
        "floor": lambda: runs.run_floor(bench),
        "daemon": lambda: runs.run_daemon(bench),
        **{name: lambda workers=workers: runs.run_peer(bench, workers)
           for name, workers in PEERS.items()}})
    bench.daemon_samples = samples["daemon"]
    floor = median(samples["floor"], "answers_per_second")
    rates = {name: median(samples[name], "applied_per_second") for name in ("daemon", *PEERS)}
    best_peer = max(rates[name] for name in PEERS)
    lines = [
        holds("rows that only one of daemon and peer writes", len(wrong), "0", not wrong),
        fact("floor", floor, "answers/s"),
        *(fact(name, rate, RATE) for name, rate in rates.items()),
        fact("daemon, rounds", spread(samples["daemon"], "applied_per_second"), RATE),
        at_least("daemon / peer", rates["daemon"] / best_peer, 10),
        at_least("daemon / floor", rates["daemon"] / floor, 0.30, aim=" (aim 0.40)"),
    ]
    return {"samples": samples, "peer_differs": wrong}, lines


def latency(bench):
    """One event after another over one connection, beside one durable INSERT after another."""
    samples = runs.interleaved(bench.options.rounds, {
        "insert": lambda: run_inserts(bench),
        "rows": lambda: run_single_rows(bench),
        "daemon": lambda: runs.run_daemon(bench, connections=1)})
    insert, rows = (median(samples[name], "p50_us") for name in ("insert", "rows"))
    daemon = median(samples["daemon"], "latency_us", "p50")
    return {"samples": samples}, [
        fact("durable INSERT of 1 KB, p50", insert, "us"),
        fact("all rows of an event by plain INSERTs, p50", rows, "us"),
        fact("daemon at 1 connection, p50", daemon, "us"),
        fact("daemon at 1 connection, p99", median(samples["daemon"], "latency_us", "p99"), "us"),
        at_most("daemon / INSERT", daemon / insert, 4, aim=" (aim 3)"),
        fact("daemon / all rows of an event", daemon / rows),
    ]


def run_inserts(bench):
    """One prepared INSERT after another, each committed by itself."""
    with bench.cluster.database() as name:
        subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--command",
             "CREATE TABLE single_rows (row_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
             " body text NOT NULL)", name],
            env=bench.cluster.client_environment, check=True, timeout=60)
        return run_pgbench(bench, name, "INSERT INTO single_rows (body) VALUES (:body);\n",
                           f"--define=body={'x' * 1000}")


def run_single_rows(bench):
    """The rows of an event, by nobody but PostgreSQL."""
    with bench.site() as (installation, books):
        with installation.running() as daemon:
            bench.load([daemon.port], seconds=1, warmup=0)
        return run_pgbench(bench, books.value("SELECT current_database()"),
                           single_rows.script(books), "--define=n=0")


def run_pgbench(bench, database, script, definition):
    """The latencies of one client's transactions over the Unix socket, one after another."""
    file = bench.folder / "pgbench.sql"
    file.write_text(script)
    bench.cluster.checkpoint()
    seconds = bench.options.seconds + bench.options.warmup
    subprocess.run(
        [bench.cluster.program("pgbench"), "--no-vacuum", "--client=1", "--protocol=prepared",
         f"--time={seconds}", f"--file={file}", definition, "--log",
         f"--log-prefix={bench.folder / 'pgbench'}", database],
        env={**bench.cluster.client_environment, "PGOPTIONS": "-c search_path=refundd,public"},
        check=True, timeout=seconds + 60, stdout=subprocess.DEVNULL)
    return latencies_of_log(bench.folder)


def latencies_of_log(folder):
    """Of pgbench's log, which names the microseconds of each transaction in its third column."""
    (log,) = (path for path in folder.iterdir() if re.fullmatch(r"pgbench\.\d+", path.name))
    latencies = sorted(int(line.split()[2]) for line in log.read_text().splitlines())
    log.unlink()
    return {"p50_us": latencies[len(latencies) // 2],
            "p99_us": latencies[len(latencies) * 99 // 100], "transactions": len(latencies)}


def paced(bench):
    """Half of the peak rate, evenly, at 32 connections."""
    rate = round(bench.peak() / 2)
    samples = runs.interleaved(bench.options.rounds, {
        "daemon": lambda: runs.run_daemon(bench, rate=rate)})["daemon"]
    p99 = median(samples, "latency_us", "p99")
    return {"rate": rate, "samples": samples}, [
        fact("rate", rate, RATE),
        fact("answered", median(samples, "applied_per_second"), RATE),
        fact("p50", median(samples, "latency_us", "p50") / 1000, "ms"),
        at_most("p99", p99 / 1000, 20, "ms"),
        fact("p99, rounds", spread(samples, "latency_us", "p99"), "us"),
    ]


def instances(bench):
    """Two daemons on one database beside one, 32 connections in all."""
    samples = runs.interleaved(bench.options.rounds, {
        "one": lambda: runs.run_daemon(bench),
        "two": lambda: runs.run_daemon(bench, instances=2)})
    one, two = (median(samples[name], "applied_per_second") for name in ("one", "two"))
    ratio = two / one
    return {"samples": samples}, [
        fact("one instance", one, RATE),
        fact("two instances", two, RATE),
        holds("two / one", ratio, ">= 1.0 (noise 0.03)", ratio >= 0.97),
    ]
