"""Two hosts, and a router between them that rewrites marks and writes down all that passes."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from capture import Packet, parse
from host import Host
from report import LaneError

NEAR = {4: "10.77.0.1", 6: "fd77::1"}
FAR = {4: "10.77.0.2", 6: "fd77::2"}

# Networks of further hosts behind the near one.
OTHERS = {4: "10.78.0.0/16", 6: "fd78::/32"}

# From linux/if_tun.h.
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x0001 | 0x1000

_MOST_BYTES = 1 << 16
_NO_ADDRESSES = bytes(12)

# What becomes of a code point: another one, the same, or None if the packet is dropped.
Rewriting = Callable[[int], "int | None"]


def kept(dscp: int) -> int | None:
    """Rewrite nothing."""
    return dscp


@dataclass(frozen=True)
class Passage:
    """A packet as it came, and the code point with which it went on, or None if it did not."""

    packet: Packet
    to_far: bool
    rewritten: int | None


class Router:
    """Carries packets between two hosts, and rewrites the marks of each direction as it is told."""

    def __init__(self, near: Host, far: Host) -> None:
        self.near = near
        self.far = far
        self.to_far: Rewriting = kept
        self.to_near: Rewriting = kept
        self._devices = [_tun(near), _tun(far)]
        self._lock = threading.Lock()
        self._passages: list[Passage] = []
        self._ended = False

    def __enter__(self) -> Router:
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()
        for device in self._devices:
            os.close(device)

    def take(self) -> list[Passage]:
        """Return what has passed since this was asked last."""
        with self._lock:
            passages, self._passages = self._passages, []
        return passages

    def _carry(self) -> None:
        near, far = self._devices
        while not self._ended:
            for device in select.select([near, far], [], [], 0.1)[0]:
                to_far = device == near
                packet = os.read(device, _MOST_BYTES)
                rewritten = (self.to_far if to_far else self.to_near)(_traffic_class(packet) >> 2)
                self._note(packet, to_far, rewritten)
                if rewritten is not None:
                    os.write(far if to_far else near, rewrite(packet, rewritten))

    def _note(self, packet: bytes, to_far: bool, rewritten: int | None) -> None:
        seen = parse(_NO_ADDRESSES + (b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00") + packet, time.time())
        if seen:
            with self._lock:
                self._passages.append(Passage(seen, to_far, rewritten))


def _traffic_class(packet: bytes) -> int:
    return packet[1] if packet[0] >> 4 == 4 else (struct.unpack_from("!H", packet)[0] >> 4) & 0xFF


def rewrite(packet: bytes, dscp: int) -> bytes:
    """Return an IP packet with another code point. ECN is not the router's business."""
    if packet[0] >> 4 == 6:
        first = struct.unpack_from("!H", packet)[0]
        return struct.pack("!H", first & ~(0x3F << 6) | dscp << 6) + packet[2:]
    header = bytearray(packet[:(packet[0] & 0x0F) * 4])
    header[1] = dscp << 2 | header[1] & 3
    header[10:12] = bytes(2)
    header[10:12] = struct.pack("!H", _checksum(header))
    return bytes(header) + packet[len(header):]


def _checksum(header: bytes) -> int:
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _tun(host: Host) -> int:
    try:
        with host.entered():
            device = os.open("/dev/net/tun", os.O_RDWR)
            fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", b"out", _IFF_TUN_NO_PI))
            return device
    except OSError as ex:
        raise LaneError(f"/dev/net/tun: {ex.strerror}") from ex


@contextmanager
def routed() -> Iterator[Router]:
    """Build two hosts with a router between them."""
    near, far = Host(), Host()
    try:
        router = Router(near, far)
        for host, addresses in ((near, NEAR), (far, FAR)):
            host.run("ip", "link", "set", "lo", "up")
            host.run("ip", "link", "set", "out", "up", "txqueuelen", "5000")
            host.run("ip", "address", "add", f"{addresses[4]}/30", "dev", "out")
            host.run("ip", "-6", "address", "add", f"{addresses[6]}/64", "dev", "out", "nodad")
        for family, network in OTHERS.items():
            near.run("ip", f"-{family}", "route", "add", "local", network, "dev", "lo")
            far.run("ip", f"-{family}", "route", "add", network, "dev", "out")
        with router:
            yield router
    finally:
        near.close()
        far.close()


def obstacle() -> str | None:
    """Return why this user cannot build such a network here, or None."""
    try:
        with routed():
            return None
    except LaneError as ex:
        return str(ex)
