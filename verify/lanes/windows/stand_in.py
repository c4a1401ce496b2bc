"""The stand-in for qwave.dll, as the lane sees it: built, told what to do, and asked what it was told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import LaneError
from wine import find_wine, windows_path

COMPILER = "x86_64-w64-mingw32-gcc"
_OPTIONS = ("-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-D_WIN32_WINNT=0x0601", "-D__USE_MINGW_ANSI_STDIO=1")
_DLL = ("qwave.c", "clients.c", "flows.c", "log.c", "orders.c", "others.c", "pending.c", "sockets.c", "values.c",
        "qwave.def")
_DRIVER = "qwave-stand-in.sys"
_TEST = ("qwave_test.c", "test_flows.c", "test_others.c", "test_pending.c", "test_values.c")


def missing() -> str | None:
    """Return why no program can run under Wine with the stand-in, or None."""
    if os.geteuid() != 0:
        return "it needs root, which may use the sockets of other processes"
    if find_wine() is None:
        return "Wine for 64 bits is not installed (on Debian: wine and wine64)"
    return None if shutil.which(COMPILER) else f"{COMPILER} is not installed"


def build(sources: Path, target: Path) -> None:
    """Compile the DLL, its driver, its test, and the service."""
    target.mkdir(parents=True, exist_ok=True)
    for name, files, options in (
            ("qwave.dll", _DLL, ("-shared", "-static-libgcc", "-lws2_32", "-ladvapi32")),
            (_DRIVER, ("driver.c",), ("-shared", "-nostdlib", "-Wl,--subsystem,native", "-Wl,--entry,DriverEntry",
                                      "-lntoskrnl")),
            ("qwave_test.exe", _TEST, ("-static-libgcc", "-lws2_32")),
            ("service.exe", ("service.c",), ("-static-libgcc", "-ladvapi32"))):
        done = subprocess.run([COMPILER, *_OPTIONS, "-o", str(target / name), *(str(sources / file) for file in files),
                               *options], check=False, capture_output=True, text=True)
        if done.returncode:
            raise LaneError(f"the stand-in cannot be compiled:\n{done.stderr}")


@dataclass(frozen=True)
class Summary:
    """What a log says about a process that has ended."""

    created: int
    closed: int
    added: int
    removed: int
    dropped: int
    killed: int
    trouble: Sequence[str]
    ended: bool

    def problem(self) -> str | None:
        """Return what was not in order, or None."""
        if not self.ended:
            return "the DLL was not unloaded in order"
        if self.trouble:
            return "; ".join(self.trouble)
        if self.created != self.closed:
            return f"{self.created} handles created, {self.closed} closed"
        if self.added != self.removed + self.dropped + self.killed:
            return (f"{self.added} flows added, {self.removed} removed, {self.dropped} dropped by a close, "
                    f"{self.killed} lost with their handles")
        return None

    def __str__(self) -> str:
        return (f"{self.created} handles created, {self.closed} closed; {self.added} flows added, "
                f"{self.removed} removed, {self.dropped} dropped by a close")


class StandIn:
    """Control file and log of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        self._driver = folder / "native" / _DRIVER
        self._control = folder / f"{name}.control"
        self.log = folder / f"{name}.calls"
        self.log.unlink(missing_ok=True)
        self.tell()

    def environment(self, helper_port: int | None = None) -> dict[str, str]:
        variables = {"QWAVE_LOG": windows_path(self.log), "QWAVE_CONTROL": windows_path(self._control),
                     "QWAVE_DRIVER": windows_path(self._driver)}
        return variables | ({"QWAVE_HELPER": str(helper_port)} if helper_port else {})

    def tell(self, *orders: str) -> None:
        """Give these orders, and take back the earlier ones."""
        new = self._control.with_suffix(".new")
        new.write_text("".join(f"{order}\n" for order in orders))
        # At once, so that nobody reads half of it.
        new.replace(self._control)

    def events(self) -> list[dict[str, Any]]:
        if not self.log.is_file():
            return []
        # The last line may not be whole yet.
        lines = self.log.read_text(errors="replace").split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def calls(self, function: str, event: str = "end") -> list[dict[str, Any]]:
        return [each for each in self.events() if each["event"] == event and each.get("function") == function]

    def await_calls(self, function: str, count: int, event: str = "end", seconds: float = 15.0) -> bool:
        """Wait until a function has been called so often."""
        end = time.monotonic() + seconds
        while len(self.calls(function, event)) < count:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def await_one(self, function: str, wanted: Callable[[dict[str, Any]], bool],
                  seconds: float = 15.0) -> dict[str, Any] | None:
        """Wait for a call that has ended and is a wanted one, and return it, or None."""
        end = time.monotonic() + seconds
        while True:
            found = next((each for each in self.calls(function) if wanted(each)), None)
            if found or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def await_call(self, function: str, flow: int) -> bool:
        """Wait until a function has been called for a flow."""
        return self.await_one(function, lambda call: call["flow"] == flow) is not None

    def await_event(self, event: str, seconds: float = 10.0) -> bool:
        """Wait until something is in the log."""
        end = time.monotonic() + seconds
        while not any(each["event"] == event for each in self.events()):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def loaded_from(self) -> list[str]:
        return [each["text"] for each in self.events() if each["event"] == "loaded"]

    def summary(self) -> Summary:
        closes = self.calls("QOSCloseHandle")
        return Summary(
            created=sum(each["result"] for each in self.calls("QOSCreateHandle")), closed=len(closes),
            added=sum(each["added"] for each in self.calls("QOSAddSocketToFlow")),
            removed=sum(each["dropped"] for each in self.calls("QOSRemoveSocketFromFlow")),
            dropped=sum(each["dropped"] for each in closes),
            killed=sum(each["dropped"] for each in self.events() if each["event"] == "killed"),
            trouble=[each["text"] for each in self.events() if each["event"] in ("misuse", "trouble")],
            ended=any(each["event"] == "unloaded" for each in self.events()))
