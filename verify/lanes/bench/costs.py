"""Parts about what an application notices while it runs."""

from __future__ import annotations

from cycles import sockets
from part import NOTE, Bench, difference_of, middle
from spread import ratio_of

_MOST_SENDER = 1.3
_MOST_HEALTH = 20
_MOST_LOCKED = 100
_FLOWS = 10_000
_KEPT_ALIVE = "kept alive"
_MOST_PAGE_TIME = 3
_MOST_PAGE_MEMORY = 3
_LEAST_SERVER_RATIOS = {_KEPT_ALIVE: 0.98, "one request each": 0.93}
_FIGURES = ("a call, µs", "median, µs", "99th percentile, µs")


def sender(bench: Bench) -> None:
    """Compare datagrams with marks of their own with those of the JDK."""
    rounds, warm_up, datagrams = (60, 5, 500) if bench.quick else (300, 20, 1000)
    rows = [("datagrams of", "JDK, µs", "sender, µs", "sender / JDK", "at most", "noise")]
    for name, (jdk, again, ours) in bench.rounds("SenderCost", rounds, warm_up, datagrams).items():
        ratio = ratio_of(ours, jdk)
        rows.append((name, middle(jdk), middle(ours), str(ratio), str(_MOST_SENDER),
                     str(ratio_of(again, jdk))))
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
    added = difference_of(ours, empty)
    bench.at_most("it adds", added, _MOST_HEALTH, "µs")
    bench.show([("empty indicator, µs", "ours, µs", "added, µs", "at most", "noise, µs"),
                (middle(empty), middle(ours), added.shown(2), str(_MOST_HEALTH), difference_of(again, empty).shown(2))],
               "Medians of the rounds, with the interval of 95 %. 'noise' is what the empty one differs by from itself")


def check(bench: Bench) -> None:
    """Measure how long a check of many flows holds the lock."""
    rounds, warm_up = (60, 60) if bench.quick else (300, 100)
    flows = min(_FLOWS, sockets())
    figures = [list(map(float, line)) for line in bench.lines("internal.handle.CheckPause", rounds, warm_up, flows)]
    quiet, again, checked, took = zip(*figures)
    added = difference_of(checked, quiet)
    bench.at_most("the lock is held for", added, _MOST_LOCKED, "µs")
    bench.show([("flows", "a check takes, µs", "longest wait without, µs", "with a check, µs", "longer by, µs",
                 "at most", "noise, µs"),
                (f"{flows:,}", middle(took), middle(quiet), middle(checked), added.shown(1),
                 str(_MOST_LOCKED), difference_of(again, quiet).shown(1))],
               "Medians of the rounds, with the interval of 95 %: of the longest time in which a second thread could not",
               "have the handle's lock")


def endpoint(bench: Bench) -> None:
    """Compare a page of the endpoint's flows where there are many with one where there is no more than the page."""
    if sockets() < _FLOWS:
        bench.report.skip("endpoint", f"{_FLOWS} sockets need more open files than {sockets()}")
        return
    rounds, warm_up, pages = (60, 20, 20) if bench.quick else (300, 60, 20)
    figures = bench.rounds("EndpointPages", rounds, warm_up, _FLOWS, pages)["pages"]
    rows = [("a page of 100", "of 100 flows", f"of {_FLOWS:,}", "ratio", "at most", "noise")]
    for place, (name, most) in enumerate((("time, µs", _MOST_PAGE_TIME), ("memory, bytes", _MOST_PAGE_MEMORY))):
        few, again, many = figures[place], figures[place + 2], figures[place + 4]
        ratio = ratio_of(many, few)
        rows.append((name, middle(few, 0), middle(many, 0), str(ratio), str(most), str(ratio_of(again, few))))
        bench.report.check(f"a page of {_FLOWS:,} flows takes at most {most} x the {name} of one of 100",
                           None if ratio.is_at_most(most, bench.quick) else f"{ratio} x")
    bench.show(rows, NOTE)


def server(bench: Bench) -> None:
    """Compare a Tomcat that marks each connection with one that marks its listener alone."""
    rounds, warm_up, turn = (60, 20, 150) if bench.quick else (200, 40, 150)
    measured = bench.rounds("ServerThroughput", rounds, warm_up, turn)
    rows = [("connections", "rounds", "listener marked, requests/s", "each marked, requests/s", "each / listener",
             "at least", "noise")]
    for name, (listener, again, each) in measured.items():
        ratio = ratio_of(each, listener)
        least = _LEAST_SERVER_RATIOS[name]
        rows.append((name, str(len(each)), middle(listener, 0), middle(each, 0), str(ratio), str(least),
                     str(ratio_of(again, listener))))
        same = name == _KEPT_ALIVE and ratio.low <= 1 <= ratio.high
        bench.report.check(f"marking each connection leaves at least {least} x the requests ({name})",
                           None if same or ratio.is_at_least(least, bench.quick) else f"{ratio} x")
    bench.report.check("both ways to connect were measured", None if len(measured) == 2 else f"{list(measured)}")
    bench.show(rows, NOTE)
