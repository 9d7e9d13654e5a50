"""The benchmark of refundd: `./dev bench` builds what it needs and runs it.

The daemon stands beside a bare server, an Express application that does the same work, PostgreSQL's
own speed, and the targets. Everything runs on this machine over loopback, against a cluster of its
own with all durability settings on; rounds are interleaved, and medians count.
"""

import argparse
import contextlib
import pathlib
import resource
import signal
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "functional")]

import comparisons
import costs
import endurance
import large
import measure
import outbox
import servers
from installation import SECRETS, Certificate
from load import Generator
from report import Document, holds, table
from runs import Bench

SCENARIOS = {
    "throughput": comparisons.throughput,
    "latency": comparisons.latency,
    "paced": comparisons.paced,
    "bulk": costs.bulk,
    "facts": costs.facts,
    "memory": endurance.memory,
    "overload": endurance.overload,
    "instances": comparisons.instances,
    "outbox": outbox.outbox,
}

FILES_MAX = 16384  # a thousand connections at both ends, and some


def read_options():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each comparison")
    parser.add_argument("--seconds", type=int, default=8, help="of each run, after its warm-up")
    parser.add_argument("--quick", action="store_true",
                        help="one round of 3 s each and a short overload: to try it out")
    parser.add_argument("--only", metavar="NAME,…", help="of " + ", ".join(SCENARIOS))
    parser.add_argument("--large", action="store_true",
                        help="only the throughput on tables of many refunds")
    parser.add_argument("--large-refunds", type=int, default=10_000_000, metavar="N")
    parser.add_argument("--large-payload-months", type=int, default=12, metavar="N",
                        help="of the year that the tables hold; older payloads are dropped")
    parser.add_argument("--connections-db", type=int, default=servers.CONNECTIONS_DEFAULT,
                        metavar="N", help="database.connections of the daemon")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/bench.json"))
    options = parser.parse_args()
    options.warmup = 1 if options.quick else 2
    # V8 compiles what is hot again and again: only after some 10 s it is as fast as it gets.
    options.peer_warmup = 5 if options.quick else 12
    options.overload_seconds = 6 if options.quick else 60
    options.recovery_seconds = 3 if options.quick else 10
    options.flat_events = 100_000 if options.quick else 1_000_000
    if options.quick:
        options.rounds, options.seconds = 1, 3
    return options, chosen(parser, options)


def chosen(parser, options):
    """{name: function} of the scenarios to run."""
    if options.large:
        return {"large": large.large}
    names = options.only.split(",") if options.only else list(SCENARIOS)
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        parser.error(f"--only knows {', '.join(SCENARIOS)}, not {', '.join(unknown)}")
    return {name: SCENARIOS[name] for name in names}


@contextlib.contextmanager
def prepared(options):
    """A Bench whose cluster runs; everything is gone afterwards."""
    settings = servers.cluster_settings(measure.ram_bytes(), quarter_of_ram=options.large)
    with tempfile.TemporaryDirectory(prefix="refundd-bench-") as name, \
            servers.Cluster(settings) as cluster:
        folder = pathlib.Path(name)
        secret = folder / "secret"
        secret.write_text(SECRETS[servers.SOURCE["webhook_secret_files"][0]] + "\n")
        certificate = Certificate(folder)
        yield Bench(options, cluster, certificate, folder, secret,
                    Generator(certificate, folder))


def run(scenarios, bench, document):
    """How many scenarios could not be measured. One that fails does not end the others."""
    failed = 0
    for name, scenario in scenarios.items():
        print(f"-- {name}: {scenario.__doc__.splitlines()[0]}", flush=True)
        try:
            figures, lines = scenario(bench)
        except Exception as error:
            traceback.print_exc()
            failed += 1
            figures, lines = {"error": repr(error)}, [
                holds("not measured", type(error).__name__, "a measurement", False)]
        document.add(name, figures, lines)
        print(table(name, lines), flush=True)
    return failed


def main():
    options, scenarios = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES_MAX, hard), hard))
    with prepared(options) as bench:
        document = Document(options.output, {
            "machine": measure.machine(bench.cluster), "settings": measure.settings(bench.cluster),
            "options": vars(options)})
        failed = run(scenarios, bench, document)
    missed = sum(line["passed"] is False for line in document.lines)
    passed = sum(line["passed"] is True for line in document.lines)
    print(f"== {passed} PASS, {missed} MISS; everything measured is in {options.output}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
