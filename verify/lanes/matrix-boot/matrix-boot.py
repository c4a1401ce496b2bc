"""The matrix-boot lane: one small application with the starter, built against many releases of Spring Boot."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from builds import build
from capture import may_capture
from java import stop_on_signals
from jdks import Jdk, chosen_jdks, find_jdks, runtime_at
from report import LaneError, Report, table
from runs import Application, start_fails, started
from versions import Case, Promise, cases
from web import eventually

# One computes while another waits.
_AT_A_TIME = 2
_SECONDS = 10.0

_AUDIO_VIDEO, _AF41, _VOICE, _BACKGROUND = "40", "34", "56", "8"

_MADE_FOR_4 = "qos4j is made for Spring Boot 4, and this is {}: flows that you add are marked"
_NEEDS_4 = "qos4j needs Spring Boot 4, and this is {}: nothing is marked"
_NO_BEAN = "'io.github.qos4j.QosHandle', and there is none because qos4j needs Spring Boot 4, and this is {}."
_MISSING_CLASS = re.compile(r".*(?:NoClassDefFoundError|NoSuchMethodError|ClassNotFoundException).*")

# What was found out: whether it held, and what was seen.
Finding = tuple[str, bool, str]


def _judge(case: Case, jdk: Jdk, captures: bool) -> list[Finding]:
    """Start an application in the ways that matter, and return what was found out."""
    if not case.project.class_path:
        return [("builds", False, "it does not, see verify/build/matrix-boot/maven.log")]
    try:
        arguments = ["--qos.management.server.policy=background"] if case.has_actuator else []
        calls = case.has("client") and _runs_http_client(jdk)
        with started(case.project, jdk, captures, f"--matrix.client={str(calls).lower()}", *arguments) as application:
            findings = list(_running(case, application, calls))
        if calls and captures and case.promise is Promise.FLOWS:
            findings += _found_by_looking(case, jdk)
        return [*findings, *_refusals(case, jdk)]
    except LaneError as ex:
        return [("starts", False, str(ex))]


def _runs_http_client(jdk: Jdk) -> bool:
    """Return whether Apache HttpClient can run: the JDK from PyPI has fewer modules than others."""
    modules = re.search(r'^MODULES="([^"]*)"', (jdk.home / "release").read_text(), re.MULTILINE)
    return not modules or "jdk.net" in modules[1].split()


def _running(case: Case, application: Application, calls: bool) -> Iterator[Finding]:
    everything = case.promise is Promise.ALL
    yield "version", application.version == case.project.boot, application.version
    if case.promise is Promise.NOTHING:
        yield "flow", application.voice == "no handle", application.voice
    else:
        yield "flow", application.voice == f"ACTIVE {_VOICE} (CS7)", application.voice
        yield from _packets("datagram", application.voice_marks(), _VOICE)
    if case.has("web"):
        answer = application.get("/hello")
        yield "web", answer == (200, "hello"), str(answer[0])
        yield from _packets("server", application.server_marks(), _AUDIO_VIDEO if everything else "0")
    if calls:
        answer = application.call_peer()
        yield "client", answer == (200, "peer"), str(answer[0])
        yield from _packets("its request", application.client_marks(), _AF41 if everything else "0")
    if case.has_actuator:
        yield from _actuator(case, application)
    # In the end, since a request may bring one as well.
    yield "warnings", *_warnings(case, application.warnings())


def _found_by_looking(case: Case, jdk: Jdk) -> Iterator[Finding]:
    """Judge a connection that no hook has marked, while somebody looks through the process."""
    with started(case.project, jdk, True, "--matrix.client=true", "--qos.process.enabled=true",
                 "--qos.process.interval=100ms") as application:
        expected = f"0+{_AF41}"
        marks = eventually(lambda: (application.call_peer(), application.client_marks())[1],
                           lambda found: found == expected, _SECONDS)
    yield "found by looking (DSCP)", marks == expected, marks


def _actuator(case: Case, application: Application) -> Iterator[Finding]:
    everything = case.promise is Promise.ALL
    if case.json:
        yield from _health_and_endpoint(everything, application)
    if any("prometheus" in library for library in case.project.libraries):
        expected = 1 if everything else 0
        # Meters of flows are not there at once.
        flows, handles = eventually(lambda: _meters(application), lambda found: found == (expected, expected), _SECONDS)
        yield "meters", flows == handles == expected, f"{flows} of flows, {handles} of the handle"
    yield from _packets("its server", application.management_marks(), _BACKGROUND if everything else "0")


def _meters(application: Application) -> tuple[int, int]:
    """Return how many voice flows and open handles the meters tell of."""
    status, text = application.actuator("/prometheus")
    if status != 200:
        return -1, -1
    return (len(re.findall(r'^qos_flows\{.*state="ACTIVE",traffic_type="voice".*\} 1\.0$', text, re.MULTILINE)),
            len(re.findall(r'^qos_handle_state\{.*state="OPEN".*\} 1\.0$', text, re.MULTILINE)))


def _health_and_endpoint(everything: bool, application: Application) -> Iterator[Finding]:
    status, health = application.actuator("/health")
    components = health.get("components", {}) if isinstance(health, dict) else {}
    qos = components.get("qos", {}).get("status")
    yield "health", status == 200 and qos == ("UP" if everything else None), f"{status}, qos {qos}"
    status, flows = application.actuator("/qos/flows?type=voice")
    if everything:
        found = flows["flows"] if status == 200 else []
        seen = ", ".join(f"{flow['state']} {(flow['applied'] or {}).get('value')}" for flow in found)
        yield "endpoint", seen == f"ACTIVE {_VOICE}", f"{status}, {seen}"
    else:
        yield "endpoint", status == 404, str(status)


def _packets(name: str, marks: str | None, expected: str) -> Iterator[Finding]:
    if marks is not None:
        yield f"{name} (DSCP)", marks == expected, marks


def _warnings(case: Case, warnings: list[str]) -> tuple[bool, str]:
    """Return whether the warnings are what they should be: none, or a single one that says everything."""
    if case.promise is Promise.ALL:
        return not warnings, "; ".join(warnings) or "0"
    message = (_MADE_FOR_4 if case.promise is Promise.FLOWS else _NEEDS_4).format(case.project.boot)
    held = len(warnings) == 1 and message in warnings[0]
    return held, "1" if held else "; ".join(warnings) or "0"


def _refusals(case: Case, jdk: Jdk) -> Iterator[Finding]:
    """Judge starts that must fail, and what they say."""
    if case.promise is Promise.NOTHING:
        text = start_fails(case.project, jdk, "inject", "--matrix.inject=true")
        yield "bean", *_says(text, _NO_BEAN.format(case.project.boot))
        with started(case.project, jdk, False, "--qos.enabled=false") as application:
            warnings = application.warnings()
        yield "switched off", not warnings, "; ".join(warnings) or "0 warnings"
    else:
        text = start_fails(case.project, jdk, "wrong", "--qos.policies.peer.remote-port=http")
        yield "wrong property", *_says(text, "qos.policies.peer.remote-port", "commandLineArgs")


def _says(text: str, *wanted: str) -> tuple[bool, str]:
    """Return whether a failed start was analysed, and what it said."""
    missing = [each for each in ("APPLICATION FAILED TO START", *wanted) if each not in text]
    trouble = _MISSING_CLASS.search(text)
    return not missing and not trouble, trouble[0].strip() if trouble else f"lacks {missing}" if missing else "told"


def _jdks(options: argparse.Namespace, report: Report) -> list[Jdk]:
    """Return the JDKs: the oldest for a quick run, and with those of the machine the fetched 21 for a full one."""
    if options.jdk:
        return chosen_jdks(options.jdk, False, report)
    if options.quick:
        return find_jdks()[:1]
    jdks = chosen_jdks(None, False, report)
    fetched = os.environ.get("FETCHED_JDK")
    if fetched:
        runtime = runtime_at(Path(fetched))
        if runtime is None:
            raise LaneError(f"no Java in {fetched}")
        jdks.append(runtime)
    elif not any(jdk.feature == 21 for jdk in jdks):
        report.skip("JDK 21", "not found, and not to be had from PyPI")
    return sorted(jdks, key=lambda jdk: jdk.feature)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/matrix-boot", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the oldest JDK, and fewer releases")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--only", action="append", metavar="RELEASE",
                        help="this release of Spring Boot alone, 3.5 for example; repeatable")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = _jdks(options, report)
        chosen = [case for case in cases(options.quick)
                  if not options.only or case.project.boot.startswith(tuple(options.only))]
        reason = may_capture()
        if reason:
            report.skip("packets", reason)
        print(f"Maven builds {len(chosen)} applications")
        build(case.project for case in chosen)
        runs = [(case, jdk) for case in chosen for jdk in (jdks if case.every_jdk else jdks[:1])]
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            found = pool.map(lambda run: _judge(*run, captures=reason is None), runs)
            _show(list(zip(runs, found)), report)
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


def _show(judged: list[tuple[tuple[Case, Jdk], list[Finding]]], report: Report) -> None:
    """Count what was found out, and print a table for each promise."""
    titles = {Promise.ALL: "All that is promised", Promise.FLOWS: "Flows alone, and one warning",
              Promise.NOTHING: "Too old: one warning, and no harm"}
    for promise, title in titles.items():
        rows = {run: {name: (held, seen) for name, held, seen in found}
                for run, found in judged if run[0].promise is promise}
        columns = list(dict.fromkeys(name for findings in rows.values() for name in findings))
        lines = []
        for (case, jdk), findings in rows.items():
            for name, (held, seen) in findings.items():
                report.check(f"{case.project}, {jdk}: {name}", None if held else seen)
            cells = [findings.get(name) for name in columns]
            lines.append([str(case.project), f"JDK {jdk.feature}",
                          *("-" if cell is None else cell[1] if cell[0] else "!" for cell in cells)])
        if lines:
            print(f"\n{title}; ! marks what is wrong, - what it does not have\n")
            print(table([["application", "on", *columns], *lines]))


if __name__ == "__main__":
    sys.exit(main())
