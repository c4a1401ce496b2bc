"""What anybody can send to a responder that is open to a network."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack

from host import Host

_MAGIC = b"qos4"

# Linux lets everybody bind to an address that a route makes local; from linux/in.h and linux/in6.h.
_FREEBIND = {socket.AF_INET: (socket.IPPROTO_IP, 15), socket.AF_INET6: (socket.IPPROTO_IPV6, 78)}


def question(dscp: int = 0) -> bytes:
    """Return a question as probes ask it."""
    return _MAGIC + b"?" + struct.pack("!BBB", dscp, 0, 0) + os.urandom(8)


# What is no question, by what is wrong with it.
STRANGE = {
    "an answer": _MAGIC + b"!" + question()[5:],
    "another kind": _MAGIC + b"#" + question()[5:],
    "another magic number": b"QOS4" + question()[4:],
    "no code point": _MAGIC + b"?\x40" + question()[6:],
    "a byte too few": question()[:-1],
    "a byte too many": question() + b"\0",
    "nothing": b"",
    "a large datagram": question() + bytes(1400),
}


def send(host: Host, family: socket.AddressFamily, target: tuple[str, int], datagrams: Sequence[bytes]) -> None:
    """Send datagrams, slowly enough that none is lost on the way."""
    with host.socket(socket.SOCK_DGRAM, family) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, target)
            time.sleep(0.002)


def flood(host: Host, family: socket.AddressFamily, sources: Sequence[str], target: tuple[str, int], per_second: int,
          seconds: float) -> int:
    """Send questions from many addresses in turn, and return how many."""
    with ExitStack() as stack:
        senders = []
        for source in sources:
            sender = stack.enter_context(host.socket(socket.SOCK_DGRAM, family))
            sender.setsockopt(*_FREEBIND[family], 1)
            sender.bind((source, 0))
            senders.append(sender)
        sent, start = 0, time.monotonic()
        while (passed := time.monotonic() - start) < seconds:
            while sent < passed * per_second:
                senders[sent % len(senders)].sendto(question(sent % 64), target)
                sent += 1
            time.sleep(0.002)
        return sent
