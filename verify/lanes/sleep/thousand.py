"""A thousand sleeps in a row: every time all marks come back, and nothing grows."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from capture import Capture
from machine import Machine, SleepLane, running_on_windows, spread
from program import Measured
from report import LaneError, table
from wire import Wire

_SLEEPS = 1000
_SLEEPS_QUICK = 50
_CODES = (1164, 31, 6)
_FLOWS = 10
# Each handle has one of its own, the canary, and adds it first.
_ALL_FLOWS = 1 + _FLOWS
_PERIOD = 0.025
_CHECK_INTERVAL = 0.1
_NO_CHECK = 600.0
# A handle that lives shorter than the first wait would count as one that dies young, after which the product waits.
_WAIT = 0.01
_MEASUREMENTS = 6

# Threads of the JVM come and go, and each has handles.
_MORE_THREADS = 2
_MORE_HANDLES = 20
_MORE_DESCRIPTORS = 2
_MORE_HEAP = 512 << 10
# The JVM compiles, and the stand-in keeps something of each handle.
_MORE_RESIDENT = 16 << 20


@dataclass(frozen=True)
class Size:
    """What there is after so many sleeps."""

    sleeps: int
    open_handles: int
    open_flows: int
    program: Measured
    # Of Windows, without those that the stand-in keeps.
    handles: int
    # Of Linux: the process's and the Wine server's.
    descriptors: int
    server_descriptors: int
    resident: int

    def row(self) -> tuple[str, ...]:
        return (*map(str, (self.sleeps, self.open_handles, self.open_flows, self.handles, self.program.threads,
                           self.program.own_threads, f"{self.descriptors} / {self.server_descriptors}")),
                f"{self.program.heap / 1024:.0f}", f"{self.resident / 1024:.0f}")


_HEAD = ("sleeps", "qWAVE handles", "flows", "Windows handles", "threads", "of the product",
         "descriptors / Wine server's", "heap, kB", "resident, kB")


def many_sleeps(lane: SleepLane) -> None:
    """Windows tells of the first half, and checks find out about the second one."""
    sleeps = (_SLEEPS_QUICK if lane.quick else _SLEEPS) // 2
    rows = [("sleeps", "noticed by", "all flows marked again after", "marks seen gone")]
    sizes = [_HEAD]
    with running_on_windows(lane, "thousand") as machine:
        # It lets no number be that of a later handle.
        kept = machine.program.spend(100) / 100
        for resume in (True, False):
            half = _Half(lane, machine, resume, kept)
            half.run(sleeps)
            rows.append(half.row())
            sizes += [size.row() for size in half.sizes]
            machine.close()
        machine.end()
    print(f"\nms: least / median / most\n{table(rows)}\n\n{table(sizes)}\n"
          f"\nWithout {kept:.0f} handle of Windows that the stand-in keeps of each handle of qWAVE")


class _Half:
    """Sleeps of one kind, one after the other."""

    def __init__(self, lane: SleepLane, machine: Machine, resume: bool, kept: float) -> None:
        self._lane = lane
        self._machine = machine
        self._resume = resume
        self._kept = kept
        self._server = next(lane.wine.processes("wineserver"))
        self._times: list[float] = []
        self._seen_gone = 0
        self._lost: list[str] = []
        self.sizes: list[Size] = []

    def run(self, sleeps: int) -> None:
        warm_up = sleeps // (_MEASUREMENTS - 1) if sleeps >= 100 else sleeps // 2
        with Capture() as capture:
            wire = Wire(capture, self._machine.program.open(_NO_CHECK if self._resume else _CHECK_INTERVAL, _FLOWS,
                                                            _PERIOD, _WAIT))
            for sleep in range(1, sleeps + 1):
                self._sleep(wire, _CODES[sleep % len(_CODES)])
                if sleep % (sleeps // (_MEASUREMENTS - 1)) == 0 and sleep >= warm_up:
                    self.sizes.append(self._measure(sleep))
        expect = self._lane.expect
        expect(f"{sleeps} sleeps that {self._who()}: every time all {_FLOWS} marks are back",
               not self._lost and len(self._times) == sleeps, self._lost[:5])
        expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")
        self._judge()

    def _who(self) -> str:
        return "Windows told of" if self._resume else "checks found out"

    def _sleep(self, wire: Wire, code: int) -> None:
        calls = self._machine.calls
        wire.forget()
        seen = len(calls.poll())
        expected = calls.created + 1
        since = self._machine.sleep(code).time
        if self._resume:
            since = self._machine.resume()
        calls.wait(lambda _: calls.created == expected and calls.flows >= _ALL_FLOWS, seen,
                   "not all flows were added again")
        added = [call for call in calls.poll()[seen:] if call.function == "QOSAddSocketToFlow" and call.error == 0
                 and call.handle == expected][_FLOWS].time
        lost = wire.wait(lambda trace: trace.is_marked_since(added), 5)
        self._lost += [f"sleep {len(self._times) + 1}: {trace.flow}" for trace in lost]
        self._lost += [f"sleep {len(self._times) + 1}: {trace.flow} has {trace.strange}" for trace in wire.traces
                       if trace.strange]
        self._seen_gone += sum(trace.is_gone() for trace in wire.traces)
        self._times.append(max((packet.time for trace in wire.traces for packet in trace.packets[-1:]),
                               default=time.time()) - since)

    def _measure(self, sleeps: int) -> Size:
        calls, program = self._machine.calls, self._machine.program
        calls.poll()
        measured = program.measure()
        status = Path(f"/proc/{program.process.pid}/status").read_text()
        return Size(sleeps, calls.created - calls.closed, calls.flows, measured,
                    measured.handles - round(self._kept * calls.created), _descriptors(program.process.pid),
                    _descriptors(self._server), int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10)

    def _judge(self) -> None:
        first, last = self.sizes[0], self.sizes[-1]

        def grows(name: str, begin: int, end: int, most: int, unit: str = "") -> None:
            self._lane.expect(f"{name}: from {begin}{unit} to {end}{unit}, {most}{unit} more at most",
                              end <= begin + most, f"{end - begin}{unit} more")

        held = {(size.open_handles, size.open_flows) for size in self.sizes}
        self._lane.expect(f"there is one handle of qWAVE with {_ALL_FLOWS} flows, always",
                          held == {(1, _ALL_FLOWS)}, held)
        grows("Windows handles", first.handles, last.handles, _MORE_HANDLES)
        grows("threads", first.program.threads, last.program.threads, _MORE_THREADS)
        grows("threads of the product", first.program.own_threads, last.program.own_threads, 0)
        grows("descriptors", first.descriptors + first.server_descriptors, last.descriptors + last.server_descriptors,
              _MORE_DESCRIPTORS)
        grows("heap", first.program.heap >> 10, last.program.heap >> 10, _MORE_HEAP >> 10, " kB")
        grows("resident memory", first.resident >> 10, last.resident >> 10, _MORE_RESIDENT >> 10, " kB")

    def row(self) -> tuple[str, ...]:
        return (str(len(self._times)), "notification" if self._resume else f"check, every {_CHECK_INTERVAL * 1000:.0f} ms",
                spread(self._times), f"{self._seen_gone} of {_FLOWS * len(self._times)}")


def _descriptors(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))
