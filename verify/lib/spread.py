"""How sure a measured value is."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Median:
    """The median of what rounds measured, and the interval that holds it with 95 % certainty."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Median:
        """Tell the median of one value of each round."""
        ordered = sorted(values)
        half = 0.98 * len(ordered) ** 0.5
        low = max(0, int(len(ordered) / 2 - half))
        return cls(statistics.median(ordered), ordered[low], ordered[len(ordered) - 1 - low])

    def is_at_least(self, limit: float, quick: bool) -> bool:
        """Judge the median, or after few rounds the end of the interval: these tell only what is clearly too little."""
        return (self.high if quick else self.median) >= limit

    def is_at_most(self, limit: float, quick: bool) -> bool:
        """Judge the median, or after few rounds the beginning of the interval."""
        return (self.low if quick else self.median) <= limit

    def __str__(self) -> str:
        return self.shown(3)

    def shown(self, places: int) -> str:
        """Return it with so many decimal places."""
        return f"{self.median:.{places}f} ({self.low:.{places}f} to {self.high:.{places}f})"


def ratio_of(values: Sequence[float], base: Sequence[float]) -> Median:
    """Compare what was measured in each round with the base of that round."""
    return Median.of([value / other for value, other in zip(values, base)])
