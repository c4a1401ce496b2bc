"""What the parts of this lane have in common: how programs are run, and how what they measured is judged and shown."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from java import run
from jdks import Jdk
from report import Report, table
from spread import Median

NOTE = "Medians of the rounds, and of their ratios with the interval of 95 %. 'noise' compares two that are alike"


# By how much few rounds must differ to count.
_CLEAR = 0.05


@dataclass(frozen=True)
class Findings:
    """What a part found out with a JDK, as it is shown: rows, the first of which is the head, and notes."""

    section: str
    jdk: Jdk
    rows: list[Sequence[str]]
    notes: Sequence[str]


@dataclass(frozen=True)
class Bench:
    """What parts need."""

    jdk: Jdk
    class_path: str
    output: Path
    quick: bool
    report: Report
    title: str
    found: list[Findings] = field(default_factory=list)

    def lines(self, program: str, *arguments: object, before: str = "", flags: Sequence[str] = ()) -> list[list[str]]:
        """Run a program and return its lines, split at semicolons.

        What is to come before the class path ends in a colon.
        """
        output = run([self.jdk.java, "--enable-native-access=ALL-UNNAMED", "-Xmx1g", *flags, "-cp",
                      before + self.class_path, f"io.github.qos4j.{program}", *map(str, arguments)], seconds=600)
        return [line.split(";") for line in output.splitlines()]

    def rounds(self, program: str, rounds: int, warm_up: int, *arguments: object, before: str = "",
               flags: Sequence[str] = ()) -> dict[str, list[list[float]]]:
        """Run a program that measures in rounds; return the figures of each turn by what it is about."""
        return turns(self.lines(f"bench.{program}", rounds, warm_up, new_seed(), *arguments, before=before,
                                flags=flags))

    def show(self, rows: list[Sequence[str]], *notes: str) -> None:
        """Print a table, and keep it for the document."""
        print(table(rows))
        print("\n".join(notes))
        self.found.append(Findings(self.title, self.jdk, rows, notes))

    def at_most(self, name: str, value: Median, limit: float, unit: str = "x") -> None:
        """Check what was measured: it is missed if the whole interval is beyond the limit."""
        self._check(f"{name} at most {limit} {unit}", value.low <= limit, value, unit)

    def at_least(self, name: str, value: Median, limit: float, unit: str = "x") -> None:
        """Check what was measured as above."""
        self._check(f"{name} at least {limit} {unit}", value.high >= limit, value, unit)

    def alike(self, name: str, ratio: Median, noise: Median) -> None:
        """Check that a ratio is not told apart from 1, or from that of two that are alike."""
        good = (ratio.low <= 1 <= ratio.high or (ratio.low <= noise.high and noise.low <= ratio.high)
                or self.quick and abs(ratio.median - 1) < _CLEAR)
        self._check(f"{name} are not told apart", good, ratio, "x")

    def _check(self, name: str, good: bool, value: Median, unit: str) -> None:
        self.report.check(f"{self.title}: {name} ({self.jdk})", None if good else f"{value} {unit}")


def new_seed() -> int:
    """Return a seed for a program that measures in rounds, and print it."""
    seed = random.randrange(1 << 31)
    print(f"seed {seed}")
    return seed


def turns(lines: Iterable[Sequence[str]]) -> dict[str, list[list[float]]]:
    """Return the figures of each turn by what it is about, from the lines of a program that measures in rounds."""
    measured: dict[str, list[list[float]]] = {}
    for name, *figures in lines:
        measured.setdefault(name, []).append(list(map(float, figures)))
    return {name: [list(turn) for turn in zip(*figures)] for name, figures in measured.items()}


def difference_of(values: Sequence[float], base: Sequence[float]) -> Median:
    """Tell how much more was measured in each round than in the base of that round."""
    return Median.of([value - other for value, other in zip(values, base)])


def middle(values: Sequence[float], places: int = 2) -> str:
    """Show the median."""
    return f"{statistics.median(values):,.{places}f}"
