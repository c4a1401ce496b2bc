"""What a lane found out, and how it says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

# Takes the name of a check, whether it held, and what was wrong if it did not. Returns whether it held.
Expect = Callable[[str, bool, str], bool]


class LaneError(Exception):
    """The lane cannot go on."""


class Report:
    """Counts checks. A lane without any check has failed: it proved nothing."""

    def __init__(self) -> None:
        self.passed = 0
        self.failures: list[str] = []
        self.skipped = 0

    def check(self, name: str, problem: str | None = None) -> bool:
        """Count one check, which failed if there is a problem."""
        if problem is None:
            self.passed += 1
        else:
            self.failures.append(f"{name}: {problem}")
        return problem is None

    def expect(self, name: str, condition: bool, problem: str) -> bool:
        """Count one check and print it at once."""
        held = self.check(name, None if condition else problem)
        print(f"  {'ok  ' if held else 'FAIL'} {name}{'' if held else ': ' + problem}")
        return held

    def about(self, subject: str) -> Expect:
        """Return what counts and prints checks of one subject, which their names begin with."""
        def expect(name: str, condition: bool, problem: str) -> bool:
            return self.expect(f"{subject}: {name}", condition, problem)

        return expect

    def skip(self, name: str, reason: str) -> None:
        """Leave something out that this machine cannot do. In CI that is a failure."""
        if os.environ.get("CI") == "true":
            self.expect(name, False, f"{reason}, which CI must have")
        else:
            self.skipped += 1
            print(f"  skip {name}: {reason}")

    def add(self, other: Report) -> None:
        """Count what another one has counted."""
        self.passed += other.passed
        self.failures += other.failures
        self.skipped += other.skipped

    def close(self) -> int:
        """Print the failures and the closing line, and return the exit code."""
        if self.failures:
            print("\nFailed:")
            for failure in self.failures:
                print(f"  {failure}")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"\n{self.passed} passed, {len(self.failures)} failed{skipped}")
        return 1 if self.failures or not self.passed else 0


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows, the first of which is the head, in columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
