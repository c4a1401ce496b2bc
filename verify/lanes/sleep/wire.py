"""What the packets of flows show: when marks went, when they came back, and whether data flowed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from capture import Capture, Packet
from program import Flow, ports_of


@dataclass(eq=False)
class Trace:
    """The packets of one flow."""

    flow: Flow
    packets: list[Packet] = field(default_factory=list)

    def is_gone(self) -> bool:
        """Whether its mark is gone, or was."""
        return any(packet.dscp == 0 for packet in self.packets)

    def is_marked_since(self, moment: float) -> bool:
        return bool(self.packets) and self.packets[-1].time > moment and self.packets[-1].dscp == self.flow.dscp

    @property
    def gone(self) -> float:
        """When the first packet without its mark was sent."""
        return next(packet.time for packet in self.packets if packet.dscp == 0)

    @property
    def back(self) -> float:
        """When the first packet was sent since when all have been marked."""
        last = max(number for number, packet in enumerate(self.packets) if packet.dscp != self.flow.dscp)
        return self.packets[last + 1].time

    @property
    def gap(self) -> float:
        """The longest time in which it sent no data."""
        return longest_gap([self])

    @property
    def strange(self) -> list[int]:
        """Marks that are neither its own nor none."""
        return sorted({packet.dscp for packet in self.packets} - {0, self.flow.dscp})


class Wire:
    """Follows what the program sends."""

    def __init__(self, capture: Capture, flows: Sequence[Flow]) -> None:
        self._capture = capture
        self._all = {flow.ports: Trace(flow) for flow in flows}
        self.traces = [trace for trace in self._all.values() if trace.flow.dscp]
        self.plain = [trace for trace in self._all.values() if not trace.flow.dscp]

    def poll(self) -> None:
        for packet in self._capture.take():
            trace = self._all.get(ports_of(packet))
            if trace and packet.ip == trace.flow.ip:
                trace.packets.append(packet)

    def forget(self) -> None:
        """Begin anew."""
        self.poll()
        for trace in self._all.values():
            trace.packets.clear()

    def wait(self, wanted: Callable[[Trace], bool], seconds: float) -> list[Trace]:
        """Wait until something holds for every flow, and return those for which it does not."""
        end = time.monotonic() + seconds
        waiting = self.traces
        while True:
            self.poll()
            waiting = [trace for trace in waiting if not wanted(trace)]
            if not waiting or time.monotonic() > end:
                return waiting
            time.sleep(0.01)

    def unmarked(self) -> list[str]:
        """Return the flows that do not come to be marked."""
        return [str(trace.flow) for trace in self.wait(lambda trace: trace.is_marked_since(0), 5)]


def longest_gap(traces: Sequence[Trace]) -> float:
    """Return the longest time in which none of these sent data."""
    times = sorted(packet.time for trace in traces for packet in trace.packets if packet.is_data)
    return max((later - earlier for earlier, later in zip(times, times[1:])), default=float("inf"))
