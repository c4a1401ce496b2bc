"""Somebody to send to: sockets on loopback that take what comes."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Peers:
    """One port for each protocol and address."""

    def __init__(self) -> None:
        self._sockets: dict[tuple[str, str], socket.socket] = {}
        for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
            for protocol, kind in (("udp", socket.SOCK_DGRAM), ("tcp", socket.SOCK_STREAM)):
                listener = socket.socket(family, kind)
                listener.bind((host, 0))
                self._sockets[protocol, host] = listener
                if protocol == "tcp":
                    listener.listen()
                    threading.Thread(target=_serve, args=(listener,), daemon=True).start()

    def __enter__(self) -> Peers:
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._sockets.values():
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def port(self, protocol: str, host: str) -> int:
        return self._sockets[protocol, host].getsockname()[1]


def _serve(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            threading.Thread(target=_drain, args=(listener.accept()[0],), daemon=True).start()


def _drain(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        while connection.recv(65536):
            pass
