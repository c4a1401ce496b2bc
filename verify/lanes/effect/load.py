"""Traffic that fills a link."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from link import FAR, Link

_CHUNK = bytes(1 << 16)


class Arrived:
    """How many bytes of the load have arrived, and when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: list[tuple[float, int]] = []

    def add(self, size: int) -> None:
        with self._lock:
            self._chunks.append((time.time(), size))

    def megabits_per_second(self, start: float, end: float) -> float:
        """Return the rate between two moments on the clock of time.time()."""
        with self._lock:
            total = sum(size for at, size in self._chunks if start <= at < end)
        return total * 8 / (end - start) / 1e6


@contextmanager
def tcp_streams(link: Link, count: int) -> Iterator[Arrived]:
    """Send as fast as the link takes it."""
    arrived = Arrived()
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []
    try:
        with link.far.socket(socket.SOCK_STREAM) as listener:
            listener.bind((FAR, 0))
            listener.listen()
            for _ in range(count):
                sender = link.near.socket(socket.SOCK_STREAM)
                sockets.append(sender)
                # Each system has its own default. This one fills queues, as most of the internet's traffic does.
                sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
                sender.connect(listener.getsockname())
                receiver, _ = listener.accept()
                sockets.append(receiver)
                threads += [threading.Thread(target=_send, args=(sender,), daemon=True),
                            threading.Thread(target=_receive, args=(receiver, arrived), daemon=True)]
        for thread in threads:
            thread.start()
        yield arrived
    finally:
        for each in sockets:
            # Wakes the threads, which closing would not.
            each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for each in sockets:
            each.close()


def _send(sender: socket.socket) -> None:
    try:
        while True:
            sender.sendall(_CHUNK)
    except OSError:
        # Shut down.
        pass


def _receive(receiver: socket.socket, arrived: Arrived) -> None:
    try:
        while data := receiver.recv(len(_CHUNK)):
            arrived.add(len(data))
    except OSError:
        pass
