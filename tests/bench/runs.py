"""One run of one of those that are compared, always on fresh tables, after a checkpoint."""

import contextlib
import dataclasses
import pathlib

import measure
import servers
from load import Generator

CONNECTIONS = 32


@dataclasses.dataclass
class Bench:
    """What every scenario has at hand."""

    options: object  # of the command line
    cluster: servers.Cluster
    certificate: object
    folder: pathlib.Path
    secret_file: pathlib.Path
    generator: Generator
    daemon_samples: list = dataclasses.field(default_factory=list)  # of the throughput runs

    def site(self, sections=None):
        merged = {"database": {"connections": self.options.connections_db}, **(sections or {})}
        return servers.site(self.cluster, self.certificate, self.folder, merged)

    @contextlib.contextmanager
    def daemon(self, sections=None):
        """(Installation, Books, Daemon) on an empty database, after a checkpoint."""
        with self.site(sections) as (installation, books):
            with installation.running() as daemon:
                self.cluster.checkpoint()
                yield installation, books, daemon

    def running_load(self, ports, connections=CONNECTIONS, seconds=None, warmup=None, **options):
        """The generator against what stands at `ports`; see load.Generator."""
        return self.generator.running(
            ports, self.secret_file, connections, seconds or self.options.seconds,
            self.options.warmup if warmup is None else warmup, **options)

    def load(self, ports, **options):
        """The result of a whole run."""
        with self.running_load(ports, **options) as run:
            return run.result()

    def peak(self):
        """The daemon's events per second at 32 connections: measured before, else now."""
        if not self.daemon_samples:
            self.daemon_samples.append(run_daemon(self))
        return sorted(s["applied_per_second"] for s in self.daemon_samples)[
            len(self.daemon_samples) // 2]


def interleaved(rounds, subjects):
    """{name: its samples}. Each round begins with another subject: the machine's moods are shared
    out evenly."""
    samples = {name: [] for name in subjects}
    names = list(subjects)
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            print(f"   round {turn + 1}: {name}", flush=True)
            samples[name].append(subjects[name]())
    return samples


def run_floor(bench):
    with servers.floor(bench.certificate, bench.folder) as server:
        meter = measure.ServerMeter([server.process.pid])
        return {**bench.load([server.port]), **meter.read()}


def run_daemon(bench, instances=1, **load):
    with bench.site() as (installation, books):
        with running_daemons(installation, instances) as daemons:
            bench.cluster.checkpoint()
            sample = metered_load(bench, books, [d.port for d in daemons],
                                  [d.process.pid for d in daemons], **load)
            sample["rss_peak_bytes"] = [measure.memory_bytes(d.process.pid, "VmHWM")
                                        for d in daemons]
        check_rows(books, sample)
        return sample


@contextlib.contextmanager
def running_daemons(installation, count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(installation.running(name=f"refundd-{n}"))
               for n in range(count)]


def run_peer(bench, workers, **load):
    with bench.site() as (installation, books):
        with servers.peer(bench.cluster, installation, books, workers) as server:
            bench.cluster.checkpoint()
            sample = metered_load(bench, books, [server.port], [server.process.pid],
                                  warmup=bench.options.peer_warmup, **load)
        check_rows(books, sample)
        return sample


def metered_load(bench, books, ports, pids, **load):
    """The generator's result, and what the run cost."""
    meter = measure.Meter(books, pids)
    sample = bench.load(ports, **load)
    sample.update(meter.read())
    check_answers(sample)
    return sample


def check_answers(sample):
    """A run that refuses or fails is not one to be timed."""
    assert set(sample["answers"]) == {"200"}, f"answers {sample['answers']}"
    assert set(sample["verdicts"]) == {"applied"}, f"verdicts {sample['verdicts']}"


def check_rows(books, sample):
    """Every event left one row where it must, and every refund one. Notes how many there are."""
    counts = {table: books.count(table) for table in (
        "webhook_events", "webhook_payloads", "refund_audit", "outbox_messages", "refunds",
        "charges", "orders", "anomalies")}
    events, refunds = counts["webhook_events"], counts["refunds"]
    assert events >= sample["answers"]["200"], f"{events} events of {sample['answers']}"
    expected = {"webhook_events": events, "webhook_payloads": events, "refund_audit": events,
                "outbox_messages": events, "refunds": refunds, "charges": refunds,
                "orders": refunds, "anomalies": 0}
    assert counts == expected, f"rows {counts}"
    sample["events"] = events
