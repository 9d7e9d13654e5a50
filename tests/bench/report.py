"""What the bench found, for people and for programs."""

import dataclasses
import json
import statistics


@dataclasses.dataclass(frozen=True)
class Line:
    """One figure. `target` says what it should be; `passed` is None where there is no target."""

    what: str
    value: object
    unit: str = ""
    target: str = ""
    passed: bool = None


def fact(what, value, unit=""):
    return Line(what, value, unit)


def at_least(what, value, target, unit="", aim=""):
    return Line(what, value, unit, f">= {target}{aim}", value >= target)


def at_most(what, value, target, unit="", aim=""):
    return Line(what, value, unit, f"<= {target}{aim}", value <= target)


def holds(what, value, target, passed, unit=""):
    return Line(what, value, unit, target, passed)


def median(samples, *path):
    """Of the samples' values at samples[n][path[0]][path[1]]…"""
    return statistics.median(_at(sample, path) for sample in samples)


def spread(samples, *path):
    """The lowest and the highest: how far apart the rounds were."""
    values = [_at(sample, path) for sample in samples]
    return f"{number(min(values))}..{number(max(values))}"


def _at(value, path):
    for name in path:
        value = value[name]
    return value


def number(value):
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def mebibytes(count):
    return count / 2**20


WORDS = {None: "", True: "PASS", False: "MISS"}


def table(scenario, lines):
    rows = [f"== {scenario}"]
    for line in lines:
        value = f"{number(line.value)} {line.unit}".rstrip()
        rows.append(f"  {line.what:<47} {value:>21}  {line.target:<20} {WORDS[line.passed]}"
                    .rstrip())
    return "\n".join(rows)


class Document:
    """Everything in one JSON file, written anew after each scenario."""

    def __init__(self, path, facts):
        self._path = path
        self._content = {**facts, "scenarios": {}, "lines": []}

    def add(self, scenario, figures, lines):
        self._content["scenarios"][scenario] = figures
        self._content["lines"] += [
            {"scenario": scenario, **dataclasses.asdict(line)} for line in lines]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self._content, indent=2, default=str) + "\n")

    @property
    def lines(self):
        return self._content["lines"]
