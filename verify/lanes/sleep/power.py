"""The stand-in for powrprof.dll: built, told what to do, and asked what it did."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from report import LaneError
from stand_in import COMPILER
from tail import Tail
from wine import windows_path

_SOURCES = Path(__file__).resolve().parent / "native"
_OPTIONS = ("-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-static-libgcc", "-D_WIN32_WINNT=0x0601",
            "-D__USE_MINGW_ANSI_STDIO=1")

SUSPEND = 0x4
RESUME_SUSPEND = 0x7
RESUME_AUTOMATIC = 0x12


def build(target: Path) -> Path:
    """Compile the DLL."""
    target.mkdir(parents=True, exist_ok=True)
    dll = target / "powrprof.dll"
    done = subprocess.run([COMPILER, *_OPTIONS, "-shared", "-o", str(dll), str(_SOURCES / "powrprof.c"),
                           str(_SOURCES / "powrprof.def")], check=False, capture_output=True, text=True)
    if done.returncode:
        raise LaneError(f"the stand-in for powrprof.dll cannot be compiled:\n{done.stderr}")
    return dll


@dataclass(frozen=True)
class Event:
    """Something that the stand-in did, and when."""

    time: float
    what: str
    id: int
    type: int | None = None


class Power:
    """Control file and log of one process."""

    def __init__(self, folder: Path, name: str) -> None:
        self._control = folder / f"{name}.power"
        self._log = folder / f"{name}.power-calls"
        self._log.unlink(missing_ok=True)
        self._control.unlink(missing_ok=True)
        self._tail = Tail(self._log)
        self._number = 0
        self._events: list[Event] = []
        # How many callbacks there are.
        self.registered = 0
        self.misuses: list[str] = []

    def environment(self) -> dict[str, str]:
        return {"POWER_LOG": windows_path(self._log), "POWER_CONTROL": windows_path(self._control)}

    def send(self, *types: int) -> list[Event]:
        """Have every callback called with these, and return the calls once all have returned."""
        seen = len(self.poll())
        self._number += 1
        new = self._control.with_suffix(".new")
        new.write_text(" ".join(map(str, (self._number, *types))) + "\n")
        new.replace(self._control)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            events = self.poll()[seen:]
            if sum(each.what == "return" and each.type == types[-1] for each in events) == self.registered:
                return events
            time.sleep(0.002)
        raise LaneError(f"no callback returns, see {self._log}")

    def poll(self) -> list[Event]:
        """Read on, and return all events so far."""
        for line in self._tail.lines():
            at, what, *words = line.split(" ")
            if what == "misuse":
                self.misuses.append(line)
            else:
                self._events.append(Event(int(at) / 1e6, what, *map(int, words[:2])))
                self.registered += (what == "registered") - (what == "unregistered")
        return self._events
