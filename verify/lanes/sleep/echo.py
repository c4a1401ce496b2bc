"""Peers on loopback that send back what they get."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

_HOSTS = (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))


class Echo:
    """One port for each protocol and address, served by one thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._stop, self._stopped = socket.socketpair()
        self._register(self._stopped, self._stopped.close)
        self.ports: list[int] = []
        for host, family in _HOSTS:
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            datagrams.bind((host, 0))
            self._register(datagrams, lambda own=datagrams: own.sendto(*own.recvfrom(65536)))
            listener = socket.create_server((host, 0), family=family, backlog=1000)
            self._register(listener, lambda own=listener: self._accept(own))
            self.ports += [datagrams.getsockname()[1], listener.getsockname()[1]]
        self._thread = threading.Thread(target=self._serve, name="echo", daemon=True)

    def __enter__(self) -> Echo:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.close()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _register(self, own: socket.socket, action: Callable[[], object]) -> None:
        self._selector.register(own, selectors.EVENT_READ, action)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._register(connection, lambda: self._echo(connection))

    def _echo(self, connection: socket.socket) -> None:
        data = b""
        with suppress(OSError):
            data = connection.recv(65536)
            connection.sendall(data)
        if not data:
            self._selector.unregister(connection)
            connection.close()

    def _serve(self) -> None:
        while self._stopped.fileno() >= 0:
            for key, _ in self._selector.select():
                # What became of a datagram's sender is none of ours.
                with suppress(OSError):
                    key.data()
