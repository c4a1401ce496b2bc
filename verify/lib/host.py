"""Hosts of a network that nobody else on this machine sees."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from report import LaneError

# From linux/sched.h; Python has these calls only since 3.12.
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

_THIS_NETWORK = "/proc/thread-self/ns/net"


class Host:
    """A network namespace without a name: the kernel removes it, and all in it, when this process has ended."""

    def __init__(self) -> None:
        home = os.open(_THIS_NETWORK, os.O_RDONLY)
        try:
            if _LIBC.unshare(_CLONE_NEWNET):
                raise LaneError(f"no network namespace: {os.strerror(ctypes.get_errno())}")
            self._namespace = os.open(_THIS_NETWORK, os.O_RDONLY)
            _enter(home)
        finally:
            os.close(home)

    def close(self) -> None:
        os.close(self._namespace)

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self._namespace}"

    def command(self, *command: str) -> list[str]:
        """Return the command that runs another one on this host."""
        return ["nsenter", f"--net={self.path}", "--", *command]

    def run(self, *command: str) -> None:
        done = subprocess.run(self.command(*command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise LaneError(f"{' '.join(command)}: {done.stderr.strip()}")

    def socket(self, kind: socket.SocketKind, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
        """Open a socket on this host, where it stays whoever uses it."""
        with self.entered():
            return socket.socket(family, kind)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this thread be on this host."""
        home = os.open(_THIS_NETWORK, os.O_RDONLY)
        try:
            _enter(self._namespace)
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(home)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET):
        raise LaneError(f"cannot enter a network namespace: {os.strerror(ctypes.get_errno())}")
