"""The sleep lane: flows survive sleep, on a Windows JVM under Wine, with a stand-in for qwave.dll that loses them."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import power
import stand_in
from dead import dead_system
from hundred import noticed_by_checks, told_by_windows
from java import BUILD, stop_on_signals
from killed import killed_on_linux, killed_on_windows
from machine import SleepLane
from program import compiled
from report import LaneError, Report, table
from socket_helper import SocketHelper
from thousand import many_sleeps
from wine import Wine

_WINDOWS = Path(__file__).resolve().parents[1] / "windows"
_OUTPUT = BUILD / "sleep"

_PARTS: dict[str, tuple[str, Callable[[SleepLane], None]]] = {
    "checks": ("A hundred flows, and nobody tells that there was a sleep", noticed_by_checks),
    "resume": ("A hundred flows, and Windows tells that it is back", told_by_windows),
    "dead": ("A system that opens and stays dead for a while, and a removal that is refused", dead_system),
    "thousand": ("Many sleeps in a row", many_sleeps),
    "killed": ("Killed on Windows", killed_on_windows),
    "linux": ("Killed on Linux", killed_on_linux),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/sleep", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sleeps, and a shorter death")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone; repeatable. " + "; ".join(
                            f"{name}: {title}" for name, (title, _) in _PARTS.items()))
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    # The helper answers while other threads of ours are busy. The product waits for it.
    sys.setswitchinterval(0.0005)
    start = time.monotonic()
    report = Report()
    rows = [("what", "held", "failed", "seconds")]
    try:
        stand_in.build(_WINDOWS / "native", _OUTPUT / "native")
        power_dll = power.build(_OUTPUT / "native")
        wine = Wine(_OUTPUT, BUILD / "windows")
        with wine.serving(), SocketHelper() as helper:
            wine.prepare()
            shutil.copy(power_dll, wine.system_folder / power_dll.name)
            lane = SleepLane(wine, report, helper, _OUTPUT, compiled(_OUTPUT), options.quick)
            wine.use(lane.stand_in_dll)
            print(f"Wine and the stand-ins are ready after {time.monotonic() - start:.0f} s")
            for name in options.only or _PARTS:
                rows.append(_run(lane, *_PARTS[name]))
            report.expect("the helper found every socket", not helper.problems, str(helper.problems))
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    print("\n" + table(rows))
    print(f"\n{time.monotonic() - start:.0f} s under Wine, with stand-ins for the vendor's DLLs: this is not Windows")
    return report.close()


def _run(lane: SleepLane, title: str, part: Callable[[SleepLane], None]) -> tuple[str, ...]:
    """Run a part, and return what came of it."""
    print(f"\n{title}")
    start, passed, failed = time.monotonic(), lane.report.passed, len(lane.report.failures)
    try:
        part(lane)
    except LaneError as ex:
        lane.expect(f"{title}: can go on", False, ex)
    return (title, str(lane.report.passed - passed), str(len(lane.report.failures) - failed),
            f"{time.monotonic() - start:.0f}")


if __name__ == "__main__":
    sys.exit(main())
