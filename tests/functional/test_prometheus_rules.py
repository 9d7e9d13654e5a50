"""config/prometheus and config/grafana: promtool accepts the rules, each of them is tested and in
the README, and rules and dashboard ask for metrics that there are. No daemon runs here."""

import json
import re
from itertools import combinations

from installation import PROJECT
from prometheus import METRICS

ALERTS = PROJECT / "config" / "prometheus" / "alerts.yml"
ALERTS_TEST = PROJECT / "config" / "prometheus" / "alerts_test.yml"
DASHBOARD = PROJECT / "config" / "grafana" / "refundd.json"
README = PROJECT / "README.md"

# What stands in the queries of the dashboard, and what Grafana could put in its place.
VARIABLES = {"$job": "refundd", "$source": ".*", "$__rate_interval": "5m"}

def metrics_in(text):
    """The names of metrics in PromQL, or in what /metrics says; a histogram is one name."""
    found = re.findall(r"\b(?:refundd_\w+|process_start_time_seconds|up(?=\{))", text)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in found}


def rules():
    """Each rule of alerts.yml: the name of its alert, and its text without comments."""
    text = re.sub(r"^ *#.*\n", "", ALERTS.read_text(), flags=re.MULTILINE)
    blocks = text.split("      - alert: ")[1:]
    return {block.split("\n", 1)[0]: block for block in blocks}


def expression_of(rule):
    """What follows expr:, on its line or below it, further in."""
    return re.search(r"^ {8}expr: (?:>-\n)?(.*\n(?: {10}.*\n)*)", rule, re.MULTILINE)[1]


def cases(alert):
    """Whether the alert fires, in each case of alerts_test.yml that asks for it."""
    found = re.findall(rf"^        alertname: {alert}\n        exp_alerts:(.*)$",
                       ALERTS_TEST.read_text(), re.MULTILINE)
    return [what.strip() != "[]" for what in found]


def alerts_of_the_readme():
    return re.findall(r"^\| `?(Refundd\w+)`? \|", README.read_text(), re.MULTILINE)


def dashboard():
    return json.loads(DASHBOARD.read_text())


def panels():
    return dashboard()["panels"]


def queries():
    """Each PromQL expression of the dashboard."""
    return [target["expr"] for panel in panels() for target in panel.get("targets", [])]


def lookups():
    """What fills the choices at the top of the dashboard."""
    return [variable["definition"] for variable in dashboard()["templating"]["list"]
            if variable["type"] == "query"]


def test_promtool_accepts_the_rules(promtool):
    assert f"SUCCESS: {len(rules())} rules found" in promtool("check", "rules", ALERTS)


def test_the_alerts_tell_what_they_should(promtool):
    assert "SUCCESS" in promtool("test", "rules", ALERTS_TEST)


def test_each_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do():
    for alert, rule in rules().items():
        assert re.search(r"^          severity: (page|ticket)$", rule, re.MULTILINE), alert
        for annotation in ("summary", "action"):
            assert re.search(rf"^          {annotation}: (>-\n +)?\S", rule, re.MULTILINE), alert
        assert re.search(r"`[a-z]+ ", rule.partition(" action: ")[2]), f"{alert}: no command"


def test_each_threshold_has_its_reason():
    for block in ALERTS.read_text().split("      - alert: ")[1:]:
        alert, *following = block.splitlines()
        assert re.match(r" +# \w", following[0]), alert


def test_each_alert_is_tested_where_it_fires_and_where_it_does_not():
    assert {alert: set(cases(alert)) for alert in rules()} == {
        alert: {True, False} for alert in rules()}


def test_the_readme_explains_each_alert_and_no_other():
    assert sorted(alerts_of_the_readme()) == sorted(rules())


# ---- The dashboard.


def test_each_panel_has_an_id_of_its_own():
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))


def test_no_panel_lies_on_another():
    def overlap(one, other):
        return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
                and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])

    for one, other in combinations(panels(), 2):
        assert not overlap(one["gridPos"], other["gridPos"]), (one["title"], other["title"])
    assert max(panel["gridPos"]["x"] + panel["gridPos"]["w"] for panel in panels()) == 24


def test_each_panel_says_in_a_sentence_what_it_shows():
    for panel in panels():
        if panel["type"] != "row":
            assert re.fullmatch(r"[A-Z].+\.", panel["description"]), panel["title"]
            assert panel["targets"], panel["title"]


def test_the_dashboard_names_no_data_source_of_its_own():
    found = re.findall(r'"uid": "(.*?)"', DASHBOARD.read_text())
    assert set(found) == {"refundd", "${datasource}"}


def test_promtool_accepts_the_queries_of_the_dashboard(promtool, tmp_path):
    lines = ["groups:", "  - name: dashboard", "    rules:"]
    for number, query in enumerate(queries()):
        for variable, value in VARIABLES.items():
            query = query.replace(variable, value)
        assert "$" not in query
        lines += [f"      - record: panel:{number}", f"        expr: {json.dumps(query)}"]
    file = tmp_path / "dashboard.yml"
    file.write_text("\n".join(lines) + "\n")
    promtool("check", "rules", file)


# ---- What rules and dashboard ask for.


def test_the_rules_ask_for_metrics_that_there_are():
    for alert, rule in rules().items():
        asked = metrics_in(expression_of(rule))
        assert asked, alert
        assert asked <= METRICS, alert


def test_the_dashboard_asks_for_metrics_that_there_are():
    for query in queries() + lookups():
        asked = metrics_in(query)
        assert asked, query
        assert asked <= METRICS, query


def test_each_metric_is_on_the_dashboard():
    assert metrics_in("\n".join(queries())) == METRICS
