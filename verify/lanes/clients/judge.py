"""Judges a request by what the client sent on the connections that it opened for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capture import ACK, SYN, Capture, Packet, spelled, values
from java import Dialogue

# How long a segment that has been sent takes to be seen, at the very most.
_SEEN_SECONDS = 5.0


@dataclass(frozen=True)
class Peer:
    """Where a request goes to. A name stands for any address of this machine."""

    host: str
    port: int

    def gets(self, packet: Packet) -> bool:
        return packet.target_port == self.port and (packet.target == self.host or self.host == "localhost")


@dataclass(frozen=True)
class Seen:
    """What was seen of a request."""

    answer: dict[str, Any]
    syns: list[int]
    data: list[int]

    def cell(self) -> str:
        return f"{spelled(self.syns)}/{spelled(self.data)}"

    def problem(self, expected: int, of_syn: int | None = None, may_fail: bool = False) -> str | None:
        """Return what is wrong, if the SYN should have been marked like the data or in another way, or None."""
        if "error" in self.answer and not may_fail:
            return f"the request failed: {self.answer['error']}"
        if not self.syns:
            return "no new connection was seen"
        syn = expected if of_syn is None else of_syn
        if (self.syns, self.data) != ([syn], [expected]):
            return f"SYN {spelled(self.syns)} and data {spelled(self.data)} instead of {syn} and {expected}"
        return None


def request(capture: Capture, program: Dialogue, client: str, peer: Peer) -> Seen:
    """Have a client make a request, and return what it sent for it."""
    capture.take()
    answer = program.ask(client, peer.host, peer.port)
    capture.wait(lambda packet: peer.gets(packet) and packet.is_data, seconds=_SEEN_SECONDS)
    sent = capture.packets(peer.gets)
    opened = [packet for packet in sent if packet.flags & (SYN | ACK) == SYN]
    # What is left of earlier requests is none of this one's.
    ports = {packet.source_port for packet in opened}
    data = [packet for packet in sent if packet.is_data and packet.source_port in ports]
    return Seen(answer, values(opened), values(data))
