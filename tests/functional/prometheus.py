"""What GET /metrics says, read as Prometheus reads it."""

import re

from wire import get_plain

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


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
