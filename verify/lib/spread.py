"""How sure a median is."""

from __future__ import annotations

from collections.abc import Sequence


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the interval that holds the median of what the values are a sample of, with 95 % certainty."""
    ordered = sorted(values)
    half = 0.98 * len(ordered) ** 0.5
    low = max(0, int(len(ordered) / 2 - half))
    return ordered[low], ordered[len(ordered) - 1 - low]
