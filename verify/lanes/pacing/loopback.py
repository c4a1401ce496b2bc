"""A host of its own whose loopback addresses differ by the congestion control of TCP, and what arrives there."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from host import Host
from report import LaneError

_CUBIC = "cubic"
_CUBIC_IPV4 = "127.0.0.2"
_CUBIC_IPV6 = "fd00::2"

_CHUNK_BYTES = 1 << 20
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Place:
    """An address of the loopback interface, and the congestion control of connections to it."""

    host: Host
    address: str
    control: str

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET

    def __str__(self) -> str:
        return f"{self.control}, {'IPv6' if self.family == socket.AF_INET6 else 'IPv4'}"


@contextmanager
def loopback() -> Iterator[list[Place]]:
    """Return addresses with the system's default congestion control, and with CUBIC if that is another one.

    Without rights a process may set CUBIC only where the system allows it, and Java sets none at all: so the
    route says it.
    """
    host = Host()
    try:
        host.run("ip", "link", "set", "lo", "up")
        host.run("ip", "route", "add", "local", _CUBIC_IPV4, "dev", "lo", "table", "local", "congctl", _CUBIC)
        host.run("ip", "-6", "address", "add", f"{_CUBIC_IPV6}/128", "dev", "lo", "nodad")
        # The kernel's own route would win, so it has to go.
        route = ["ip", "-6", "route"], ["local", _CUBIC_IPV6, "dev", "lo", "table", "local"]
        host.run(*route[0], "add", *route[1], "metric", "1", "congctl", _CUBIC)
        host.run(*route[0], "del", *route[1], "metric", "0")
        places = [_place(host, address) for address in ("127.0.0.1", "::1", _CUBIC_IPV4, _CUBIC_IPV6)]
        if any(place.control != _CUBIC for place in places[2:]):
            raise LaneError(f"connections have other congestion control than their routes say: {places}")
        yield places[:2] if places[0].control == _CUBIC else places
    finally:
        host.close()


def obstacle() -> str | None:
    """Return why this user cannot have such addresses here, or None."""
    try:
        with loopback():
            return None
    except LaneError as ex:
        return str(ex)


def _place(host: Host, address: str) -> Place:
    """Look which congestion control a connection to an address gets."""
    place = Place(host, address, "")
    with host.socket(socket.SOCK_STREAM, place.family) as listener, \
            host.socket(socket.SOCK_STREAM, place.family) as sender:
        listener.bind((address, 0))
        listener.listen()
        sender.connect(listener.getsockname())
        name = sender.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
    return Place(host, address, name.rstrip(b"\0").decode())


class Receiver:
    """Counts what arrives at a port: over one connection, or in datagrams."""

    def __init__(self, place: Place, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
        self._socket = place.host.socket(kind, place.family)
        self._socket.bind((place.address, 0))
        self._is_listener = kind == socket.SOCK_STREAM
        if self._is_listener:
            self._socket.listen()
        self.port = self._socket.getsockname()[1]
        self._ended = False
        self._lock = threading.Lock()
        self._chunks: list[tuple[float, int]] = []

    def __enter__(self) -> Receiver:
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()
        self._socket.close()

    def bits_per_second(self, start: float, end: float) -> float:
        """Return how much has arrived between two moments on the clock of time.monotonic().

        It is counted from one arrival to another, since of what is sent in large portions one more or less falls
        into a given time.
        """
        with self._lock:
            chunks = [(at, size) for at, size in self._chunks if start <= at <= end]
        return sum(size for _, size in chunks[1:]) * 8 / (chunks[-1][0] - chunks[0][0]) if len(chunks) > 1 else 0.0

    def _read(self) -> None:
        self._socket.settimeout(_CONNECT_SECONDS if self._is_listener else 0.1)
        buffer = bytearray(_CHUNK_BYTES)
        try:
            source = self._socket.accept()[0] if self._is_listener else self._socket
        except TimeoutError:
            # Nobody came: nothing is counted.
            return
        source.settimeout(0.1)
        while not self._ended:
            try:
                size = source.recv_into(buffer)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            if not size and self._is_listener:
                break
            with self._lock:
                self._chunks.append((time.monotonic(), size))
        if self._is_listener:
            source.close()
