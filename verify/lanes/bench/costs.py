"""Parts about what an application notices while it runs."""

from __future__ import annotations

from collections.abc import Sequence

from cycles import sockets
from part import NOTE, Bench, middle
from spread import Median, ratio_of

_MOST_SENDER = 1.3
_MOST_HEALTH = 20
_MOST_LOCKED = 100
_FLOWS = 10_000
_FIGURES = ("a call, µs", "median, µs", "99th percentile, µs")


def sender(bench: Bench) -> None:
    """Compare datagrams with marks of their own with those of the JDK."""
    rounds, warm_up, datagrams = (60, 5, 500) if bench.quick else (300, 20, 1000)
    rows = [("datagrams of", "JDK, µs", "sender, µs", "sender / JDK", "noise")]
    for name, (jdk, again, ours) in bench.rounds("SenderCost", rounds, warm_up, datagrams).items():
        ratio = ratio_of(ours, jdk)
        rows.append((name, middle(jdk), middle(ours), str(ratio), str(ratio_of(again, jdk))))
        bench.at_most(f"{name}, the time of the JDK", ratio, _MOST_SENDER)
    bench.show(rows, NOTE)


def send(bench: Bench) -> None:
    """Compare a socket with a mark with one without."""
    rounds, warm_up, calls = (80, 20, 1000) if bench.quick else (400, 50, 2000)
    rows = [("", "", "unmarked", "marked", "marked / unmarked", "noise")]
    for name, turns in bench.rounds("MarkedSends", rounds, warm_up, calls).items():
        for place, figure in enumerate(_FIGURES):
            unmarked, again, marked = turns[place], turns[place + 3], turns[place + 6]
            ratio, noise = ratio_of(marked, unmarked), ratio_of(again, unmarked)
            rows.append((name, figure, middle(unmarked), middle(marked), str(ratio), str(noise)))
            bench.alike(f"{name}, {figure}, marked and unmarked", ratio, noise)
    bench.show(rows, NOTE)


def health(bench: Bench) -> None:
    """Compare our health indicator with one that does nothing."""
    rounds, warm_up, checks = (60, 60, 200) if bench.quick else (300, 60, 500)
    empty, again, ours = bench.rounds("HealthCost", rounds, warm_up, checks)["health"]
    added = _difference(ours, empty)
    bench.at_most("it adds", added, _MOST_HEALTH, "µs")
    bench.show([("empty indicator, µs", "ours, µs", "added, µs", "noise, µs"),
                (middle(empty), middle(ours), added.shown(2), _difference(again, empty).shown(2))],
               "Medians of the rounds, with the interval of 95 %. 'noise' is what the empty one differs by from itself")


def check(bench: Bench) -> None:
    """Measure how long a check of many flows keeps others waiting."""
    rounds, warm_up = (60, 60) if bench.quick else (300, 100)
    flows = min(_FLOWS, sockets())
    figures = [list(map(float, line)) for line in bench.lines("internal.handle.CheckPause", rounds, warm_up, flows)]
    quiet, again, checked, took = zip(*figures)
    added = _difference(checked, quiet)
    bench.at_most("the lock is held for", added, _MOST_LOCKED, "µs")
    bench.show([("flows", "a check takes, µs", "longest add without, µs", "with a check, µs", "longer by, µs", "noise, µs"),
                (f"{flows:,}", middle(took), middle(quiet), middle(checked), added.shown(1),
                 _difference(again, quiet).shown(1))],
               "Medians of the rounds, with the interval of 95 %: of the longest that one of the flows took that were",
               "added and closed meanwhile")


def _difference(values: Sequence[float], base: Sequence[float]) -> Median:
    return Median.of([value - other for value, other in zip(values, base)])
