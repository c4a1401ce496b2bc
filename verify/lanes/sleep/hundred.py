"""A hundred flows that send all the time, and sleeps: some that checks notice, and some that Windows tells of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from capture import Capture, spelled, values
from machine import Machine, SleepLane, running_on_windows, spread
from report import LaneError, table
from wire import Trace, Wire, longest_gap

_FLOWS = 100
# Eight messages a second each.
_PERIOD = 0.125
# What calls on a handle that sleep has killed are known to fail with.
_CODES = (1164, 31, 6)

# Of a timer, on a busy machine.
_LATENESS = 0.25
# From the moment when the product knows to the last add. Most of it is the stand-in's own time.
_MOST_RECOVERY = 2.0
# Four periods. Who holds up data until all flows are back takes longer.
_LONGEST_GAP = 0.5
# Sockets without a flow, together, are never silent for so long when the machine has time for the program.
_STANDSTILL = 0.2
_MOST_ATTEMPTS = 3
_SETTLING = 1.0
_MOST_NAMED = 5


@dataclass(frozen=True)
class Way:
    """How the product comes to know of sleep."""

    name: str
    check_interval: float
    told: bool


_CHECKS = Way("checks", 2.0, False)
_NOTIFICATION = Way("resume", 600.0, True)
# Each handle has one of its own, the canary, and adds it first.
_ALL_FLOWS = 1 + _FLOWS


@dataclass(frozen=True)
class Sleep:
    """One sleep, and what became of the flows."""

    code: int
    # When all handles were dead and all marks gone.
    killed: float
    # When the product came to know, and through what.
    known: float
    known_by: str
    # When the last flow was added, and how much of the time until then was spent in the stand-in.
    recovered: float
    in_stand_in: float
    traces: list[Trace]
    plain: list[Trace]

    @property
    def recovery(self) -> float:
        return self.recovered - self.known

    @property
    def standstill(self) -> float:
        return longest_gap(self.plain)

    @property
    def back(self) -> list[Trace]:
        return [trace for trace in self.traces if _is_back(trace, self.killed)]

    def row(self, since: float) -> tuple[str, ...]:
        def ms(seconds: float) -> str:
            return f"{seconds * 1000:.0f}"

        return (str(self.code), self.known_by, ms(self.known - self.killed), ms(self.recovery), ms(self.in_stand_in),
                spread([trace.back - since for trace in self.back]),
                spread([trace.back - trace.gone for trace in self.back]),
                spread([trace.gap for trace in self.traces]), ms(self.standstill))


_HEAD = ("code", "known by", "after", "recovery", "in the stand-in", "marked again after", "unmarked for",
         "longest gap in data", "where there is no flow")


def noticed_by_checks(lane: SleepLane) -> None:
    """Nobody tells the product anything. It looks every other second."""
    _sleep_with_each_code(lane, _CHECKS)


def told_by_windows(lane: SleepLane) -> None:
    """The next check is ten minutes away, but Windows calls back."""
    _sleep_with_each_code(lane, _NOTIFICATION)


def _sleep_with_each_code(lane: SleepLane, way: Way) -> None:
    rows = [_HEAD]
    with running_on_windows(lane, way.name) as machine:
        with Capture() as capture:
            wire = Wire(capture, machine.program.open(way.check_interval, _FLOWS, _PERIOD))
            unmarked = wire.unmarked()
            lane.expect(f"{_FLOWS} flows are marked", not unmarked, unmarked)
            for code in _CODES[:1] if lane.quick else _CODES:
                slept = _sleep_well(machine, wire, way, code)
                rows.append(slept.row(_judge(lane, way, slept)))
        lane.expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")
        calls = machine.calls
        calls.poll()
        lane.expect(f"one native handle is open, with {_ALL_FLOWS} flows",
                    (calls.created - calls.closed, calls.flows) == (1, _ALL_FLOWS),
                    f"{calls.created} created, {calls.closed} closed, {calls.flows} flows")
        machine.close()
        machine.end()
    print(f"\nms; of the flows: least / median / most\n{table(rows)}")


def _sleep_well(machine: Machine, wire: Wire, way: Way, code: int) -> Sleep:
    """Sleep once, or again if others had kept the machine too busy meanwhile."""
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        slept = _sleep(machine, wire, way, code)
        if slept.standstill < _STANDSTILL or attempt == _MOST_ATTEMPTS:
            return slept
        print(f"       {code}: once more, since even what has no flow stood still for {slept.standstill * 1000:.0f} ms")
    raise AssertionError


def _sleep(machine: Machine, wire: Wire, way: Way, code: int) -> Sleep:
    """Fall asleep, wake up, and wait until all flows are marked again."""
    calls = machine.calls
    wire.forget()
    time.sleep(4 * _PERIOD)
    seen = len(calls.poll())
    if not way.told:
        # Right after a check, so that the next one is as far away as can be.
        calls.wait(lambda call: call.function == "QOSQueryFlow", seen, "there was no check")
        seen = len(calls.poll())
    killed = machine.sleep(code).time
    told = 0.0
    if way.told:
        wire.wait(Trace.is_gone, 5)
        # Until it is told the product does nothing.
        time.sleep(_SETTLING)
        told = machine.resume()
    wire.wait(lambda trace: _is_back(trace, killed), 10)
    # Here the next check comes before the end.
    time.sleep(_SETTLING + (0 if way.told else way.check_interval))
    wire.poll()
    new = calls.poll()[seen:]
    first = next((call for call in new if call.error == code), None)
    if not first and not told:
        raise LaneError(f"no call has failed with {code}")
    added = [call for call in new if call.function == "QOSAddSocketToFlow" and call.error == 0
             and call.handle == calls.created]
    if len(added) < _ALL_FLOWS:
        raise LaneError(f"{code}: only {len(added)} of {_ALL_FLOWS} flows were added again")
    return Sleep(code, killed, told or first.time, "notification" if told else first.function, added[-1].time,
                 sum(call.duration for call in added), wire.traces, wire.plain)


def _is_back(trace: Trace, killed: float) -> bool:
    return trace.is_gone() and trace.is_marked_since(killed)


def _judge(lane: SleepLane, way: Way, slept: Sleep) -> float:
    """Judge each flow. Returns since when the time runs in which it has to be marked again."""
    def expect(name: str, problems: Mapping[Trace, object]) -> None:
        named = [f"{trace.flow}: {problem}" for trace, problem in list(problems.items())[:_MOST_NAMED]]
        lane.expect(f"{slept.code}: {name}", not problems, f"not {len(problems)} flows; {'; '.join(named)}")

    if way.told:
        since, limit, rule = slept.known, _MOST_RECOVERY, "of the notification"
    else:
        late = slept.known - slept.killed
        lane.expect(f"{slept.code}: noticed {late * 1000:.0f} ms after all marks were gone, within a check interval",
                    late <= way.check_interval + _LATENESS, slept.known_by)
        since, limit = slept.killed, way.check_interval + _LATENESS + slept.recovery + _PERIOD
        rule = "a check interval, the recovery as measured, a period, and what a timer may be late"
    expect("all marks are gone, and back", {trace: spelled(values(trace.packets)) for trace in slept.traces
                                            if trace not in slept.back})
    expect(f"every flow is marked again within {limit * 1000:.0f} ms: {rule}",
           {trace: f"{trace.back - since:.3f} s" for trace in slept.back if trace.back - since > limit})
    lane.expect(f"{slept.code}: recovery takes {slept.recovery * 1000:.0f} ms", slept.recovery < _MOST_RECOVERY,
                f"more than {_MOST_RECOVERY:.0f} s")
    expect("no flow has another one's mark, and what has no flow has none",
           {trace: trace.strange for trace in slept.traces + slept.plain if trace.strange})
    expect(f"data flows all the time: no gap above {_LONGEST_GAP * 1000:.0f} ms",
           {trace: f"{trace.gap:.3f} s" for trace in slept.traces if trace.gap > _LONGEST_GAP})
    return since
