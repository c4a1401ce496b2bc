"""Writes what was measured into a document."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from java import run
from jdks import Jdk
from part import Findings

_NOTES = Path(__file__).resolve().parent / "notes.md"
_HEAD = """# Performance

Written by `verify/bench --update-document`: change nothing here. What each part measures and how is in
[verify/README.md](../verify/README.md#how-the-bench-lane-measures); with `--only` and its name it runs alone.

"""


def write(path: Path, jdks: Sequence[Jdk], found: Sequence[Findings]) -> None:
    """Replace a document by one about what was found."""
    lines = [_HEAD, _row(("machine", "")), "|---|---|\n", *map(_row, _machine(jdks))]
    section = title = None
    for each in found:
        if each.section != section:
            lines.append(f"\n## {each.section}\n")
        if (each.section, each.jdk) != (section, title):
            lines.append(f"\n### {each.jdk}\n")
        section, title = each.section, each.jdk
        head, *rows = each.rows
        lines += ["\n", _row(head), f"{'|---' * len(head)}|\n", *map(_row, rows), f"\n{' '.join(each.notes)}.\n"]
    if _NOTES.is_file():
        lines.append(f"\n## Notes\n{_NOTES.read_text()}")
    path.write_text("".join(lines))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _machine(jdks: Sequence[Jdk]) -> list[tuple[str, str]]:
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = int(re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)[1]) / 1e6
    return [("processor", f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores"),
            ("memory", f"{memory:.0f} GB"), ("kernel", f"Linux {platform.release()}"),
            *((str(jdk), run([jdk.java, "--version"]).splitlines()[1]) for jdk in jdks)]
