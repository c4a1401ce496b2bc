"""The servers lane: web servers marked by properties, judged by captured packets."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from application import Applications, LostPackets
from cases import PARTS, Case, Cell, Part, Row
from java import stop_on_signals
from jdks import chosen_jdks
from report import LaneError, Report, table

# Applications that start and are judged at a time: one computes while another waits.
_AT_A_TIME = 2


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/servers", description="Proves the marks of web servers.")
    parser.add_argument("--quick", action="store_true", help="one JDK and fewer cells")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--only", action="append", choices=tuple(PARTS), metavar="PART",
                        help=f"this part alone, repeatable: {', '.join(PARTS)}")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--backend", default="auto", metavar="NAME",
                        help="backend to judge; 'none' shows what a failing run looks like")
    return parser.parse_args()


class _Judge:
    """Runs cases, several at a time, and prints what was found in their order."""

    def __init__(self, applications: Applications, report: Report) -> None:
        self._applications = applications
        self._report = report

    def part(self, name: str, part: Part, cases: Iterable[Case]) -> None:
        """Run the cases of a part, count their cells and print them as a table."""
        lines: dict[tuple[str, ...], dict[str, Cell]] = {}
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            for rows in pool.map(self._rows, cases):
                for row in rows:
                    lines.setdefault(row.label, {}).update((cell.column, cell) for cell in row.cells)
        for label, cells in lines.items():
            for cell in cells.values():
                self._report.check(f"{name}: {', '.join(label)}: {cell.column}", cell.problem)
        columns = list(dict.fromkeys(column for cells in lines.values() for column in cells))
        print(f"\n{part.title}; ! marks what is wrong\n")
        print(table([[*part.label, *columns], *([*_padded(label, part), *(str(cells.get(column, "-")) for column in columns)]
                                                for label, cells in lines.items())]))

    def _rows(self, case: Case) -> list[Row]:
        """Return what was seen, or what prevented seeing it."""
        try:
            try:
                return self._judged(case)
            except LostPackets:
                return self._judged(case)
        except (OSError, LaneError) as ex:
            return [Row((case.server.name, str(case.jdk.feature), case.name),
                        [Cell("it can be judged", "no", "yes", details=f"{type(ex).__name__}: {ex}")])]

    def _judged(self, case: Case) -> list[Row]:
        log = re.sub(r"\W+", "-", f"{case.server.name} {case.jdk.feature} {case.name}").lower()
        with self._applications.started(case.server, case.jdk, log, case.tls, *case.arguments) as application:
            return list(case.judge(application))


def _padded(label: tuple[str, ...], part: Part) -> list[str]:
    """Fill the label of a row that was not to be judged."""
    return [*label, *[""] * (len(part.label) - len(label))]


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        print(" and ".join(map(str, jdks)))
        judge = _Judge(Applications(jdks[0], options.backend), report)
        for name in options.only or PARTS:
            judge.part(name, PARTS[name], PARTS[name].cases(jdks, options.quick))
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
