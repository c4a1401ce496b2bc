"""Options of another process' sockets, as the kernel has them: what no packet shows."""

from __future__ import annotations

import ctypes
import os
import re
import socket
from pathlib import Path

from report import LaneError

# From asm-generic/unistd.h.
_PIDFD_GETFD = 438

_SO_PRIORITY = 12

_LIBC = ctypes.CDLL(None, use_errno=True)


def priority(pid: int, local_port: int, remote_port: int) -> int:
    """Return SO_PRIORITY of a process' TCP connection."""
    inode = _inode(pid, local_port, remote_port)
    for link in Path(f"/proc/{pid}/fd").iterdir():
        if _target(link) == f"socket:[{inode}]":
            with _borrowed(pid, int(link.name)) as connection:
                return connection.getsockopt(socket.SOL_SOCKET, _SO_PRIORITY)
    raise LaneError(f"process {pid} does not have the connection of ports {local_port} and {remote_port}")


def _inode(pid: int, local_port: int, remote_port: int) -> int:
    wanted = re.compile(rf"^\s*\d+: \w+:{local_port:04X} \w+:{remote_port:04X} ")
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines():
            if wanted.match(line):
                return int(line.split()[9])
    raise LaneError(f"there is no connection of ports {local_port} and {remote_port}")


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:
        # Closed in the meantime.
        return ""


def _borrowed(pid: int, number: int) -> socket.socket:
    """Return another process' socket, which stays open there."""
    process = os.pidfd_open(pid)
    try:
        mine = _LIBC.syscall(_PIDFD_GETFD, process, number, 0)
    finally:
        os.close(process)
    if mine < 0:
        raise LaneError(f"a socket of process {pid} cannot be looked at: {os.strerror(ctypes.get_errno())}")
    return socket.socket(fileno=mine)
