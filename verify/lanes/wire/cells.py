"""The cells of the wire lane: what a socket is made to do, and which DSCP the capture must show."""

from __future__ import annotations

import re
from dataclasses import dataclass

VOICE = 56

BEFORE = "before connect"
AFTER = "after connect"
NEVER = "never connected"

_STREAMS = ("Socket", "SocketChannel")
_DATAGRAMS = ("DatagramSocket", "DatagramChannel")
_IPV4, _IPV6, _DUAL = _FAMILIES = ("IPv4", "IPv6", "dual")

# How the table spells them.
FAMILY_NAMES = {_IPV4: "IPv4 socket", _IPV6: "IPv6", _DUAL: "dual stack, IPv4 peer"}


@dataclass(frozen=True)
class Cell:
    """A script for one socket. Numbers after a step's "=" are what must be seen."""

    kind: str
    family: str
    title: str
    script: str
    first: int
    quick: bool = False
    compared: bool = False

    @property
    def steps(self) -> str:
        """The script as the probe reads it."""
        return re.sub(r"=\d+", "", self.script)

    @property
    def phases(self) -> dict[str, int]:
        """The DSCP that every data packet of a phase must carry."""
        return {name: int(dscp) for name, dscp in re.findall(r"(?:send|tls):(\w+)=(\d+)", self.script)}

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
        return 6 if self.family == _IPV6 else 4

    @property
    def needs_ipv4_jvm(self) -> bool:
        """Whether only a JVM without IPv6 opens such a socket: these kinds take no protocol family."""
        return self.family == _IPV4 and self.kind in ("Socket", "DatagramSocket")

    def by_jdk(self) -> Cell:
        """Return the same script with the JDK's own option in place of a flow."""
        script = re.sub(r"add:\S+", f"jdk:{VOICE << 2}", self.script)
        return Cell(self.kind, self.family, self.title, re.sub(r"close:\S+", "jdk:0", script), self.first)


def cells(quick: bool) -> list[Cell]:
    """Return all cells, or the few of a quick run."""
    every = [*_matrix(), *_other_kinds(), *_tls(), *_types(), *_two_flows(), *_restored(), *_unmarked()]
    return [cell for cell in every if cell.quick or not quick]


def _matrix() -> list[Cell]:
    scripts = {
        BEFORE: (f"add:a:VOICE={VOICE} connect send:marked={VOICE} close:a send:after=0", VOICE),
        AFTER: (f"connect send:before=0 add:a:VOICE={VOICE} send:marked={VOICE} close:a send:after=0", 0),
        NEVER: (f"add:a:VOICE={VOICE} send:marked={VOICE} close:a send:after=0", VOICE),
    }
    return [Cell(kind, family, when, *scripts[when], quick=family != _IPV4, compared=True)
            for kind in (*_STREAMS, *_DATAGRAMS) for family in _FAMILIES for when in scripts
            if when != NEVER or kind in _DATAGRAMS]


def _other_kinds() -> list[Cell]:
    before = f"add:a:VOICE={VOICE} connect send:marked={VOICE} close:a send:after=0"
    accepted = f"send:before=0 add:a:VOICE={VOICE} send:marked={VOICE} close:a send:after=0"
    return ([Cell(kind, family, BEFORE, before, VOICE)
             for kind in ("SocketChannel.socket()", "DatagramChannel.socket()", "MulticastSocket")
             for family in (_IPV6, _DUAL)]
            + [Cell(kind, family, "after accept", accepted, 0)
               for kind in ("ServerSocket.accept()", "ServerSocketChannel.accept()")
               for family in (_IPV6, _DUAL)])


def _tls() -> list[Cell]:
    before = f"add:a:VOICE={VOICE} connect tls:handshake={VOICE} send:marked={VOICE} close:a send:after=0"
    after = f"tls:handshake=0 send:before=0 add:a:VOICE={VOICE} send:marked={VOICE} close:a send:after=0"
    return ([Cell("SSLSocket", family, BEFORE, before, VOICE) for family in (_IPV6, _DUAL)]
            + [Cell(kind, family, AFTER, after, 0)
               for kind in ("SSLSocket over Socket", "SSLSocket over SocketChannel") for family in (_IPV6, _DUAL)])


def _types() -> list[Cell]:
    types = {"BEST_EFFORT": 0, "BACKGROUND": 8, "EXCELLENT_EFFORT": 40, "AUDIO_VIDEO": 40, "CONTROL": 56,
             "VOICE:EF": 46}
    return [Cell(kind, _DUAL, kind_of_traffic.replace(":", ", DSCP "),
                 f"add:a:{kind_of_traffic}={dscp} connect send:marked={dscp} close:a send:after=0", dscp)
            for kind in ("SocketChannel", "DatagramChannel") for kind_of_traffic, dscp in types.items()]


def _two_flows() -> list[Cell]:
    opened = "add:a:VOICE=56 connect send:one=56 add:b:BACKGROUND=8 send:two=8"
    return [Cell(kind, family, title, f"{opened} {closed} send:after=0", 56, quick=True)
            for kind, family in (("Socket", _DUAL), ("DatagramChannel", _IPV6))
            for title, closed in (("two flows, older closed first", "close:a send:left=8 close:b"),
                                  ("two flows, newer closed first", "close:b send:left=56 close:a"))]


def _restored() -> list[Cell]:
    # DSCP 10 by the JDK's own option, which works for IPv6 on every JDK.
    script = f"jdk:40 connect send:before=10 add:a:VOICE={VOICE} send:marked={VOICE} close:a send:after=10"
    return [Cell(kind, _IPV6, "after the application's own 10", script, 10)
            for kind in ("SocketChannel", "DatagramChannel")]


def _unmarked() -> list[Cell]:
    """Rows that must show nothing but 0: what tells the lane's eye from a painted one."""
    scripts = {"no flow": "connect send:after=0",
               "backend none": "add:a:VOICE@none connect send:marked=0 close:a send:after=0"}
    return [Cell(kind, _DUAL, title, script, 0, quick=True)
            for kind in ("Socket", "DatagramChannel") for title, script in scripts.items()]
