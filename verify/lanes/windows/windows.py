"""The windows lane: the product on a Windows JVM under Wine, with a stand-in for qwave.dll and with Wine's own."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import stand_in
from codes import codes
from contract import contract_tests, core_tests
from faults import close_error, errors
from functions import functions
from java import BUILD, stop_on_signals
from kinds import kinds
from lane import Lane
from marks import marks_on_the_wire
from missing import broken_dll, no_dll, wines_own_dll
from pending import pending, removal
from planted import planted_dlls
from questions import api_questions, stand_in_itself
from report import LaneError, Report, table
from server import accepted_connections
from sleep import sleep_and_resume
from socket_helper import SocketHelper
from stalls import hanging_add, hanging_application
from wine import Wine

_SOURCES = Path(__file__).resolve().parent
_OUTPUT = BUILD / "windows"


_PARTS: dict[str, tuple[str, Callable[[Lane], None]]] = {
    "stand-in": ("The stand-in itself", stand_in_itself),
    "contract": ("The contract of backends on the Windows JVM", contract_tests),
    "tests": ("Tests of the core on the Windows JVM", core_tests),
    "marks": ("The sample with the stand-in", marks_on_the_wire),
    "server": ("The connections of the sample's Tomcat", accepted_connections),
    "kinds": ("Every kind of socket", kinds),
    "functions": ("Every function of qWAVE", functions),
    "codes": ("Every documented error", codes),
    "errors": ("The sample with a stand-in that fails", errors),
    "sleep": ("The sample with a stand-in that loses its handles", sleep_and_resume),
    "close": ("A handle that does not close", close_error),
    "stalls": ("Sockets while the add hangs", hanging_add),
    "hanging": ("The sample while the add hangs", hanging_application),
    "pending": ("1,000 notifications at a time", pending),
    "removal": ("Removals that take their time", removal),
    "planted": ("DLLs in the wrong places", planted_dlls),
    "questions": ("The program that asks the real API", api_questions),
    "wine": ("The sample with Wine's own qwave.dll", wines_own_dll),
    "none": ("The sample without any qwave.dll", no_dll),
    "broken": ("A qwave.dll that is none", broken_dll),
}
_QUICK = ("stand-in", "contract", "marks")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/windows", description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="the stand-in, the contract of the backend and the marks alone")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone; repeatable")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    start = time.monotonic()
    report = Report()
    chosen = options.only or (_QUICK if options.quick else [name for name in _PARTS if name != "contract"])
    rows = [("what", "held", "failed", "seconds")]
    try:
        stand_in.build(_SOURCES / "native", _OUTPUT / "native")
        wine = Wine(_OUTPUT)
        with wine.serving(), SocketHelper() as helper:
            wine.prepare()
            shutil.copy(_OUTPUT / "native" / "service.exe", wine.system_folder / "qwave-service.exe")
            print(f"Wine and the stand-in are ready after {time.monotonic() - start:.0f} s")
            lane = Lane(wine, report, helper, _OUTPUT)
            for name in chosen:
                rows.append(_run(lane, *_PARTS[name]))
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    print("\n" + table(rows))
    print(f"\n{time.monotonic() - start:.0f} s under Wine, with a stand-in for the vendor's DLL: this is not Windows")
    return report.close()


def _run(lane: Lane, title: str, part: Callable[[Lane], None]) -> tuple[str, ...]:
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
