"""Draws delays as a picture that needs nothing but a browser."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import delay
from delay import Delays, Series, spelled
from voice import RATE, percentile

_WIDTH, _HEIGHT = 820, 500

# The diagram within the picture.
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 796, 74, 320

# The axis of delays, in powers of ten of a millisecond.
_FIRST_DECADE, _LAST_DECADE = -2, 3
_DECADES = {-2: "0.01 ms", -1: "0.1 ms", 0: "1 ms", 1: "10 ms", 2: "100 ms", 3: "1 s"}

# More points of a curve than this cannot be told apart.
_POINTS = 250

_TABLE = (_LEFT + 26, 420, 500, 590, 690, 790)

_STYLE = """
    svg { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px; }
    .paper { fill: #ffffff; } text { fill: #1f2328; } .faint { fill: #59636e; }
    .title { font-size: 17px; font-weight: 600; } .number { text-anchor: end; } .middle { text-anchor: middle; }
    .grid { stroke: #d1d9e0; fill: none; } .fine { stroke-opacity: 0.45; } .curve { fill: none; stroke-width: 2.5; }
    .idle { stroke: #59636e; stroke-dasharray: 2 4; } .unmarked { stroke: #bc4c00; } .marked { stroke: #0969da; }
    circle.unmarked { fill: #bc4c00; } circle.marked { fill: #0969da; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; } text { fill: #f0f6fc; } .faint { fill: #9198a1; } .grid { stroke: #3d444d; }
      .idle { stroke: #9198a1; } .unmarked { stroke: #f0883e; } .marked { stroke: #58a6ff; }
      circle.unmarked { fill: #f0883e; } circle.marked { fill: #58a6ff; }
    }
"""


def draw(delays: Delays, file: Path) -> None:
    """Write the picture."""
    title = f"Delay of voice on a link of {delay.MEGABITS} Mbit/s that {delay.STREAMS} TCP streams fill"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"  <style>{_STYLE}  </style>",
        f'  <rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>',
        _text(_LEFT, 32, title, "title"),
        _text(_LEFT, 54, f"Unmarked, and as a flow of VOICE (DSCP {delay.VOICE}), which the link serves first; {RATE} "
                         f"datagrams a second; Linux {_kernel()}", "faint"),
        *_axes(),
        *_curves(delays),
        *_table(delays),
        "</svg>",
    ]
    file.write_text("\n".join(lines) + "\n")


def _kernel() -> str:
    return ".".join(platform.release().split(".")[:2])


def _x(milliseconds: float) -> float:
    decades = math.log10(max(milliseconds, 10**_FIRST_DECADE)) - _FIRST_DECADE
    return _LEFT + min(decades / (_LAST_DECADE - _FIRST_DECADE), 1) * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'  <text x="{x:.1f}" y="{y:.1f}" class="{style}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'  <path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" class="{style}"/>'


def _axes() -> Iterator[str]:
    for decade, label in _DECADES.items():
        x = _x(10**decade)
        yield _line(x, _TOP, x, _BOTTOM, "grid")
        yield _text(x, _BOTTOM + 18, label, "faint middle")
        if decade < _LAST_DECADE:
            for step in range(2, 10):
                yield _line(_x(step * 10**decade), _TOP, _x(step * 10**decade), _BOTTOM, "grid fine")
    for percent in range(0, 101, 25):
        yield _line(_LEFT, _y(percent / 100), _RIGHT, _y(percent / 100), "grid")
        yield _text(_LEFT - 8, _y(percent / 100) + 4, f"{percent} %", "faint number")
    yield _text((_LEFT + _RIGHT) / 2, _BOTTOM + 38, "one-way delay (logarithmic)", "middle")
    middle = (_TOP + _BOTTOM) / 2
    yield (f'  <text x="16" y="{middle:.1f}" class="middle" transform="rotate(-90 16 {middle:.1f})">'
           "arrived within this time</text>")


def _curves(delays: Delays) -> Iterator[str]:
    for series, style in ((delays.unmarked, "unmarked"), (delays.marked, "marked"), (delays.idle, "idle")):
        yield f'  <path d="{_curve(series)}" class="curve {style}"/>'
    for series, style, side in ((delays.unmarked, "unmarked", -1), (delays.marked, "marked", 1)):
        if series.delays:
            p99 = percentile(series.delays, 0.99)
            yield f'  <circle cx="{_x(p99):.1f}" cy="{_y(0.99):.1f}" r="4.5" class="{style}"/>'
            yield _text(_x(p99) + side * 12, _y(0.99) + 18, f"p99 {spelled(p99)} ms", "number" if side < 0 else "")


def _curve(series: Series) -> str:
    """Return the path of the share that has arrived, which rises with each datagram. What was lost never arrives."""
    points = [(_x(series.delays[0] if series.delays else 10**_FIRST_DECADE), _y(0))]
    step = max(len(series.delays) // _POINTS, 1)
    for number in (*range(0, len(series.delays), step), len(series.delays) - 1):
        points.append((_x(series.delays[number]), _y((number + 1) / series.sent)))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _table(delays: Delays) -> Iterator[str]:
    """The legend, and what the curves say in figures."""
    y = _BOTTOM + 72
    for number, (x, title) in enumerate(zip(_TABLE, delay.HEAD)):
        yield _text(x, y, title, "faint" if number == 0 else "faint number")
    yield _line(_LEFT, y + 8, _RIGHT, y + 8, "grid")
    rows = ((delays.idle, "idle"), (delays.unmarked, "unmarked"), (delays.marked, "marked"))
    for place, (series, style) in enumerate(rows, 1):
        yield _line(_LEFT, y + 24 * place, _LEFT + 20, y + 24 * place, f"curve {style}")
        for number, (x, cell) in enumerate(zip(_TABLE, series.row())):
            yield _text(x, y + 24 * place + 4, cell, "" if number == 0 else "number")
