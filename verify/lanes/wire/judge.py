"""Judges one cell by the packets that were captured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from capture import Packet, first_of_connection, spelled, values
from cells import Cell

# How many messages the probe sends in each phase.
_MESSAGES = 3

_TEXT = re.compile(r"cell (\d+) (\w+) (\d+);")
_ANNOUNCEMENT = b"next: "

# Phases without a mark of interest: tables show those after the close in a column of their own.
_NOT_DATA = ("before", "handshake", "after")

# A phase and a message of it.
_Text = tuple[str, str]


@dataclass
class Verdict:
    """What was seen, and what was wrong with it."""

    first: list[int] = field(default_factory=list)
    phases: dict[str, list[int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_unsupported: bool = False

    def data(self) -> str:
        """Return the marks of the data while a flow is open, phase by phase."""
        return ">".join(spelled(found) for phase, found in self.phases.items() if not phase.startswith(_NOT_DATA))

    def columns(self) -> list[str]:
        return [spelled(self.first), self.data() or "-",
                spelled(self.phases.get("after", [])) + (" !" if self.problems else "")]

    def cell(self) -> str:
        """Return all in the room of one cell."""
        if self.is_unsupported:
            return "no such option!"
        return f"{spelled(self.first)}/{self.data() or '-'}/{spelled(self.phases.get('after', []))}" + (
            "!" if self.problems else "")


def judge(number: int, cell: Cell, result: dict[str, Any] | None, packets: list[Packet]) -> Verdict:
    """Compare what a cell's socket sent with what it should have sent."""
    verdict = Verdict()
    if result is None or "error" in result:
        error = (result or {}).get("error", "no answer")
        verdict.problems.append(f"the probe failed: {error}")
        verdict.is_unsupported = "UnsupportedOperationException" in error
        return verdict
    connections = [[packet for packet in packets if packet.goes(*ports)] for ports in result["connections"]]
    _judge_firsts(cell, connections, verdict)
    ours = {id(packet) for sent in connections for packet in sent}
    sent = [packet for packet in packets if id(packet) in ours]
    data = [packet for packet in sent if packet.is_data]
    if cell.is_encrypted:
        _judge_phases(cell, _announced(number, packets, data), verdict)
    else:
        _judge_phases(cell, [(packet, _texts(packet, number)) for packet in data], verdict)
    _judge_reports(cell, result["flows"], verdict)
    if any(packet.ip != cell.ip for packet in sent):
        verdict.problems.append(f"not all packets are IPv{cell.ip}")
    ecn = {packet.ecn for packet in data}
    if ecn - {cell.ecn}:
        verdict.problems.append(f"ECN {ecn} instead of {cell.ecn}")
    return verdict


def _judge_firsts(cell: Cell, connections: list[list[Packet]], verdict: Verdict) -> None:
    firsts = [first_of_connection(sent) for sent in connections]
    if None in firsts or len(firsts) < len(cell.firsts):
        verdict.problems.append("the first packet was not seen")
        return
    verdict.first = [first.dscp for first in firsts[:1]]
    seen = [first.dscp for first in firsts]
    if cell.firsts and seen != cell.firsts:
        verdict.problems.append(f"first packet {seen} instead of {cell.firsts}")


def _texts(packet: Packet, number: int) -> list[_Text]:
    """Return the phases and messages of a cell that a packet's own text names."""
    return [(phase, message) for cell, phase, message in _TEXT.findall(packet.payload.decode("ascii", "replace"))
            if int(cell) == number]


def _announced(number: int, packets: list[Packet], sent: list[Packet]) -> list[tuple[Packet, list[_Text]]]:
    """Return what was sent with the texts of the announcement before it, up to that of another cell.

    By then the cell's socket is closed, and what it still sends, it sends again.
    """
    wanted, current, found = set(map(id, sent)), [], []
    for packet in packets:
        if packet.payload.startswith(_ANNOUNCEMENT):
            previous, current = current, _texts(packet, number)
            if previous and not current:
                break
        elif id(packet) in wanted:
            found.append((packet, current))
    return found


def _judge_phases(cell: Cell, data: list[tuple[Packet, list[_Text]]], verdict: Verdict) -> None:
    by_phase: dict[str, list[Packet]] = {phase: [] for phase in cell.phases}
    messages: dict[str, set[str]] = {phase: set() for phase in cell.phases}
    for packet, texts in data:
        if not texts:
            verdict.problems.append("a data packet belongs to no phase of this cell")
        for phase, message in texts:
            by_phase[phase].append(packet)
            messages[phase].add(message)
    for phase, expected in cell.phases.items():
        verdict.phases[phase] = values(by_phase[phase])
        wanted = 1 if phase.startswith("handshake") else _MESSAGES
        if len(messages[phase]) != wanted:
            verdict.problems.append(f"{len(messages[phase])} of {wanted} messages seen in phase {phase!r}")
        elif verdict.phases[phase] != [expected]:
            verdict.problems.append(f"{spelled(verdict.phases[phase])} instead of {expected} in phase {phase!r}")


def _judge_reports(cell: Cell, flows: dict[str, Any], verdict: Verdict) -> None:
    """A flow must tell the truth about what is on the wire."""
    for name, flow in flows.items():
        expected = cell.flows.get(name)
        if flow["state"] != "ACTIVE" or flow["applied"] != expected:
            verdict.problems.append(f"flow {name!r} reports {flow['state']}, applied {flow['applied']}, "
                                    f"instead of ACTIVE, {expected}")
