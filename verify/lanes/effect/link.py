"""A network of two hosts and the link between them, which nobody else on this machine sees."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from report import LaneError

# From linux/sched.h; Python has these calls only since 3.12.
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

_THIS_NETWORK = "/proc/thread-self/ns/net"

NEAR = "10.77.0.1"
FAR = "10.77.0.2"


class _Host:
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

    def socket(self, kind: socket.SocketKind) -> socket.socket:
        """Open an IPv4 socket on this host, where it stays whoever uses it."""
        home = os.open(_THIS_NETWORK, os.O_RDONLY)
        try:
            _enter(self._namespace)
            try:
                return socket.socket(socket.AF_INET, kind)
            finally:
                _enter(home)
        finally:
            os.close(home)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET):
        raise LaneError(f"cannot enter a network namespace: {os.strerror(ctypes.get_errno())}")


class Link:
    """Two hosts, near and far. What the near one sends passes its queues."""

    def __init__(self, near: _Host, far: _Host) -> None:
        self.near = near
        self.far = far


@contextmanager
def link(queue_length: int, queues: Sequence[str]) -> Iterator[Link]:
    """Connect two hosts, with queues of this many packets: what follows "tc" and "dev out" of each command."""
    near, far = _Host(), _Host()
    try:
        near.run("ip", "link", "add", "out", "txqueuelen", str(queue_length), "type", "veth", "peer", "name", "in",
                 "netns", far.path)
        near.run("ip", "address", "add", f"{NEAR}/30", "dev", "out")
        far.run("ip", "address", "add", f"{FAR}/30", "dev", "in")
        near.run("ip", "link", "set", "lo", "up")
        near.run("ip", "link", "set", "out", "up")
        far.run("ip", "link", "set", "in", "up")
        for queue in queues:
            kind, command, rest = queue.split(" ", 2)
            near.run("tc", kind, command, "dev", "out", *rest.split())
        yield Link(near, far)
    finally:
        near.close()
        far.close()
