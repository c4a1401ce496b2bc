"""Marks sockets of Wine processes from outside: again, no more, or with an option that Wine does not know.

The stand-in for qwave.dll asks over UDP, one line per question, and gets a number back:

    <number> find <tcp|udp> <local address> <port> <remote address> <port>   the socket's inode, or 0
    <number> probe <tcp|udp> <tos>                                           the same, of the only socket of the asking
                                                                             process that is in no table and has this
                                                                             TOS: one not bound, or not yet connected
    <number> mark <inode> <tos>                                              1, or 0 if there is no such socket

Addresses are 32 hexadecimal digits, IPv4 ones mapped. The inode stays a socket's own while it lives: another socket
with the same number, address or port is never taken for it. Linux lets root read and use the sockets of others.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

_PIDFD_GETFD = 438
_MAPPED = bytes(10) + b"\xff\xff"


class SocketHelper:
    """Answers questions until it is closed."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        # The process in which a socket was found last. That is the Wine server, which has all of them.
        self._last = 0
        # Where a socket was found, to be tried first the next time.
        self._places: dict[int, tuple[int, int]] = {}
        self.problems: list[str] = []
        self._thread = threading.Thread(target=self._serve, name="socket-helper", daemon=True)

    def __enter__(self) -> SocketHelper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"stop", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def _serve(self) -> None:
        while True:
            question, address = self._socket.recvfrom(1024)
            if question == b"stop":
                return
            number, verb, *words = question.decode().split()
            try:
                if verb == "find":
                    answer = find(*words)
                elif verb == "probe":
                    answer = self.probe(words[0], int(words[1]), address[1])
                else:
                    answer = self.mark(int(words[0]), int(words[1]))
            except (OSError, ValueError, IndexError) as ex:
                self.problems.append(f"{question.decode()}: {ex}")
                answer = 0
            self._socket.sendto(f"{number} {answer}".encode(), address)

    def mark(self, inode: int, tos: int) -> int:
        """Set both options on a socket. Returns 0 if it is no more."""
        found = self._take(inode)
        if found is None:
            return 0
        with found:
            with suppress(OSError):
                found.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
            if found.family == socket.AF_INET6:
                found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
        return 1

    def probe(self, protocol: str, tos: int, port: int) -> int:
        """Return the inode of the only socket without a peer that has this TOS, in the process that asks."""
        asking = next((inode for inode, _, own, *_ in _sockets("udp") if own == port), 0)
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        found: set[int] = set()
        # The process itself and the Wine server, either of which may not have all of them.
        for process in {process for process, _ in self._places_of(asking)}:
            with suppress(OSError):
                found |= {inode for number, inode in _sockets_of(process)
                          if self._has(process, number, inode, kind, tos)}
        if len(found) != 1:
            raise ValueError(f"{len(found)} sockets have TOS {tos}")
        return found.pop()

    def _has(self, process: int, number: int, inode: int, kind: socket.SocketKind, tos: int) -> bool:
        with suppress(OSError):
            copy = self._copy(process, number, inode)
            if copy is not None:
                with copy:
                    return (copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == kind
                            and copy.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == tos)
        return False

    def _take(self, inode: int) -> socket.socket | None:
        """Return a descriptor of ours for a socket of another process. Whoever gets it must close it soon."""
        known = self._places.pop(inode, None)
        places = itertools.chain([known] if known else [], self._places_of(inode))
        for process, number in places:
            with suppress(OSError):
                copy = self._copy(process, number, inode)
                if copy is not None:
                    self._last = process
                    self._places[inode] = (process, number)
                    return copy
        return None

    def _places_of(self, inode: int) -> Iterator[tuple[int, int]]:
        for process in self._processes():
            with suppress(OSError):
                yield from ((process, number) for number, found in _sockets_of(process) if found == inode)

    def _processes(self) -> Iterator[int]:
        yield self._last
        yield from (int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != self._last)

    def _copy(self, process: int, number: int, inode: int) -> socket.socket | None:
        pidfd = os.pidfd_open(process)
        try:
            copy = self._libc.syscall(_PIDFD_GETFD, pidfd, number, 0)
        finally:
            os.close(pidfd)
        if copy < 0:
            raise OSError(ctypes.get_errno(), f"no access to the sockets of process {process}")
        # It may have been closed and its number reused since we looked.
        if os.fstat(copy).st_ino != inode:
            os.close(copy)
            return None
        return socket.socket(fileno=copy)


def find(protocol: str, local: str, local_port: str, remote: str, remote_port: str) -> int:
    """Return the inode of the socket that has these addresses."""
    wanted = (_any(bytes.fromhex(local)), int(local_port), _any(bytes.fromhex(remote)), int(remote_port))
    for inode, *addresses in _sockets(protocol):
        if tuple(addresses) == wanted:
            return inode
    return 0


def _sockets_of(process: int) -> Iterator[tuple[int, int]]:
    """Return numbers and inodes of a process's sockets."""
    for number in os.listdir(f"/proc/{process}/fd"):
        with suppress(OSError):
            match = re.fullmatch(r"socket:\[(\d+)]", os.readlink(f"/proc/{process}/fd/{number}"))
            if match:
                yield int(number), int(match[1])


def _sockets(protocol: str) -> Iterator[tuple[int, bytes, int, bytes, int]]:
    for table in (protocol, f"{protocol}6"):
        with suppress(FileNotFoundError), open(f"/proc/net/{table}") as lines:
            for line in lines:
                # sl  local  remote  state  queues  timer  retransmits  user  timeout  inode
                match = re.match(r"\s*\d+: (\w+):(\w+) (\w+):(\w+) (?:\S+ +){6}(\d+)", line)
                if match:
                    yield int(match[5]), _address(match[1]), int(match[2], 16), _address(match[3]), int(match[4], 16)


def _address(text: str) -> bytes:
    """Read an address as Linux prints it: words of 4 bytes, each in the machine's own order."""
    data = b"".join(bytes.fromhex(text[i:i + 8])[::-1] for i in range(0, len(text), 8))
    return _any(data if len(data) == 16 else _MAPPED + data)


def _any(address: bytes) -> bytes:
    """Return the unspecified address of IPv4 as that of IPv6."""
    return bytes(16) if address == _MAPPED + bytes(4) else address
