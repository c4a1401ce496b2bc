"""The pacing lane: whether a flow with a rate sends as fast as that, and as it likes once the rate is gone."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from java import BUILD, Dialogue, Exploded, compile_java, dialogue, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from loopback import Place, Receiver, loopback
from report import LaneError, Report, table

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "pacing"

_MBIT = 1_000_000
_NONE = "none"

# Of the loopback interface: 1 Mbit/s are two a second.
_SEGMENT_BYTES = 1 << 16

# How far off a rate may be.
_TOLERANCE = 0.05
_LOOSE_TOLERANCE = 0.25

# How many times the rate must arrive for it to count as lifted.
_LIFTED = 10

# What is written at a time, and what fits into an Ethernet frame.
_WRITE_BYTES = 1 << 16
_SMALL_BYTES = 1400

# After a start or a change.
_SETTLE_SECONDS = 1.0
_LIFTED_SECONDS = 0.4
_LIFTED_WITHIN_SECONDS = 4.0

_UDP_RATE = 10 * _MBIT
_UDP_NOTE = "not enforced or unknown"


@dataclass(frozen=True)
class Rates:
    """What is asked of a flow in turn: a rate, perhaps another one, and none."""

    first: int
    small_writes: bool = False
    second: int | None = None
    lifted_by: str = "close"

    @property
    def last(self) -> int:
        return self.second or self.first

    @property
    def tolerance(self) -> float:
        return _LOOSE_TOLERANCE if self.small_writes else _TOLERANCE


_RATES = (Rates(_MBIT, small_writes=True), Rates(10 * _MBIT, second=50 * _MBIT, lifted_by="setOptions"),
          Rates(100 * _MBIT))


class Attempt:
    """A connection with a flow that has a rate, what it reported and what has arrived."""

    def __init__(self, probe: Dialogue, number: int, place: Place, rates: Rates, receiver: Receiver) -> None:
        self._probe = probe
        self._number = number
        self.place = place
        self.rates = rates
        self._receiver = receiver
        self._problems: list[str] = []
        self._reports(rates.first, probe.ask(
            "connect", number, place.address, receiver.port, _SMALL_BYTES if rates.small_writes else _WRITE_BYTES,
            rates.first))
        self.first = self.second = self.lifted = 0.0

    def measure_first(self, start: float, end: float) -> None:
        self.first = self._receiver.bits_per_second(start, end)
        self._judge(self.first, self.rates.first)

    def change(self) -> None:
        self._reports(self.rates.second, self._probe.ask("rate", self._number, self.rates.second))

    def measure_second(self, start: float, end: float) -> None:
        self.second = self._receiver.bits_per_second(start, end)
        self._judge(self.second, self.rates.second)

    def lift(self) -> None:
        """Take the rate away, look how much comes then, and end the connection."""
        if self.rates.lifted_by == "close":
            self._probe.ask("close", self._number)
        else:
            self._reports(None, self._probe.ask("rate", self._number, _NONE))
        enough = _LIFTED * self.rates.last
        # Segments that wait already still do, and the next pace comes with the acknowledgement of one.
        latest = time.monotonic() + _LIFTED_WITHIN_SECONDS
        while self.lifted <= enough and time.monotonic() < latest:
            self.lifted = self._receiver.bits_per_second(*_wait(_LIFTED_SECONDS, 0.1))
        self._probe.ask("end", self._number)
        if self.lifted <= enough:
            self._problems.append(f"{_mbit(self.lifted)} Mbit/s after {self.rates.lifted_by}, "
                                  f"not more than {_LIFTED} x {_mbit(self.rates.last)}")

    @property
    def problem(self) -> str | None:
        return "; ".join(self._problems) or None

    def row(self, is_second: bool) -> list[str]:
        changed = [_mbit(self.rates.second), _got(self.second, self.rates.second)] if self.rates.second else ["", ""]
        return [str(self.place), _mbit(self.rates.first), _got(self.first, self.rates.first), *changed,
                self.rates.lifted_by, _mbit(self.lifted),
                ("second attempt" if is_second else "") + (" !" if self._problems else "")]

    def _reports(self, rate: int | None, report: dict) -> None:
        """A flow must tell the truth about its rate."""
        if report != {"state": "ACTIVE", "rate": rate, "note": None}:
            self._problems.append(f"the flow reports {report['state']}, rate {report['rate']!r}, "
                                  f"note {report['note']!r} instead of ACTIVE, rate {rate!r}")

    def _judge(self, got: float, asked: int) -> None:
        if abs(got / asked - 1) > self.rates.tolerance:
            self._problems.append(f"{_mbit(got)} Mbit/s instead of {_mbit(asked)}")


class Pacing:
    """Measures with one JVM."""

    def __init__(self, probe: Dialogue, seconds: float, report: Report, jdk: Jdk) -> None:
        self._probe = probe
        self._seconds = seconds
        self._report = report
        self._jdk = jdk
        self._number = 0

    def measure(self, places: Sequence[Place]) -> None:
        rows = [("TCP over", "asked, Mbit/s", "got", "changed to", "got", "lifted by", "got then", "")]
        cells = [(place, rates) for place in places for rates in _RATES]
        with self._attempts(cells) as attempts:
            self._paced(attempts)
            beside = [(place, self._without_flow(place)) for place in places]
            for attempt in attempts:
                attempt.lift()
        for attempt in attempts:
            again = attempt if attempt.problem is None else self._again(attempt)
            name = f"{self._jdk}: {attempt.place}, {_mbit(attempt.rates.first)} Mbit/s"
            self._report.check(name, again.problem)
            rows.append(again.row(again is not attempt))
        for place, got in beside:
            enough = _LIFTED * _RATES[-1].first
            self._report.check(f"{self._jdk}: {place}, no flow", None if got > enough else
                               f"{_mbit(got)} Mbit/s, not more than {_mbit(enough)}: this machine is too busy to tell")
            rows.append([str(place), "no flow", _mbit(got), "", "", "", "", ""])
        print(table(rows))

    def measure_datagrams(self, places: Sequence[Place]) -> None:
        rows = [("UDP over", "asked, Mbit/s", "got", "what the flow says")]
        for place in places:
            with Receiver(place, socket.SOCK_DGRAM) as receiver:
                start = time.monotonic()
                report = self._probe.ask("datagrams", place.address, receiver.port, _SMALL_BYTES, _UDP_RATE, 500)
                got = receiver.bits_per_second(start, time.monotonic())
            note = report["note"] or ""
            family = str(place).rsplit(" ", 1)[-1]
            # Only what is so may be said: here, where no queue keeps to it.
            self._report.check(f"{self._jdk}: UDP over {family}", None if _UDP_NOTE in note and got > 2 * _UDP_RATE
                               else f"{_mbit(got)} Mbit/s, and the flow says {note!r}")
            rows.append([family, _mbit(_UDP_RATE), _mbit(got), note])
        print(table(rows))

    def _paced(self, attempts: Sequence[Attempt]) -> None:
        """Measure the rates of connections, all at the same time."""
        span = _wait(self._seconds, _SETTLE_SECONDS)
        for attempt in attempts:
            attempt.measure_first(*span)
        changing = [attempt for attempt in attempts if attempt.rates.second]
        for attempt in changing:
            attempt.change()
        span = _wait(self._seconds / 2 if changing else 0, _SETTLE_SECONDS / 2)
        for attempt in changing:
            attempt.measure_second(*span)

    def _again(self, failed: Attempt) -> Attempt:
        """Try once more what failed, alone: other load on this machine may have been in the way."""
        print(f"  {failed.place}, {_mbit(failed.rates.first)} Mbit/s is tried once more: {failed.problem}")
        with self._attempts([(failed.place, failed.rates)]) as attempts:
            self._paced(attempts)
            attempts[0].lift()
            return attempts[0]

    @contextmanager
    def _attempts(self, cells: Sequence[tuple[Place, Rates]]) -> Iterator[list[Attempt]]:
        with ExitStack() as receivers:
            yield [Attempt(self._probe, self._next(), place, rates, receivers.enter_context(Receiver(place)))
                   for place, rates in cells]

    def _without_flow(self, place: Place) -> float:
        number = self._next()
        with Receiver(place) as receiver:
            self._probe.ask("connect", number, place.address, receiver.port, _WRITE_BYTES, _NONE)
            start, end = _wait(_LIFTED_SECONDS, 0.1)
            self._probe.ask("end", number)
            return receiver.bits_per_second(start, end)

    def _next(self) -> int:
        self._number += 1
        return self._number


def _wait(seconds: float, settle: float) -> tuple[float, float]:
    """Wait, and return when the wait began and ended, without what it takes to settle."""
    time.sleep(settle)
    start = time.monotonic()
    time.sleep(seconds)
    return start, time.monotonic()


def _mbit(bits: float | None) -> str:
    return "" if bits is None else f"{bits / _MBIT:,.{0 if bits >= 1000 * _MBIT or bits % _MBIT == 0 else 2}f}"


def _got(got: float, asked: int) -> str:
    return _mbit(got) + (f" ({got / asked - 1:+.1%})" if got < 2 * asked else "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/pacing", description="Measures the rates of flows with a rate.")
    parser.add_argument("--quick", action="store_true", help="the newest JDK and the default congestion control alone, for a shorter time")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise all that are found")
    parser.add_argument("--backend", default="auto", metavar="NAME",
                        help="backend to judge; 'none' shows what a failing run looks like")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        class_path = Exploded(_OUTPUT / "application").core_path()
        classes = _OUTPUT / "classes"
        compile_java(jdks[0], _LANE / "src" / "PacingProbe.java", class_path, classes)
        with loopback() as all_places:
            places = all_places[:2] if options.quick else all_places
            for jdk in jdks:
                print(f"\n{jdk}")
                command = all_places[0].host.command(*unprivileged(), jdk.java, "-cp", f"{classes}:{class_path}",
                                                 "PacingProbe", options.backend)
                with dialogue(command, _OUTPUT / f"probe-{jdk.feature}.log") as probe:
                    pacing = Pacing(probe, 3.0 if options.quick else 6.0, report, jdk)
                    pacing.measure(places)
                    print()
                    pacing.measure_datagrams(all_places[:2])
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
