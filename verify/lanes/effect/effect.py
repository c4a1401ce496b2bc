"""The effect lane: what marks gain on a link that is full, and that they never cost anything."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

import bands
import delay
import picture
from java import BUILD, Exploded, compile_java, stop_on_signals
from jdks import chosen_jdks
from link import link
from report import LaneError, Report
from voice import Sender, has_real_time

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "effect"
_PICTURE = BUILD / "effect.svg"
_DOCUMENTED = _LANE.parents[2] / "docs" / "effect.svg"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/effect", description="Measures what marks gain on a full link.")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone, repeatable")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", metavar="HOME", type=Path, help="the JDK to send with; otherwise the newest")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="of what is left to chance")
    parser.add_argument("--update-picture", action="store_true", help="replace docs/effect.svg, if all passes")
    parser.add_argument("--backend", default="auto", metavar="NAME",
                        help="backend to judge; 'none' shows what a failing run looks like")
    return parser.parse_args()


def obstacle() -> str | None:
    """Return why this user cannot build such a link here, or None."""
    try:
        for queues in (delay.QUEUES, bands.QUEUES):
            with link(1, queues):
                pass
        return None
    except LaneError as ex:
        return str(ex)


def _delay(sender: Sender, options: argparse.Namespace, report: Report) -> None:
    delays = delay.measure(sender, options.quick, report)
    picture.draw(delays, _PICTURE)
    print(f"  drawn in {_PICTURE}")
    if options.update_picture and not report.failures:
        shutil.copyfile(_PICTURE, _DOCUMENTED)


def _bands(sender: Sender, options: argparse.Namespace, report: Report) -> None:
    bands.measure(sender, options.quick, report)


PARTS = {"delay": _delay, "bands": _bands}


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdk = chosen_jdks([options.jdk] if options.jdk else None, True, report)[0]
        application = Exploded(_OUTPUT / "application")
        classes = _OUTPUT / "classes"
        compile_java(jdk, _LANE / "src" / "VoiceSender.java", application.core_path(), classes)
        sender = Sender(jdk, f"{classes}:{application.core_path()}", options.backend, options.seed)
        if not has_real_time():
            print("Without real-time priority, which this user may not have: other load on this machine shows")
        for part in options.only or PARTS:
            PARTS[part](sender, options, report)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
