"""Traffic that fills a link."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from link import FAR, Link

_CHUNK = bytes(1 << 16)

# As much as an Ethernet frame carries.
_DATAGRAM = 1472


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


@contextmanager
def datagrams(link: Link, megabits_per_second: float, random: Random) -> Iterator[Arrived]:
    """Send UDP at a rate that heeds nothing, at random moments: a fixed beat would meet always the same datagrams."""
    arrived = Arrived()
    with link.far.socket(socket.SOCK_DGRAM) as receiver, link.near.socket(socket.SOCK_DGRAM) as sender:
        receiver.bind((FAR, 0))
        receiver.settimeout(0.2)
        sender.connect(receiver.getsockname())
        ended = threading.Event()
        interval = _DATAGRAM * 8 / (megabits_per_second * 1e6)
        threads = [threading.Thread(target=_send_datagrams, args=(sender, interval, random, ended), daemon=True),
                   threading.Thread(target=_receive_datagrams, args=(receiver, arrived, ended), daemon=True)]
        for thread in threads:
            thread.start()
        try:
            yield arrived
        finally:
            ended.set()
            for thread in threads:
                thread.join()


def _send_datagrams(sender: socket.socket, interval: float, random: Random, ended: threading.Event) -> None:
    due = time.monotonic()
    while not ended.is_set():
        due += random.expovariate(1 / interval)
        time.sleep(max(due - time.monotonic(), 0))
        sender.send(bytes(_DATAGRAM))


def _receive_datagrams(receiver: socket.socket, arrived: Arrived, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            arrived.add(len(receiver.recv(2048)))
        except TimeoutError:
            continue
