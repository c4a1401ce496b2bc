"""Tests of the core on the Windows JVM, those of the backend with the stand-in among them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from java import ROOT
from lane import Lane
from report import LaneError
from wine import java_options, windows_path

_CONTRACT = "io.github.qos4j.internal.qwave.QwaveBackendTests"


def contract_tests(lane: Lane) -> None:
    """Run the tests of the backend alone."""
    _run(lane, "--select-class", _CONTRACT)


def core_tests(lane: Lane) -> None:
    """Run the tests of the core, since all of it has to work there."""
    # Two of them are long and have nothing of Windows: they use fakes.
    _run(lane, "--select-package", "io.github.qos4j", "--exclude-classname", r".*\.(FaultMatrix|ThreadedWalk)Tests")


def _run(lane: Lane, *selection: str) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("tests")
    reports = lane.output / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    class_path = ";".join(map(windows_path, _class_path(lane.output)))
    done = lane.wine.run(lane.wine.java, *java_options(), "-Dqos4j.test.stand-in=true", "-cp", class_path,
                         "org.junit.platform.console.ConsoleLauncher", "execute", *selection, "--details", "tree",
                         "--disable-banner", "--disable-ansi-colors", "--reports-dir", windows_path(reports),
                         seconds=420, environment=lane.wine.environment("n", **variables), cwd=ROOT / "qos-core")
    lane.log("tests").write_text(done.output)
    for line in done.output.splitlines():
        if line.startswith("Of "):
            print(f"       {line}")
    tests = _Tests(reports)
    problem = f"exit code {done.code}; {'; '.join(tests.failed)}; see {lane.log('tests')}"
    lane.expect(f"{len(tests.passed)} tests pass and {len(tests.failed)} fail",
                done.code == 0 and bool(tests.passed) and not tests.failed, problem)
    for reason, count in tests.left_out.items():
        print(f"       {count} left out: {reason}")
    contract = [name for name in tests.passed if name.startswith(f"{_CONTRACT}.")]
    lane.expect(f"the contract of backends holds for qwave.dll, in {len(contract)} tests",
                len(contract) > 10 and not any(name.startswith(_CONTRACT) for name in tests.failed), problem)
    summary = stand_in.summary()
    print(f"       {summary}")
    lane.expect("the tests leave nothing behind and misuse nothing", summary.problem() is None and summary.created > 0,
                summary.problem() or "no handle was created")


class _Tests:
    """What the reports say."""

    def __init__(self, reports: Path) -> None:
        self.passed: list[str] = []
        self.failed: list[str] = []
        self.left_out: Counter[str] = Counter()
        for report in reports.glob("TEST-*.xml"):
            for test in ElementTree.parse(report).iter("testcase"):
                name = f"{test.get('classname')}.{test.get('name')}"
                failure = next((child for child in test if child.tag in ("failure", "error")), None)
                skipped = test.find("skipped")
                if failure is not None:
                    self.failed.append(f"{name}: {failure.get('message')}")
                elif skipped is not None:
                    self.left_out[(skipped.text or "").strip().splitlines()[0]] += 1
                else:
                    self.passed.append(name)


def _class_path(output: Path) -> list[Path]:
    """Return the tests' class path, with JUnit's launcher in place of its engine."""
    core = ROOT / "qos-core" / "target"
    file = output / "class-path"
    _maven("-pl", "qos-core", "dependency:build-classpath", f"-Dmdep.outputFile={file}", "-Dmdep.includeScope=test")
    jars = [Path(name) for name in file.read_text().strip().split(":")]
    version = next(match[1] for jar in jars if (match := re.match(r"junit-platform-engine-(.+)\.jar", jar.name)))
    launcher = output / f"junit-platform-console-standalone-{version}.jar"
    if not launcher.is_file():
        _maven("-N", "dependency:copy", f"-DoutputDirectory={output}",
               f"-Dartifact=org.junit.platform:junit-platform-console-standalone:{version}")
    others = [jar for jar in jars if not jar.name.startswith(("junit-", "opentest4j-", "apiguardian-"))]
    return [launcher, core / "classes", core / "test-classes", *others]


def _maven(*arguments: str) -> None:
    done = subprocess.run(["./mvnw", "-q", "-B", *arguments], cwd=ROOT, check=False, capture_output=True, text=True,
                          timeout=180)
    if done.returncode:
        raise LaneError(f"./mvnw {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
