"""The calls that the stand-in for qwave.dll was given, read while they come."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from report import LaneError
from tail import Tail

_DAY = 86400.0


@dataclass(frozen=True)
class Call:
    """A call that has ended, or something else that the stand-in tells."""

    time: float
    event: str
    function: str
    handle: int
    error: int
    # How long it took.
    duration: float


class Calls:
    """A log, and what follows from it."""

    def __init__(self, log: Path) -> None:
        self._tail = Tail(log)
        self._calls: list[Call] = []
        self._begun: dict[int, float] = {}
        self._flows: Counter[int] = Counter()
        self.created = 0
        self.closed = 0
        self.trouble: list[str] = []

    def poll(self) -> list[Call]:
        """Read on, and return all calls so far."""
        for line in self._tail.lines():
            event = json.loads(line)
            at, kind = _time(event["time"]), event["event"]
            if kind == "begin":
                self._begun[event["call"]] = at
            elif kind in ("misuse", "trouble"):
                self.trouble.append(event["text"])
            elif kind in ("end", "killed"):
                call = Call(at, kind, event.get("function", ""), event["handle"], event.get("error", 0),
                            at - self._begun.pop(event.get("call"), at))
                self._calls.append(call)
                self._count(call)
        return self._calls

    def _count(self, call: Call) -> None:
        self.closed += call.function == "QOSCloseHandle"
        if call.error == 0:
            self.created += call.function == "QOSCreateHandle"
            self._flows[call.handle] += ((call.function == "QOSAddSocketToFlow")
                                         - (call.function == "QOSRemoveSocketFromFlow"))

    @property
    def flows(self) -> int:
        """How many flows the newest handle has. Those of all others are gone."""
        return self._flows[self.created]

    def wait(self, wanted: Callable[[Call], bool], since: int, what: str, seconds: float = 20.0) -> Call:
        """Wait for a call after the first so many."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for call in self.poll()[since:]:
                if wanted(call):
                    return call
            time.sleep(0.005)
        raise LaneError(f"the stand-in has waited for {seconds:.0f} s: {what}")


def _time(clock: str) -> float:
    """Return when a time of day was, in seconds since 1970."""
    now = time.time()
    moment = datetime.fromtimestamp(now, timezone.utc).replace(
        **dict(zip(("hour", "minute", "second"), map(int, clock[:8].split(":")))), microsecond=int(clock[9:]) * 1000)
    # It may have been before midnight.
    return moment.timestamp() - (_DAY if moment.timestamp() > now + _DAY / 2 else 0)
