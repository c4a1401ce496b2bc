"""The part about watching a fleet: the alert rules and the dashboard, over real Prometheus and running samples."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from dashboard import METER, Dashboard, as_prometheus
from java import BUILD, ROOT, sample_jar
from jdks import Jdk
from prometheus import Prometheus, documented, started_prometheus
from report import Report
from sample import Sample, free_port, started
from web import eventually

_OUTPUT = BUILD / "meters"
_FOLDER = ROOT / "docs" / "monitoring"
_RULES = _FOLDER / "qos4j.rules.yml"
_TESTS = _FOLDER / "qos4j.rules.test.yml"
_PAGE = ROOT / "docs" / "monitoring.md"

_ALERT = re.compile(r"^ +- alert: (\w+)$", re.MULTILINE)
_CASE = re.compile(r"^ +alertname: (\w+)\n +exp_alerts:( \[\])?$", re.MULTILINE)
_RUNBOOK = re.compile(r'^ +runbook: "docs/monitoring\.md#(\w+)"$', re.MULTILINE)
_COMMENT = re.compile(r"^ *#.*$", re.MULTILINE)

# Rules wait for minutes, of which the lane has few.
_FOR = re.compile(r"^( +for:) \w+$", re.MULTILINE)
_SHORT = "2s"

# Rates over what was scraped each second.
_WINDOW = "30s"

# The system refuses the mark itself, IP_TOS.
_REFUSING = [sys.executable, str(ROOT / "verify" / "lanes" / "degraded" / "refuse.py"), "0", "1"]

# More often in an hour than the rule allows.
_LOSSES = 5

# What a panel shows that has nothing to show here.
_EMPTY = {"Available bandwidth, mean": "adaptive flows are on Windows alone"}

# The application label, as docs/monitoring.md has it.
_APPLICATION = "--management.metrics.tags.application="


def fleet(jdk: Jdk, report: Report) -> None:
    """Judge what is in docs/monitoring."""
    print(f"\n{jdk}: the dashboard and the alert rules")
    dashboard = Dashboard()
    dashboard.judge(documented(), report)
    _rules(report)
    if subprocess.run([*_REFUSING, "true"], check=False, capture_output=True).returncode != 0:
        report.skip("a fleet of samples", "refusing a system call needs seccomp, on x86-64 or aarch64")
        return
    with ExitStack() as stack:
        echo = free_port()
        samples = {name: stack.enter_context(_started(jdk, name, command, arguments))
                   for name, (command, arguments) in _samples(echo).items()}
        short = _OUTPUT / "short.rules.yml"
        short.write_text(_FOR.sub(rf"\1 {_SHORT}", _RULES.read_text()))
        prometheus = stack.enter_context(started_prometheus(_OUTPUT / "fleet", list(samples.values()), short))
        # It answers once it has started.
        eventually(prometheus.rules, bool)
        _add_flows(samples["marking"], echo, report)
        _alerts(prometheus, samples, echo, report)
        _evaluated(prometheus, dashboard, report)


def _started(jdk: Jdk, name: str, command: list[str], arguments: list[str]) -> AbstractContextManager[Sample]:
    return started([*command, jdk.java, "-XX:TieredStopAtLevel=1", "-jar", str(sample_jar())],
                   _OUTPUT / f"fleet-{name}.log", f"{_APPLICATION}{name}", "--qos.metrics.sample-interval=200ms",
                   *arguments)


def _samples(echo: int) -> dict[str, tuple[list[str], list[str]]]:
    """Return the applications of the fleet by name, with what comes before their command and after it."""
    return {
        "marking": ([], [f"--sample.echo.port={echo}", "--qos.process.enabled=true", "--qos.process.interval=200ms",
                         "--qos.policies.media.traffic-type=audio-video", "--qos.policies.media.remote-port=1"]),
        "recording": ([], ["--qos.backend=recording"]),
        # Not on Linux, so it never opens.
        "unavailable": ([], ["--qos.backend=qwave"]),
        "refused": (_REFUSING, []),
    }


def _add_flows(sample: Sample, echo: int, report: Report) -> None:
    for kind in ("VOICE", "BACKGROUND"):
        answer = sample.call("POST", "/api/flows", {"protocol": "tcp", "host": "127.0.0.1", "port": echo,
                                                    "trafficType": kind})
        report.expect(f"a {kind} flow is added", answer.status in (200, 201), f"status {answer.status}")


def _rules(report: Report) -> None:
    """Have promtool check and test the rules, and look for what it does not ask for."""
    for command in (["check", "rules", str(_RULES)], ["test", "rules", str(_TESTS)]):
        done = subprocess.run(["promtool", *command], capture_output=True, text=True, timeout=60, check=False)
        report.expect(f"promtool {' '.join(command[:2])}", done.returncode == 0, (done.stdout + done.stderr)[-2000:])
    rules = _COMMENT.sub("", _RULES.read_text())
    alerts = _ALERT.findall(rules)
    cases = _CASE.findall(_TESTS.read_text())
    firing = {alert for alert, empty in cases if not empty}
    silent = {alert for alert, empty in cases if empty}
    report.expect(f"each of {len(alerts)} alerts has a test in which it fires, and one in which it does not",
                  bool(alerts) and set(alerts) == firing == silent,
                  f"fire: {sorted(set(alerts) ^ firing)}, do not: {sorted(set(alerts) ^ silent)}")
    used = set(METER.findall(rules))
    known = set().union(*documented().values())
    report.expect(f"the {len(used)} series of the rules are documented", bool(used) and used <= known,
                  f"not {sorted(used - known)}")
    headings = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", _PAGE.read_text(), re.MULTILINE)}
    runbooks = _RUNBOOK.findall(rules)
    report.expect("each alert names its place in docs/monitoring.md, which is there",
                  [alert.lower() for alert in alerts] == runbooks and set(runbooks) <= headings,
                  f"not {sorted(set(runbooks) - headings) or runbooks}")


def _alerts(prometheus: Prometheus, samples: dict[str, Sample], echo: int, report: Report) -> None:
    """Find the alerts of those samples that are not well, do harm to another, and find its own."""
    expected = {("QosHandleNotOpen", "unavailable"), ("QosFlowsFailed", "refused"),
                ("QosOperationsRefused", "refused")}

    def firing() -> set[tuple[str, str]]:
        # Rates need failures that go on.
        samples["refused"].call("POST", "/api/flows", {"protocol": "tcp", "host": "127.0.0.1", "port": echo,
                                                       "trafficType": "VOICE"})
        return _firing(prometheus)

    seen = eventually(firing, lambda found: found >= expected) or set()
    report.expect("a handle that does not open and flows that are refused have their alerts, others have none",
                  seen == expected, f"{seen}")
    recording = samples["recording"]
    for _ in range(_LOSSES):
        recoveries = _recoveries(prometheus)
        recording.call("POST", "/api/recording/lose", {})
        eventually(lambda: _recoveries(prometheus), lambda found, before=recoveries: found > before)
    answer = recording.call("POST", "/actuator/qos/pause", {})
    report.expect("marking is paused", answer.status in range(200, 300), f"status {answer.status}")
    expected |= {("QosHandlePaused", "recording"), ("QosHandleRecoversOften", "recording")}
    seen = eventually(lambda: _firing(prometheus), lambda found: found >= expected) or set()
    report.expect("a handle that is lost again and again and then paused has the alerts for that", seen == expected,
                  f"{seen}")
    broken = [f"{rule['name']}: {rule.get('lastError')}" for rule in prometheus.rules() if rule["health"] != "ok"]
    report.expect("Prometheus evaluates each rule", not broken, "; ".join(broken))
    recording.call("POST", "/actuator/qos/resume", {})
    expected.discard(("QosHandlePaused", "recording"))
    seen = eventually(lambda: _firing(prometheus), lambda found: found == expected) or set()
    report.expect("once it is resumed, that alert is over", seen == expected, f"{seen}")


def _firing(prometheus: Prometheus) -> set[tuple[str, str]]:
    """Return the alerts that fire, each with its application."""
    return {(rule["name"], alert["labels"].get("application", "?")) for rule in prometheus.rules()
            for alert in rule["alerts"] if alert["state"] == "firing"}


def _recoveries(prometheus: Prometheus) -> float:
    result = prometheus.ask("sum(qos_handle_recoveries_seconds_count)")
    return float(result[0]["value"][1]) if result else 0.0


def _is_shown(result: list[dict[str, Any]]) -> bool:
    """Return whether there is anything to draw. The mean of nothing is no number."""
    return any(each["value"][1] != "NaN" for each in result)


def _evaluated(prometheus: Prometheus, dashboard: Dashboard, report: Report) -> None:
    """Ask for each expression of the dashboard, and for what its variables offer."""
    wrong: list[str] = []
    empty: dict[str, str] = {}
    count = 0
    for title, expression in dashboard.expressions():
        count += 1
        try:
            # Without what stands in for a result.
            query = as_prometheus(expression, _WINDOW).removesuffix(" or vector(0)")
            result = eventually(lambda query=query: prometheus.ask(query), _is_shown, 1 if title in _EMPTY else 10)
        except ValueError as ex:
            wrong.append(f"{title}: {ex}")
            continue
        if not _is_shown(result or []):
            empty[title] = query
    report.expect(f"Prometheus understands the {count} expressions of the dashboard", not wrong, "; ".join(wrong))
    report.expect("and has a result for each but those that have nothing to show here", set(empty) == set(_EMPTY),
                  f"empty: {empty or 'none'}")
    print("".join(f"       empty: {title}, since {reason}\n" for title, reason in _EMPTY.items()), end="")
    for name, query in dashboard.variable_queries().items():
        selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", query).groups()
        result = prometheus.ask(f"group by ({label}) ({as_prometheus(selector, _WINDOW)})")
        values = sorted(each["metric"].get(label, "") for each in result)
        report.expect(f"the variable {name} offers {values}", bool(values) and all(values), f"{query} has no values")
