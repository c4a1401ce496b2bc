"""Runs a command that may not set one socket option, as a container's security profile can have it.

Arguments: level and number of the option, and the command. Needs no privileges.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# Numbers of the system call setsockopt.
_SETSOCKOPT = {"x86_64": 54, "aarch64": 208}

_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_SECCOMP_RET_ALLOW = 0x7fff0000
_SECCOMP_RET_ERRNO = 0x00050000

# Of struct seccomp_data: the call's number, and the lower halves of its arguments.
_NUMBER, _LEVEL, _OPTION = 0, 24, 32


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", 0x20, 0, 0, offset)


def _skip_unless(value: int, skipped: int) -> bytes:
    return struct.pack("=HBBI", 0x15, 0, skipped, value)


def _return(value: int) -> bytes:
    return struct.pack("=HBBI", 0x06, 0, 0, value)


def _refuse(level: int, option: int) -> None:
    instructions = [
        _load(_NUMBER), _skip_unless(_SETSOCKOPT[platform.machine()], 5),
        _load(_LEVEL), _skip_unless(level, 3),
        _load(_OPTION), _skip_unless(option, 1),
        _return(_SECCOMP_RET_ERRNO | errno.EPERM),
        _return(_SECCOMP_RET_ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(instructions))
    program = _Program(len(instructions), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
                      (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)):
        if libc.prctl(*arguments) != 0:
            sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    _refuse(int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
