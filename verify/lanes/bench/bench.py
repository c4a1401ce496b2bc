"""The bench lane: measures what the product promises of its speed, each part in one run on this machine."""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import statistics
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import costs
import cycles
from java import BUILD, ROOT, Exploded, run, stop_on_signals
from jdks import Jdk, chosen_jdks
from part import Bench, spread
from report import LaneError, Report, table
from spread import ratio_of

_SOURCES = Path(__file__).resolve().parent / "src"
_OUTPUT = BUILD / "bench"
_CLASSES = _OUTPUT / "classes"

_FLOWS = 10_000
_MOST_RATIO = 1.5
_MOST_METRICS_RATIO = 1.1
_KEPT_ALIVE = "kept alive"
_MOST_PAGE_TIME = 3
_MOST_PAGE_MEMORY = 3
_LEAST_SERVER_RATIOS = {_KEPT_ALIVE: 0.98, "one request each": 0.93}


def _readmit(bench: Bench) -> None:
    """Add flows, lose their session, and have them admitted again."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files < _FLOWS + 1000:
        bench.report.skip("readmit", f"{_FLOWS} sockets need more open files than {files}")
        return
    rounds, warm_up = (5, 2) if bench.quick else (15, 5)
    measured: dict[str, list[tuple[float, float, float]]] = {}
    for name, *figures in bench.lines("internal.handle.Readmit", _FLOWS, rounds, warm_up):
        measured.setdefault(name, []).append(tuple(map(float, figures)))
    rows = [("backend", "rounds", f"{_FLOWS:,} flows added, ms", "admitted again, ms", "ratio", "added / added")]
    for name, figures in measured.items():
        adding, again, once_more = zip(*figures)
        ratios = [second / first for first, second in zip(adding, again)]
        rows.append((name, str(len(figures)), spread(adding), spread(again), spread(ratios),
                     spread([second / first for first, second in zip(adding, once_more)])))
        bench.report.check(f"{name}: flows are admitted again in at most {_MOST_RATIO} x the time of adding them",
                           None if statistics.median(ratios) <= _MOST_RATIO
                           else f"{statistics.median(ratios):.2f} x")
    bench.report.check("both backends were measured", None if len(measured) == 2 else f"{list(measured)}")
    print(table(rows))
    print("Medians, and in brackets the smallest and the largest. The last column compares like with like: the noise")


def _server(bench: Bench) -> None:
    """Compare a Tomcat that marks each connection with one that marks its listener alone."""
    rounds, warm_up, turn = (60, 20, 150) if bench.quick else (200, 40, 150)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    measured: dict[str, list[tuple[float, float, float]]] = {}
    for name, *rates in bench.lines("bench.ServerThroughput", rounds, warm_up, turn, seed):
        measured.setdefault(name, []).append(tuple(map(float, rates)))
    rows = [("connections", "rounds", "listener marked, requests/s", "each marked, requests/s",
             "each / listener", "listener / listener")]
    for name, figures in measured.items():
        listener, again, each = zip(*figures)
        ratio = ratio_of(each, listener)
        rows.append((name, str(len(figures)), f"{statistics.median(listener):,.0f}", f"{statistics.median(each):,.0f}",
                     str(ratio), str(ratio_of(again, listener))))
        least = _LEAST_SERVER_RATIOS[name]
        same = name == _KEPT_ALIVE and ratio.low <= 1 <= ratio.high
        bench.report.check(f"marking each connection leaves at least {least} x the requests ({name})",
                           None if same or ratio.is_at_least(least, bench.quick) else f"{ratio} x")
    bench.report.check("both ways to connect were measured", None if len(measured) == 2 else f"{list(measured)}")
    print(table(rows))
    print("Medians of the rounds, and of their ratios with the interval of 95 %. The last column compares two servers")
    print("that are alike: the noise")


def _endpoint(bench: Bench) -> None:
    """Compare a page of the endpoint's flows where there are many with one where there is no more than the page."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files < _FLOWS + 1000:
        bench.report.skip("endpoint", f"{_FLOWS} sockets need more open files than {files}")
        return
    rounds, warm_up, pages = (60, 20, 20) if bench.quick else (300, 60, 20)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    figures = [tuple(map(float, values)) for _, *values in
               bench.lines("bench.EndpointPages", _FLOWS, rounds, warm_up, pages, seed)]
    rows = [("a page of 100", "of 100 flows", f"of {_FLOWS:,}", "ratio", "like with like")]
    for name, unit, column, most in (("time", "µs", 0, _MOST_PAGE_TIME), ("memory", "kB", 1, _MOST_PAGE_MEMORY)):
        few, again, many = ([values[column + 2 * place] for values in figures] for place in range(3))
        divisor = 1 if unit == "µs" else 1000
        ratio = ratio_of(many, few)
        rows.append((f"{name}, {unit}", f"{statistics.median(few) / divisor:.1f}",
                     f"{statistics.median(many) / divisor:.1f}", str(ratio), str(ratio_of(again, few))))
        bench.report.check(f"a page of {_FLOWS:,} flows takes at most {most} x the {name} of one of 100",
                           None if ratio.is_at_most(most, bench.quick) else f"{ratio} x")
    print(table(rows))
    print("Medians, and of the ratios the interval of 95 %")


def _metrics(bench: Bench) -> None:
    """Compare adding and closing a flow with meters and without."""
    rounds, warm_up, flows = (200, 100, 400) if bench.quick else (600, 150, 500)
    seed = random.randrange(1 << 31)
    print(f"seed {seed}")
    measured = [tuple(map(float, line)) for line in bench.lines("bench.MetricsCost", rounds, warm_up, flows, seed)]
    off, again, on = zip(*measured)
    ratio = ratio_of(on, off)
    print(table([("meters", "rounds", "a flow added and closed, us", "ratio"),
                 ("off", str(len(measured)), f"{statistics.median(off):.2f}", ""),
                 ("off again: noise", str(len(measured)), f"{statistics.median(again):.2f}", str(ratio_of(again, off))),
                 ("on", str(len(measured)), f"{statistics.median(on):.2f}", str(ratio))]))
    print("Medians of the rounds, and of their ratios to the first line with the interval of 95 %")
    bench.report.check(f"with meters, adding and closing a flow takes at most {_MOST_METRICS_RATIO} x the time",
                       None if ratio.is_at_most(_MOST_METRICS_RATIO, bench.quick) else f"{ratio} x")


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
    "readmit": ("Flows admitted again after their session was lost", _readmit),
    "endpoint": ("A page of the flows that the endpoint shows", _endpoint),
    "metrics": ("Flows added and closed with meters", _metrics),
    "server": ("Requests of a server that marks each connection", _server),
}

_ON_EVERY_JDK = {"cycle", "refused", "memory"}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone; repeatable")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise all for parts where they differ, or the newest")
    return parser.parse_args()


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
    """Let programs open as many sockets as they may: what root can allow itself, or what there is."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (cycles.FILES, cycles.FILES))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    _raise_limit()
    try:
        class_path = f"{Exploded(_OUTPUT / 'application').library_path()}:{_tests_jar()}"
        jdks = chosen_jdks(options.jdk, options.quick, report)
        for jdk in jdks:
            _compile(jdk, class_path)
            for name in options.only or _PARTS:
                if not (options.jdk or name in _ON_EVERY_JDK or jdk is jdks[-1]):
                    continue
                title, part = _PARTS[name]
                print(f"\n{title}, {jdk}")
                part(Bench(jdk, f"{_CLASSES}:{class_path}", _OUTPUT, options.quick, report, title))
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
