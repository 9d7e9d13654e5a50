"""What GET /metrics says, read as Prometheus reads it."""

import re

from wire import get_plain

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


# All that refundd tells, and what Prometheus adds about its target.
METRICS = {
    "up",
    "process_start_time_seconds",
    "refundd_anomalies_open",
    "refundd_build_info",
    "refundd_catching_up",
    "refundd_certificate_days_left",
    "refundd_database_connects_total",
    "refundd_database_errors_total",
    "refundd_database_figures_age_seconds",
    "refundd_deliveries_of_last_day",
    "refundd_http_connections",
    "refundd_http_connections_limit",
    "refundd_ingest_batch_events",
    "refundd_ingest_batch_seconds",
    "refundd_ingest_queue_events",
    "refundd_ingest_queue_limit_events",
    "refundd_ingest_seconds",
    "refundd_outbox_messages",
    "refundd_outbox_oldest_pending_seconds",
    "refundd_outbox_sends_total",
    "refundd_provider_answers_total",
    "refundd_provider_lists_age_seconds",
    "refundd_provider_unreadable",
    "refundd_reads_due",
    "refundd_ready",
    "refundd_recovered_total",
    "refundd_refund_oldest_pending_seconds",
    "refundd_refunds",
    "refundd_source_seconds_since_good_event",
    "refundd_webhook_answers_total",
    "refundd_webhook_authentication_failures_total",
    "refundd_webhook_events_total",
}

# Only where a provider's API is asked: test_reads.py.
OF_ASKED_SOURCES = {"refundd_provider_answers_total", "refundd_recovered_total"}


class Metrics:
    """One scrape of a daemon."""

    def __init__(self, daemon):
        answer = get_plain(daemon.admin_port, "/metrics")
        assert answer.status == 200, answer
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        self.text = answer.body.decode()
        self._samples = {}
        for line in self.text.splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.fullmatch(line).groups()
                self._samples[name, frozenset(LABEL.findall(labels or ""))] = float(value)

    def names(self):
        """Of the metrics, histograms by their own name."""
        return set(re.findall(r"^# TYPE (\w+) ", self.text, re.MULTILINE))

    def get(self, name, **labels):
        """The value of this very sample; None where there is none."""
        return self._samples.get((name, frozenset(labels.items())))

    def __getitem__(self, name):
        """{labels as a frozenset: value} of a metric."""
        return {labels: value for (each, labels), value in self._samples.items() if each == name}
