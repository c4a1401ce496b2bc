"""The jcstress lane: operations on a handle race, and whatever comes first, nothing is left behind or ended twice."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

from java import BUILD, Exploded, run, stop_on_signals
from jdks import Jdk, find_jdks, jdk_at
from report import LaneError, Report

_SOURCES = Path(__file__).resolve().parent / "src"
_OUTPUT = BUILD / "jcstress"
_LIBRARIES = _OUTPUT / "lib"
_CLASSES = _OUTPUT / "classes"

_PROCESSOR = "org.openjdk.jcstress.infra.processors.JCStressTestProcessor"

# Of each race: how many iterations, and how long one takes in milliseconds.
_FULL = (4, 1000)
_QUICK = (1, 300)

_TEST = re.compile(r"^\.* \[(\w[\w ]*)\] (\S+)$")
_OUTCOME = re.compile(r"^ +(\S.*?) {2,}([\d,]+) +[\d.<]+% +(Acceptable|Interesting|Forbidden)  +(.+)$")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/jcstress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the samples")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", metavar="HOME", type=Path, help="the JDK to run with; otherwise the oldest found")
    return parser.parse_args()


def _jdk(home: Path | None) -> Jdk:
    jdk = jdk_at(home) if home else next(iter(find_jdks()), None)
    if jdk is None:
        raise LaneError(f"no JDK in {home}")
    return jdk


def _compile(jdk: Jdk, class_path: str) -> None:
    """Compile the races. The annotation processor of jcstress writes what runs them."""
    shutil.rmtree(_CLASSES, ignore_errors=True)
    _CLASSES.mkdir(parents=True)
    run([jdk.javac, "--release", "17", "-Xlint:all,-processing", "-processor", _PROCESSOR, "-cp", class_path,
         "-d", str(_CLASSES), *map(str, sorted(_SOURCES.rglob("*.java")))])


def _race(jdk: Jdk, class_path: str, iterations: int, milliseconds: int) -> str:
    """Run all races and return what jcstress printed, which ends with an exception if one has failed."""
    command = [jdk.java, "-cp", f"{_CLASSES}:{class_path}", "org.openjdk.jcstress.Main", "-v", "-f", "1", "-sc",
               "false", "-jvmArgs", "-Xmx1g", "-iters", str(iterations), "-time", str(milliseconds), "-r",
               str(_OUTPUT / "report")]
    # It leaves its raw results in the working directory.
    return run(["sh", "-c", 'cd "$0" && { "$@" 2>&1 || true; }', str(_OUTPUT), *command], seconds=500)


def _judge(output: str, report: Report) -> None:
    """Count a check for each race, and one for each outcome that may be: one never seen means that nothing raced."""
    summary = output.partition("RUN RESULTS:")[2]
    if not summary:
        raise LaneError("jcstress has not come to its end:\n" + "\n".join(output.splitlines()[-40:]))
    seen: set[str] = set()
    test = ""
    for line in summary.splitlines():
        if match := _TEST.match(line):
            result, test = match.group(1), match.group(2).rpartition(".")[2]
            seen.add(test)
            print()
            report.expect(f"{test}: ends as it may", result == "OK", f"jcstress says {result}")
        elif match := _OUTCOME.match(line):
            outcome, samples, expected, description = match.groups()
            name = f"{test}: {outcome}: {description}"
            if expected == "Forbidden":
                report.expect(name, samples == "0", f"{samples} samples")
            else:
                report.expect(f"{name}, {samples} samples", samples != "0", "it never happened, so nothing raced")
    expected_tests = {source.stem for source in _SOURCES.rglob("*Against*.java")}
    report.expect("every race has run", seen == expected_tests, f"{sorted(expected_tests ^ seen)}")


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdk = _jdk(options.jdk)
        class_path = ":".join([Exploded(_OUTPUT / "application").core_path(),
                               *map(str, sorted(_LIBRARIES.glob("*.jar")))])
        _compile(jdk, class_path)
        print(f"{jdk}")
        output = _race(jdk, class_path, *(_QUICK if options.quick else _FULL))
        (_OUTPUT / "jcstress.log").write_text(output)
        _judge(output, report)
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
