"""Flows of voice, sent through the public API and timed on their way."""

from __future__ import annotations

import json
import math
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from java import run, unprivileged
from jdks import Jdk
from link import FAR, Link

# Voice sends this many datagrams a second.
RATE = 50

# From asm-generic/socket.h and linux/in.h; Python names neither.
_SO_TIMESTAMPNS = 35
_IP_RECVTOS = 13

_HEADER = struct.Struct("!iiq")

# What the sender is told for a socket without a flow.
UNMARKED = "none"

# A run that is not measured, so that the code of the sender is compiled.
_WARM_UP = -1


@dataclass(frozen=True)
class Datagram:
    """One that has arrived: when it was sent, and how long it took."""

    sent: float
    milliseconds: float
    dscp: int


@dataclass(frozen=True)
class Run:
    """Some flows that send at the same time: by number a traffic type, or UNMARKED."""

    flows: dict[int, str]
    count: int
    profile: str = "qwave"
    interval_micros: int = 1_000_000 // RATE

    def line(self) -> str:
        flows = " ".join(f"{number}:{kind}" for number, kind in self.flows.items())
        return f"{self.count} {self.interval_micros} {self.profile} {flows}\n"


@dataclass(frozen=True)
class Sender:
    """The program that sends, and whom it must answer to."""

    jdk: Jdk
    class_path: str
    backend: str
    seed: int

    def send(self, link: Link, port: int, runs: Sequence[Run]) -> dict[int, dict]:
        """Send run after run, the first after a warm-up, and return what each flow reported."""
        seconds = sum(each.count * each.interval_micros for each in runs) / 1e6
        real_time = _REAL_TIME if has_real_time() else []
        command = link.near.command(*real_time, *unprivileged(), self.jdk.java, "-cp", self.class_path,
                                    "VoiceSender", self.backend, FAR, str(port), str(self.seed))
        output = run(command, "".join(each.line() for each in (*_warm_up(), *runs)), seconds + 60)
        return {int(number): flow for line in output.splitlines() for number, flow in json.loads(line).items()}


def _warm_up() -> list[Run]:
    return [Run({_WARM_UP: kind}, 1500, interval_micros=500) for kind in (UNMARKED, "VOICE")]


# Lets the sender run before other programs, whose load is not the link's.
_REAL_TIME = ["chrt", "--fifo", "10"]


def has_real_time() -> bool:
    """Return whether this user may have priority over other programs."""
    return subprocess.run([*_REAL_TIME, "true"], check=False, capture_output=True).returncode == 0


class Receiver:
    """Collects what arrives. The kernel notes when, so it does not matter how soon this process sees it."""

    def __init__(self, link: Link) -> None:
        self._socket = link.far.socket(socket.SOCK_DGRAM)
        self._socket.bind((FAR, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self._ended = False
        self._datagrams: dict[tuple[int, int], Datagram] = {}

    def __enter__(self) -> Receiver:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()
        self._socket.close()

    def datagrams(self, flow: int) -> list[Datagram]:
        """Return what has arrived of a flow. Nothing is counted twice."""
        return [each for (number, _), each in self._datagrams.items() if number == flow]

    def _read(self) -> None:
        while not self._ended:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(2048, 256)
            except TimeoutError:
                continue
            values = {kind: value for _, kind, value in ancillary}
            seconds, nanos = struct.unpack("qq", values[_SO_TIMESTAMPNS])
            flow, number, sent = _HEADER.unpack_from(data)
            self._datagrams[flow, number] = Datagram(sent / 1e9, (seconds * 10**9 + nanos - sent) / 1e6,
                                                     values[socket.IP_TOS][0] >> 2)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that this share of them does not exceed. What never arrives takes for ever."""
    if not values:
        return math.inf
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
