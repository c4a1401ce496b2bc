"""The aot lane: what was prepared ahead of time marks as ever, and so does a container without privileges."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import container
import extracted
import lookups
import network
import processed
from java import stop_on_signals
from jdks import Jdk, chosen_jdks
from report import LaneError, Report

_PARTS = ("processed", "extracted", "container", "network", "lookups")


def _processed(jdks: list[Jdk], report: Report) -> None:
    jar = processed.build(jdks[-1])
    for jdk in jdks:
        print(f"\n{jdk}: beans processed ahead of time")
        processed.judge(jdk, jar, report.about(str(jdk)))
        processed.judge_later(jdk, jar, report.about(str(jdk)))


def _extracted(jdks: list[Jdk], report: Report) -> None:
    for jdk in jdks:
        print(f"\n{jdk}: extracted")
        extracted.judge(jdk, report.about(str(jdk)))


def _container(jdks: list[Jdk], report: Report) -> None:
    print(f"\n{jdks[-1]}: the container's manifest, its image's steps, and what these have made")
    container.judge(jdks[-1], report, report.about("container"))


def _network(_: list[Jdk], report: Report) -> None:
    print("\nBetween pods")
    network.judge(report.about("network"))


def _lookups(jdks: list[Jdk], report: Report) -> None:
    for jdk in jdks:
        print(f"\n{jdk}: what JNA looks up by JNI")
        lookups.judge(jdk, report.about(str(jdk)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/aot", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the newest JDK alone")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone; repeatable")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    parts = {"processed": _processed, "extracted": _extracted, "container": _container, "network": _network,
             "lookups": _lookups}
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        for name in options.only or _PARTS:
            try:
                parts[name](jdks, report)
            except LaneError as ex:
                report.expect(f"{name} can go on", False, str(ex))
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
