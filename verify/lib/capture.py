"""Packets of one network interface, read from a raw socket. Needs Linux and CAP_NET_RAW."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TCP = "tcp"
UDP = "udp"

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10

_ETH_P_ALL = 0x0003
_ETH_P_IPV4 = 0x0800
_ETH_P_IPV6 = 0x86DD
_ETHERNET_HEADER = 14
_IPV6_HEADER = 40
_PROTOCOLS = {socket.IPPROTO_TCP: TCP, socket.IPPROTO_UDP: UDP}

# From linux/if_packet.h and asm-generic/socket.h; Python names only a few of them.
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33

_BUFFER_BYTES = 64 << 20
_SNAPSHOT_BYTES = 2048


@dataclass(frozen=True)
class Packet:
    """One TCP segment or UDP datagram, as it left its sender."""

    time: float
    ip: int
    protocol: str
    source: str
    source_port: int
    target: str
    target_port: int
    dscp: int
    ecn: int
    flags: int
    size: int
    payload: bytes

    @property
    def is_syn(self) -> bool:
        """Whether this opens a connection or answers the opening."""
        return bool(self.flags & SYN)

    @property
    def is_data(self) -> bool:
        return self.size > 0

    def goes(self, source_port: int, target_port: int) -> bool:
        return self.source_port == source_port and self.target_port == target_port


def parse(frame: bytes, at: float = 0.0) -> Packet | None:
    """Read an Ethernet frame. Anything but unfragmented TCP and UDP gives None."""
    if len(frame) < _ETHERNET_HEADER:
        return None
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    packet = frame[_ETHERNET_HEADER:]
    if ethertype == _ETH_P_IPV4:
        return _parse_ipv4(packet, at)
    if ethertype == _ETH_P_IPV6:
        return _parse_ipv6(packet, at)
    return None


def _parse_ipv4(packet: bytes, at: float) -> Packet | None:
    if len(packet) < 20:
        return None
    header = (packet[0] & 0x0F) * 4
    total, fragment = struct.unpack_from("!H2xH", packet, 2)
    if fragment & 0x3FFF:
        return None
    return _parse_transport(at, 4, packet[1], packet[9], socket.inet_ntop(socket.AF_INET, packet[12:16]),
                            socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[header:], total - header)


def _parse_ipv6(packet: bytes, at: float) -> Packet | None:
    if len(packet) < _IPV6_HEADER:
        return None
    first_word, length, protocol = struct.unpack_from("!IHB", packet)
    return _parse_transport(at, 6, (first_word >> 20) & 0xFF, protocol,
                            socket.inet_ntop(socket.AF_INET6, packet[8:24]),
                            socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[_IPV6_HEADER:], length)


def _parse_transport(at: float, ip: int, tos: int, number: int, source: str, target: str, segment: bytes,
                     length: int) -> Packet | None:
    """Read what follows the IP header. The lengths come from the headers, since a frame may be cut short."""
    protocol = _PROTOCOLS.get(number)
    if protocol == TCP and len(segment) >= 20:
        header, flags = (segment[12] >> 4) * 4, segment[13]
    elif protocol == UDP and len(segment) >= 8:
        header, flags = 8, 0
    else:
        return None
    source_port, target_port = struct.unpack_from("!HH", segment)
    size = max(length - header, 0)
    return Packet(at, ip, protocol, source, source_port, target, target_port, tos >> 2, tos & 3, flags, size,
                  segment[header:header + size])


class Capture:
    """Collects the packets of an interface between start and stop.

    The loopback interface shows each packet twice, leaving and arriving; the arrival is dropped. Packets of
    other interfaces are kept in both directions.
    """

    def __init__(self, interface: str = "lo") -> None:
        self._interface = interface
        self._packets: list[Packet] = []
        self._grown = threading.Condition()
        self._end: float | None = None
        self._lost = 0

    def __enter__(self) -> Capture:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        except PermissionError:
            # CAP_NET_RAW without CAP_NET_ADMIN: the system's limit holds.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.bind((self._interface, 0))
        self._socket.settimeout(0.2)
        self._thread = threading.Thread(target=self._read, name=f"capture-{self._interface}", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end = time.time()
        self._thread.join()
        # The counters are of this socket alone: packets seen, and packets dropped for want of room.
        self._lost = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1]
        self._socket.close()

    @property
    def lost(self) -> int:
        """How many packets did not fit into the buffer. Known after the end of the capture."""
        return self._lost

    def packets(self, wanted: Callable[[Packet], bool] = lambda _: True) -> list[Packet]:
        """Return the packets captured so far, in the order in which they were sent."""
        with self._grown:
            return [packet for packet in self._packets if wanted(packet)]

    def take(self) -> list[Packet]:
        """Return the packets captured so far, and forget them."""
        with self._grown:
            taken, self._packets = self._packets, []
            return taken

    def wait(self, wanted: Callable[[Packet], bool], count: int = 1, seconds: float = 10.0) -> list[Packet]:
        """Wait until enough packets are there, and return what is there then, be it enough or not."""
        end = time.monotonic() + seconds
        seen, found = 0, []
        with self._grown:
            while True:
                found.extend(packet for packet in self._packets[seen:] if wanted(packet))
                seen = len(self._packets)
                if len(found) >= count or not self._grown.wait(end - time.monotonic()):
                    return found

    def _read(self) -> None:
        """Read until told to stop, and then on to that moment's last packet."""
        for frame, at in self._frames():
            packet = parse(frame, at)
            if packet:
                with self._grown:
                    self._packets.append(packet)
                    self._grown.notify_all()

    def _frames(self) -> Iterator[tuple[bytes, float]]:
        while True:
            try:
                frame, ancillary, _, address = self._socket.recvmsg(_SNAPSHOT_BYTES, socket.CMSG_SPACE(16))
            except TimeoutError:
                if self._end is not None:
                    return
                continue
            at = _kernel_time(ancillary)
            if self._end is not None and at > self._end:
                return
            if self._interface != "lo" or address[2] != socket.PACKET_OUTGOING:
                yield frame, at


def _kernel_time(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Return when the kernel saw a packet, on the clock of time.time()."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data)
            return seconds + nanoseconds / 1e9
    return time.time()


def first_of_connection(packets: list[Packet]) -> Packet | None:
    """Return the first packet of one direction of a connection: a SYN for TCP, any datagram for UDP."""
    if not packets:
        return None
    if packets[0].protocol == TCP and not packets[0].is_syn:
        return None
    return packets[0]


def values(packets: list[Packet]) -> list[int]:
    """Return the DSCP values that occur, without repetitions."""
    return sorted({packet.dscp for packet in packets})


def spelled(found: list[int]) -> str:
    """Return DSCP values as a table shows them."""
    return "+".join(map(str, found)) if found else "-"


def may_capture() -> str | None:
    """Return why this process cannot capture, or None."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except AttributeError:
        return "packets can be captured on Linux only"
    except PermissionError:
        return "capturing packets needs root or CAP_NET_RAW"
    return None
