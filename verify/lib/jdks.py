"""Finds the JDKs of this machine."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from report import LaneError, Report

# The oldest release that the product supports, and the one whose rules about native access are the newest.
OLDEST = 17
NEWEST = 25

_PLACES = ("JAVA17_HOME", "JAVA25_HOME", "JAVA_HOME")
_INSTALLED = Path("/usr/lib/jvm")


@dataclass(frozen=True)
class Jdk:
    """A JDK of this machine."""

    home: Path
    version: str

    @property
    def feature(self) -> int:
        """The release, 17 for example."""
        return int(re.match(r"\d+", self.version)[0])

    @property
    def java(self) -> str:
        return str(self.home / "bin" / "java")

    @property
    def javac(self) -> str:
        return str(self.home / "bin" / "javac")

    @property
    def keytool(self) -> str:
        return str(self.home / "bin" / "keytool")

    def __str__(self) -> str:
        return f"JDK {self.version}"


def jdk_at(home: Path) -> Jdk | None:
    """Return the JDK in a folder, or None if there is no complete one."""
    return runtime_at(home) if os.access(home / "bin" / "javac", os.X_OK) else None


def runtime_at(home: Path) -> Jdk | None:
    """Return what runs Java in a folder, be it a whole JDK or not, or None if nothing does."""
    release = home / "release"
    if not (release.is_file() and os.access(home / "bin" / "java", os.X_OK)):
        return None
    version = re.search(r'^JAVA_VERSION="(\d[^"]*)"', release.read_text(), re.MULTILINE)
    return Jdk(home.resolve(), version[1]) if version else None


def find_jdks() -> list[Jdk]:
    """Return one JDK of each release from the oldest supported one on: a named one before an installed one."""
    homes = [Path(os.environ[place]) for place in _PLACES if os.environ.get(place)]
    if _INSTALLED.is_dir():
        homes += sorted(_INSTALLED.iterdir())
    found: dict[int, Jdk] = {}
    for jdk in filter(None, map(jdk_at, homes)):
        if jdk.feature >= OLDEST:
            found.setdefault(jdk.feature, jdk)
    return [found[feature] for feature in sorted(found)]


def _missing(jdks: list[Jdk]) -> list[str]:
    """Return which of the releases that matter are not among these."""
    features = {jdk.feature for jdk in jdks}
    return ([] if OLDEST in features else [f"JDK {OLDEST}"]) + (
        [] if any(feature >= NEWEST for feature in features) else [f"JDK {NEWEST} or later"])


def chosen_jdks(homes: list[Path] | None, quick: bool, report: Report) -> list[Jdk]:
    """Return the JDKs to run with: those in the given folders, or all that are found, or the newest for a quick run.

    A release that matters and is not found counts as skipped.
    """
    if homes:
        named = {home: jdk_at(home) for home in homes}
        for home, jdk in named.items():
            if jdk is None:
                raise LaneError(f"no JDK in {home}")
        return [jdk for jdk in named.values() if jdk]
    found = find_jdks()
    if not found:
        raise LaneError("no JDK found")
    if quick:
        return found[-1:]
    for absent in _missing(found):
        report.skip(absent, "not found")
    return found


if __name__ == "__main__":
    # For shell scripts: one line per JDK.
    for each in find_jdks():
        print(each.feature, each.home)
