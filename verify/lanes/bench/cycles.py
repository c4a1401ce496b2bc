"""Parts about adding and closing flows."""

from __future__ import annotations

from pathlib import Path

from java import run
from part import NOTE, Bench, middle
from spread import Ratio

_LANE = Path(__file__).resolve().parent
_KINDS = 6
_MOST_CYCLE = 1.3


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
    rows = [("socket", "rounds", f"calls by {other}, µs", "flow, µs", f"flow / {other}", "noise")]
    for kind, (base, again, flow) in measured.items():
        ratio = Ratio.of(flow, base)
        rows.append((kind, str(len(base)), middle(base), middle(flow), str(ratio), str(Ratio.of(again, base))))
        bench.at_most(f"a flow of {kind} is added and closed in at most the time of its calls by {other},", ratio,
                      _MOST_CYCLE)
    bench.report.check("all kinds of sockets were measured", None if len(measured) == _KINDS else f"{list(measured)}")
    bench.show(rows, NOTE)


def cycle(bench: Bench) -> None:
    """Compare a flow that is added and closed with a loop of C over its calls."""
    _cycles(bench, refused=False)


def refused(bench: Bench) -> None:
    """Compare it with the same calls by JNA, where the JDK's own functions cannot be had."""
    _cycles(bench, refused=True)
