"""The cells of the wire lane: what a socket is made to do, and which DSCP the capture must show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

VOICE = 56

_BEFORE = "before connect"
_AFTER = "after connect"
_NEVER = "never connected"
_ACCEPTED = "after accept"
_UNBOUND = "before bind"
_BOUND = "after bind"

IPV4, IPV6, DUAL = FAMILIES = ("IPv4", "IPv6", "dual")
_UNIX = "Unix"

# How tables spell them, and how narrow ones do.
FAMILY_NAMES = {IPV4: "IPv4 socket", IPV6: "IPv6", DUAL: "dual stack, IPv4 peer", _UNIX: "Unix"}
SHORT_NAMES = {IPV4: "IPv4", IPV6: "IPv6", DUAL: "mapped"}


@dataclass(frozen=True)
class Cell:
    """A script for one socket. Numbers after a step's "=" are what must be seen.

    Each step is explained in WireProbe.
    """

    kind: str
    family: str
    title: str
    script: str
    quick: bool = False
    ecn: int = 0

    @property
    def steps(self) -> str:
        """The script as the probe reads it."""
        return re.sub(r"=\d+", "", self.script)

    @property
    def firsts(self) -> list[int]:
        """The DSCP that the first packet of each connection must carry."""
        of_connections = re.findall(r"(?:connect|accept)=(\d+)", self.script)
        return list(map(int, of_connections)) or list(self.phases.values())[:1]

    @property
    def phases(self) -> dict[str, int]:
        """The DSCP that every data packet of a phase must carry."""
        return {name: int(dscp) for name, dscp in re.findall(r"(?:send|tls|single):(\w+)[\w:]*=(\d+)", self.script)}

    @property
    def flows(self) -> dict[str, int]:
        """The DSCP that each flow must report as applied. Without a number it must report none."""
        return {name: int(dscp) for name, dscp in re.findall(r"add:(\w+):\S+=(\d+)", self.script)}

    @property
    def is_encrypted(self) -> bool:
        """Whether the packets cannot tell which phase they belong to."""
        return self.kind.startswith("SSL")

    @property
    def ip(self) -> int:
        return 6 if self.family == IPV6 else 4

    @property
    def needs_ipv4_jvm(self) -> bool:
        """Whether only a JVM without IPv6 opens such a socket: only selectable channels take a protocol family."""
        return self.family == IPV4 and ("Channel" not in self.kind or self.kind.startswith("Asynchronous"))

    def by_jdk(self) -> Cell:
        """Return the same script with the JDK's own option in place of a flow."""
        script = re.sub(r"add:\S+", f"jdk:{VOICE << 2}", self.script)
        return Cell(self.kind, self.family, self.title, re.sub(r"close:\S+", "jdk:0", script))


_ADD, _CLOSE = f"add:a:VOICE={VOICE}", "close:a"
_MARKED, _UNMARKED = f"send:marked={VOICE} {_CLOSE} send:after=0", f"send:before=0 {_ADD}"
# All that a listener accepts is marked, as long as its flow is open.
_ALL_ACCEPTED = f"accept={VOICE} send:marked={VOICE} accept={VOICE} send:next={VOICE} {_CLOSE} accept=0 send:after=0"

_SCRIPTS = {
    _BEFORE: f"{_ADD} connect={VOICE} {_MARKED}",
    _AFTER: f"connect=0 {_UNMARKED} {_MARKED}",
    _NEVER: f"{_ADD} {_MARKED}",
    _ACCEPTED: f"listen accept=0 {_UNMARKED} {_MARKED}",
    _UNBOUND: f"{_ADD} listen {_ALL_ACCEPTED}",
    _BOUND: f"listen {_ADD} {_ALL_ACCEPTED}",
}

# When the flow is added, for each kind of socket.
_KINDS = {
    "Socket": (_BEFORE, _AFTER),
    "SocketChannel": (_BEFORE, _AFTER),
    "SocketChannel.socket()": (_BEFORE, _AFTER),
    "AsynchronousSocketChannel": (_BEFORE, _AFTER),
    "SSLSocket": (_BEFORE, _AFTER),
    "SSLSocket over Socket": (_AFTER,),
    "SSLSocket over SocketChannel": (_AFTER,),
    "ServerSocket.accept()": (_ACCEPTED,),
    "ServerSocketChannel.accept()": (_ACCEPTED,),
    "AsynchronousServerSocketChannel.accept()": (_ACCEPTED,),
    "SSLServerSocket.accept()": (_ACCEPTED,),
    "ServerSocket": (_UNBOUND, _BOUND),
    "ServerSocketChannel": (_UNBOUND, _BOUND),
    "ServerSocketChannel.socket()": (_UNBOUND, _BOUND),
    "AsynchronousServerSocketChannel": (_UNBOUND, _BOUND),
    "SSLServerSocket": (_UNBOUND, _BOUND),
    "DatagramSocket": (_BEFORE, _AFTER, _NEVER),
    "DatagramChannel": (_BEFORE, _AFTER, _NEVER),
    "DatagramChannel.socket()": (_BEFORE, _AFTER, _NEVER),
    "MulticastSocket": (_BEFORE, _AFTER, _NEVER),
    "MulticastSocket to group": (_NEVER,),
}


def matrix(quick: bool) -> list[Cell]:
    """Return the cells of every kind of socket over every family, or for a quick run those of one JVM."""
    return [Cell(kind, family, when, _with_tls(_SCRIPTS[when]) if kind.startswith("SSL") else _SCRIPTS[when])
            for kind, whens in _KINDS.items() for when in whens for family in FAMILIES
            # The loopback interface has no multicast over IPv6.
            if not (quick and family == IPV4 or kind.endswith("to group") and family == IPV6)]


def _with_tls(script: str) -> str:
    """Add the handshakes, which carry the mark that the connection has from the start."""
    numbers = count(1)
    return re.sub(r"(?:connect|accept)=(\d+)", lambda step: f"{step[0]} tls:handshake{next(numbers)}={step[1]}",
                  script)


def others(quick: bool) -> list[Cell]:
    """Return the cells that ask something else, or the few of a quick run."""
    every = [*_types(), *_two_flows(), *_restored(), *_ecn(), *_singles(), *_unmarked(), *_refused()]
    return [cell for cell in every if cell.quick or not quick]


def _types() -> Iterator[Cell]:
    types = {"BEST_EFFORT": 0, "BACKGROUND": 8, "EXCELLENT_EFFORT": 40, "AUDIO_VIDEO": 40, "CONTROL": 56,
             "VOICE:EF": 46}
    for kind in ("SocketChannel", "DatagramChannel"):
        for traffic, dscp in types.items():
            yield Cell(kind, DUAL, traffic.replace(":", ", DSCP "),
                       f"add:a:{traffic}={dscp} connect={dscp} send:marked={dscp} close:a send:after=0")


def _two_flows() -> Iterator[Cell]:
    opened = "add:a:VOICE=56 connect=56 send:one=56 add:b:BACKGROUND=8 send:two=8"
    for kind, family in (("Socket", DUAL), ("DatagramChannel", IPV6)):
        for title, closed in (("two flows, older closed first", "close:a send:left=8 close:b"),
                              ("two flows, newer closed first", "close:b send:left=56 close:a")):
            yield Cell(kind, family, title, f"{opened} {closed} send:after=0", quick=True)


def _restored() -> Iterator[Cell]:
    # DSCP 10 by the JDK's own option, which works for IPv6 on every JDK.
    script = f"jdk:40 connect=10 send:before=10 {_ADD} send:marked={VOICE} {_CLOSE} send:after=10"
    for kind in ("SocketChannel", "DatagramChannel"):
        yield Cell(kind, IPV6, "after the application's own 10", script)


def _ecn() -> Iterator[Cell]:
    # ECT(1), as an application sets it that does ECN by itself. TCP keeps these bits from applications.
    script = f"jdk:41 connect=10 send:before=10 {_ADD} send:marked={VOICE} {_CLOSE} send:after=10"
    for kind in ("DatagramChannel", "DatagramSocket"):
        yield Cell(kind, IPV6, "after the application's own 10, ECN 1", script, quick=True, ecn=1)


def _singles() -> Iterator[Cell]:
    """Datagrams with marks of their own: neither the socket nor a flow on it makes a difference, or takes notice."""
    marked = f"single:voice:VOICE={VOICE} single:ef:VOICE:EF=46 single:bulk:BACKGROUND=8"
    inside = f"send:before=0 {_ADD} {marked} send:marked={VOICE} {_CLOSE} single:again:VOICE={VOICE} send:after=0"
    for kind in ("DatagramSocket", "DatagramChannel"):
        for family in FAMILIES:
            yield Cell(kind, family, "single datagrams", f"{marked} send:after=0", quick=family != IPV4)
        for family in (IPV6, DUAL):
            yield Cell(kind, family, "single datagrams, connected", f"connect={VOICE} {marked} send:after=0")
            yield Cell(kind, family, "single datagrams beside a flow", inside)


def _unmarked() -> Iterator[Cell]:
    """Cells that must show nothing but 0: what tells the lane's eye from a painted one."""
    scripts = {"no flow": "connect=0 send:after=0",
               "backend none": "add:a:VOICE@none connect=0 send:marked=0 close:a send:after=0"}
    for kind in ("Socket", "DatagramChannel"):
        for title, script in scripts.items():
            yield Cell(kind, DUAL, title, script, quick=True)


def _refused() -> Iterator[Cell]:
    for kind in ("Unix SocketChannel", "Unix ServerSocketChannel"):
        yield Cell(kind, _UNIX, "refused", "refused:VOICE", quick=True)
