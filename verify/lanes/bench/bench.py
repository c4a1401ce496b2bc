"""The bench lane: measures what the product promises of its speed, each part in one run on this machine."""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import costs
import cycles
import document
import qwave
import start
from java import BUILD, ROOT, Exploded, run, stop_on_signals
from jdks import Jdk, chosen_jdks
from part import Bench, Findings
from report import LaneError, Report

_SOURCES = Path(__file__).resolve().parent / "src"
_OUTPUT = BUILD / "bench"
_CLASSES = _OUTPUT / "classes"
_DOCUMENT = ROOT / "docs" / "performance.md"

_PARTS: dict[str, tuple[str, Callable[[Bench], None]]] = {
    "cycle": ("A flow added and closed", cycles.cycle),
    "refused": ("A flow added and closed where the JDK's natives are refused", cycles.refused),
    "memory": ("Memory of a flow", cycles.memory),
    "threads": ("Flows added and closed by two threads", cycles.threads),
    "many": ("Flows added and closed among many", cycles.many),
    "sender": ("Single datagrams with marks of their own", costs.sender),
    "send": ("Sending on a marked socket", costs.send),
    "health": ("The health indicator", costs.health),
    "check": ("How long a check of the flows keeps others waiting", costs.check),
    "qwave": ("Flows by qWAVE's functions", qwave.qwave),
    "start": ("Starting an application", start.start),
    "readmit": ("Flows admitted again after their session was lost", cycles.readmit),
    "endpoint": ("A page of the flows that the endpoint shows", costs.endpoint),
    "metrics": ("Flows added and closed with meters", cycles.metrics),
    "server": ("Requests of a server that marks each connection", costs.server),
}

_ON_EVERY_JDK = {"cycle", "refused", "memory", "start"}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone; repeatable")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise all for parts where they differ, or the newest")
    parser.add_argument("--update-document", action="store_true",
                        help=f"replace {_DOCUMENT.relative_to(ROOT)} by what is measured, in a full run")
    options = parser.parse_args()
    if options.update_document and (options.quick or options.only or options.jdk):
        parser.error("only a full run updates the document")
    return options


def _tests_jar() -> Path:
    """Return the jar with the core's fakes."""
    jars = sorted((ROOT / "qos-core" / "target").glob("qos-core-*-tests.jar"))
    if len(jars) != 1:
        raise LaneError("qos-core/target must hold one jar of tests: build it with ./mvnw -DskipTests package")
    return jars[0]


def _compile(jdk: Jdk, class_path: str) -> None:
    shutil.rmtree(_CLASSES, ignore_errors=True)
    _CLASSES.mkdir(parents=True)
    run([jdk.javac, "--release", "17", "-Xlint:all", "-cp", class_path, "-d", str(_CLASSES),
         *map(str, sorted(_SOURCES.rglob("*.java")))])


def _raise_limit() -> None:
    """Let programs open as many sockets as they may, and more where root can allow it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for limit in (cycles.FILES, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, hard)))
            return
        except (OSError, ValueError):
            # Not root, or not even root may.
            continue


def _measure(options: argparse.Namespace, report: Report, jdks: list[Jdk], found: list[Findings]) -> None:
    class_path = f"{Exploded(_OUTPUT / 'application').library_path()}:{_tests_jar()}"
    _compile(jdks[-1], class_path)
    for name in options.only or _PARTS:
        title, part = _PARTS[name]
        title = f"{title} ({name})"
        for jdk in jdks if options.jdk or name in _ON_EVERY_JDK else jdks[-1:]:
            print(f"\n{title}, {jdk}")
            bench = Bench(jdk, f"{_CLASSES}:{class_path}", _OUTPUT, options.quick, Report(), title)
            _try(part, bench)
            if options.quick and bench.report.failures:
                # Other load on this machine may have been in the way of so few rounds.
                print(f"It is measured once more: {'; '.join(bench.report.failures)}")
                bench = replace(bench, report=Report(), found=[])
                _try(part, bench)
            report.add(bench.report)
            found += bench.found


def _try(part: Callable[[Bench], None], bench: Bench) -> None:
    try:
        part(bench)
    except LaneError as ex:
        # The others took their time for nothing otherwise.
        bench.report.check(f"{bench.title}, {bench.jdk}", str(ex))


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    found: list[Findings] = []
    _raise_limit()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        _measure(options, report, jdks, found)
        document.write(_DOCUMENT if options.update_document else _OUTPUT / _DOCUMENT.name, jdks, found)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
