"""Parts about adding and closing flows."""

from __future__ import annotations

import resource
import statistics
from pathlib import Path

from java import run
from part import NOTE, Bench, difference_of, middle
from spread import Median, ratio_of

_LANE = Path(__file__).resolve().parent
_KINDS = 6
_MOST_CYCLE = 1.3
_MOST_GARBAGE = 64
_MOST_KEPT = 260
_LEAST_OF_TWO = 1.6
_CLEARLY_LESS = 0.7
_MOST_AMONG_MANY = 1.1
_MOST_WITH_METERS = 1.1
_MOST_READMIT = 1.5
_READMITTED = 10_000
_FEW = 100
_BETWEEN = (10_000,)
_MANY = 100_000

# What is used is told to the byte: nothing that is dead, and nothing that threads have reserved.
_EXACT_HEAP = ("-XX:+UseSerialGC", "-XX:MarkSweepAlwaysCompactCount=1", "-XX:-UseTLAB")

# Of which a JVM needs a few itself.
FILES = _MANY + 1000


def _c_library(bench: Bench) -> Path:
    library = bench.output / "libcycles.so"
    run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(library),
         str(_LANE / "native" / "cycles.c")])
    return library


def refused_natives(bench: Bench) -> str:
    """Return a class path without the natives of the JDK, to come before another one."""
    classes = bench.output / "refused"
    sources = sorted((_LANE / "refused").rglob("*.java"))
    run([bench.jdk.javac, "--release", "17", "-Xlint:all", "-d", str(classes), *map(str, sources)])
    return f"{classes}:"


def _cycles(bench: Bench, refused: bool) -> None:
    rounds, warm_up, flows = (80, 20, 300) if bench.quick else (400, 50, 1000)
    arguments = (flows, "true") if refused else (flows, "false", _c_library(bench))
    measured = bench.rounds("FlowCycle", rounds, warm_up, *arguments,
                            before=refused_natives(bench) if refused else "")
    other = "JNA" if refused else "C"
    rows = [("socket", "rounds", f"calls by {other}, µs", "flow, µs", f"flow / {other}", "at most", "noise")]
    for kind, (base, again, flow) in measured.items():
        ratio = ratio_of(flow, base)
        rows.append((kind, str(len(base)), middle(base), middle(flow), str(ratio), str(_MOST_CYCLE),
                     str(ratio_of(again, base))))
        bench.at_most(f"{kind}, the time of its calls by {other}", ratio, _MOST_CYCLE)
    bench.report.check("all kinds of sockets were measured", None if len(measured) == _KINDS else f"{list(measured)}")
    bench.show(rows, NOTE)


def cycle(bench: Bench) -> None:
    """Compare a flow that is added and closed with a loop of C over its calls."""
    _cycles(bench, refused=False)


def refused(bench: Bench) -> None:
    """Compare it with the same calls by JNA, where the JDK's own functions cannot be had."""
    _cycles(bench, refused=True)


def memory(bench: Bench) -> None:
    """Measure what an open flow keeps, and what is garbage once it is closed."""
    programs, flows = (3, 5_000) if bench.quick else (10, 10_000)
    flows = min(flows, sockets())
    rows = [("socket", "flows", "an open flow keeps, bytes", "at most", "allocated, bytes", "garbage, bytes", "at most",
             "noise")]
    for name, ipv4 in (("UDP, IPv4", "true"), ("UDP, dual stack", "false")):
        kept: list[float] = []
        allocated: list[float] = []
        again: list[float] = []
        for _ in range(programs):
            (_, first), *lines = bench.lines("bench.FlowMemory", 20, 0, 0, flows, ipv4, flags=_EXACT_HEAP)
            kept.append(float(first))
            allocated.append(statistics.median(float(line[1]) for line in lines))
            again.append(statistics.median(float(line[2]) for line in lines))
        garbage = difference_of(allocated, kept)
        rows.append((name, f"{flows:,}", Median.of(kept).shown(1), str(_MOST_KEPT), Median.of(allocated).shown(1),
                     garbage.shown(1), str(_MOST_GARBAGE), difference_of(again, allocated).shown(1)))
        bench.at_most(f"{name}, what an open flow keeps", Median.of(kept), _MOST_KEPT, "bytes")
        bench.at_most(f"{name}, garbage", garbage, _MOST_GARBAGE, "bytes")
    bench.show(rows, f"Medians of {programs} processes with their interval of 95 %. Kept: what the heap has more, after",
               "a collection, with flows on sockets that were there before, tables included. Allocated: by the thread")


def threads(bench: Bench) -> None:
    """Compare two threads with one."""
    rounds, warm_up, flows = (40, 5, 4000) if bench.quick else (200, 10, 8000)
    measured = bench.rounds("FlowThreads", rounds, warm_up, flows, _c_library(bench))["threads"]
    one, one_again, shared, own, one_in_c, one_in_c_again, two_in_c = measured
    in_c = ratio_of(two_in_c, one_in_c)
    rows = [("", "one thread, flows/ms", "two threads, flows/ms", "two / one", "at least", "noise")]
    for name, two, base, again, least in (("one handle", shared, one, one_again, str(_LEAST_OF_TWO)),
                                          ("a handle each", own, one, one_again, ""),
                                          ("loop in C", two_in_c, one_in_c, one_in_c_again, "")):
        rows.append((name, f"{statistics.median(base) * 1000:,.0f}", f"{statistics.median(two) * 1000:,.0f}",
                     str(ratio_of(two, base)), least, str(ratio_of(again, base))))
    # Where the machine gives C no more, it gives no more to anybody.
    least = min(_LEAST_OF_TWO, in_c.low)
    bench.at_least("two threads on one handle, the flows of one", ratio_of(shared, one),
                   _CLEARLY_LESS * least if bench.quick else least)
    bench.show(rows, NOTE)


def many(bench: Bench) -> None:
    """Compare flows among many with those among few."""
    rounds, warm_up, flows = (30, 5, 2000) if bench.quick else (60, 10, 4000)
    among = sockets()
    between = [] if bench.quick else [1, *(number for number in _BETWEEN if number < among)]
    numbers = [_FEW, _FEW, *between, among]
    figures = bench.rounds("ManyFlows", rounds, warm_up, flows, *numbers)["many"]
    # Each number of flows has five figures.
    both, added, closed, listed, threads = (figures[place::5] for place in range(5))
    rows = [("open flows", "added and closed, µs", f"among {_FEW}", "at most", "one more, µs", "one less, µs",
             "a list of all, µs", "threads")]
    for place, number in enumerate(numbers[1:], 1):
        noise = " (noise)" if place == 1 else ""
        rows.append((f"{number:,}", middle(both[place]), f"{ratio_of(both[place], both[0])}{noise}",
                     str(_MOST_AMONG_MANY) if number == among else "", middle(added[place]), middle(closed[place]),
                     middle(listed[place], 1), middle(threads[place], 0)))
    bench.at_most(f"the time among {among:,} flows, of that among {_FEW},", ratio_of(both[-1], both[0]),
                  _MOST_AMONG_MANY)
    bench.show(rows, "Medians of the rounds, and of their ratios with the interval of 95 %. 'One more' and 'one less' are",
               f"those of {_FEW} that come and go together. As many open files as this machine allows, {_MANY:,} at most")


def metrics(bench: Bench) -> None:
    """Compare flows with meters and without."""
    rounds, warm_up, flows = (200, 100, 400) if bench.quick else (600, 150, 500)
    off, again, on = bench.rounds("MetricsCost", rounds, warm_up, flows)["meters"]
    ratio = ratio_of(on, off)
    bench.show([("meters", "rounds", "a flow added and closed, µs", "ratio", "at most", "noise"),
                ("off", str(len(off)), middle(off), "", "", ""),
                ("on", str(len(on)), middle(on), str(ratio), str(_MOST_WITH_METERS), str(ratio_of(again, off)))], NOTE)
    bench.report.check(f"with meters, adding and closing a flow takes at most {_MOST_WITH_METERS} x the time",
                       None if ratio.is_at_most(_MOST_WITH_METERS, bench.quick) else f"{ratio} x")


def readmit(bench: Bench) -> None:
    """Add flows, lose their session, and have them admitted again."""
    if sockets() < _READMITTED:
        bench.report.skip("readmit", f"{_READMITTED} sockets need more open files than {sockets()}")
        return
    rounds, warm_up = (5, 2) if bench.quick else (15, 5)
    rows = [("backend", "flows", "rounds", "added, ms", "admitted again, ms", "ratio", "at most", "noise")]
    for flows in [_READMITTED] if bench.quick else sorted({_FEW, _READMITTED, sockets()}):
        measured: dict[str, list[tuple[float, float, float]]] = {}
        for name, *figures in bench.lines("internal.handle.Readmit", flows, rounds, warm_up):
            measured.setdefault(name, []).append(tuple(map(float, figures)))
        bench.report.check(f"both backends were measured with {flows:,} flows",
                           None if len(measured) == 2 else f"{list(measured)}")
        for name, figures in measured.items():
            adding, again, once_more = zip(*figures)
            ratio = ratio_of(again, adding)
            judged = flows == _READMITTED
            rows.append((name, f"{flows:,}", str(len(figures)), middle(adding), middle(again), str(ratio),
                         str(_MOST_READMIT) if judged else "", str(ratio_of(once_more, adding))))
            if judged:
                bench.report.check(f"{name}: flows are admitted again in at most {_MOST_READMIT} x the time of adding "
                                   "them", None if ratio.median <= _MOST_READMIT else f"{ratio} x")
    bench.show(rows, NOTE)


def sockets() -> int:
    """Return how many sockets a program may open, as far as they are of use."""
    return min(_MANY, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 1000)
