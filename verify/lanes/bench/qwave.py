"""The part about the calls of qWAVE's API, under Wine and with a stand-in for the vendor's DLL."""

from __future__ import annotations

from pathlib import Path

import stand_in
from java import run
from lane import shared_lane
from part import NOTE, Bench, middle, new_seed, turns
from report import LaneError
from spread import Median, ratio_of
from wine import windows_path

_LANE = Path(__file__).resolve().parent
_CALLS = 2


def qwave(bench: Bench) -> None:
    """Show what the product adds to calls of qWAVE's functions."""
    with shared_lane(bench.report, f"{bench.title}: under Wine") as lane:
        if lane is None:
            return
        library = bench.output / "qwave-cycles.dll"
        run([stand_in.COMPILER, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-o", str(library),
             str(_LANE / "native" / "qwave_cycles.c")])
        wine = lane.wine
        native, variables = lane.stand_in("bench")
        rounds, warm_up, sockets = (10, 5, 100) if bench.quick else (40, 10, 200)
        done = wine.run(wine.java, "-cp", ";".join(windows_path(Path(entry)) for entry in bench.class_path.split(":")),
                        "io.github.qos4j.bench.QwaveCalls", str(rounds), str(warm_up), str(new_seed()), str(sockets),
                        windows_path(library), seconds=600, environment=wine.environment("n", **variables))
    if done.code:
        raise LaneError(f"exit code {done.code}:\n{done.output[-4000:]}")
    loop, again, flow = turns(line.strip().split(";") for line in done.output.splitlines() if ";" in line)["flow"]
    added = Median.of([(ours - base) / _CALLS for ours, base in zip(flow, loop)])
    bench.report.check(f"{bench.title}: nothing is left behind", native.summary().problem())
    bench.show([("sockets", "rounds", "loop in C, µs", "flow, µs", "flow / loop", "noise", "added for each call, µs"),
                (str(sockets), str(len(flow)), middle(loop), middle(flow), str(ratio_of(flow, loop)),
                 str(ratio_of(again, loop)), added.shown(1))],
               NOTE, "All this is under Wine and with a stand-in for the vendor's DLL: it is not Windows. Nothing is",
               "judged")
