"""The part about beans that are processed ahead of time."""

from __future__ import annotations

import shutil
from pathlib import Path

from capture import Capture
from java import BUILD, ROOT, run, unprivileged
from jdks import Jdk
from marks import judge_end, judge_sample
from report import Expect, LaneError
from sample import Sample, started

_OUTPUT = BUILD / "aot"
_TREE = _OUTPUT / "tree"
_CONTROLLER = Path(__file__).resolve().parent / "src" / "ReportController.java"


def build(jdk: Jdk) -> Path:
    """Build the sample with beans processed ahead of time, and with a controller more. Returns its jar."""
    shutil.rmtree(_TREE, ignore_errors=True)
    _TREE.mkdir(parents=True)
    # A copy, so that other lanes go on with the ordinary jar; with what is built, so that only the sample is built.
    for name in ("pom.xml", "mvnw", "LICENSE"):
        shutil.copy2(ROOT / name, _TREE)
    for name in (".mvn", "docs", *(each.parent.name for each in ROOT.glob("*/pom.xml"))):
        shutil.copytree(ROOT / name, _TREE / name, symlinks=True,
                        ignore=shutil.ignore_patterns("surefire-reports", "oldest-spring-boot"))
    shutil.copy2(_CONTROLLER, _TREE / "sample-app" / "src" / "main" / "java" / "io" / "github" / "qos4j" / "sample")
    run(["env", f"JAVA_HOME={jdk.home}", str(_TREE / "mvnw"), "-q", "-f", str(_TREE / "pom.xml"), "-DskipTests", "-Paot",
         "-pl", "sample-app", "-am", "-Dmaven.compiler.useIncrementalCompilation=false", "package"], seconds=600)
    jars = list((_TREE / "sample-app" / "target").glob("sample-app-*.jar"))
    if len(jars) != 1:
        raise LaneError(f"Maven has built {jars}")
    return jars[0]


def judge(jdk: Jdk, jar: Path, expect: Expect) -> None:
    """Run what was processed."""
    command = [*unprivileged(), jdk.java, "-Dspring.aot.enabled=true", "-jar", str(jar)]
    with Capture() as capture, started(command, _OUTPUT / f"processed-{jdk.feature}.log") as sample:
        expect("it starts from what was generated", _is_processed(sample), "its log does not say so")
        judge_sample(sample, capture, expect, reports=True)
        judge_end(sample, expect)


def judge_later(jdk: Jdk, jar: Path, expect: Expect) -> None:
    """Run what was processed with properties that are set now alone."""
    command = [*unprivileged(), jdk.java, "-Dspring.aot.enabled=true", "-jar", str(jar)]
    with started(command, _OUTPUT / f"processed-off-{jdk.feature}.log", "--qos.enabled=false") as sample:
        answer = sample.call("GET", "/actuator/health")
        expect("with qos.enabled=false it starts", answer.status == 200, f"{answer}")
        native = sample.native_libraries()
        expect("and loads nothing native", not native, f"{native}")
    with started(command, _OUTPUT / f"processed-later-{jdk.feature}.log", "--qos.process.enabled=true") as sample:
        told = sample.log_text().count("Property 'qos.process.enabled' changes nothing")
        expect("a property that comes too late is told", told == 1, f"it is told {told} times")


def _is_processed(sample: Sample) -> bool:
    return "Starting AOT-processed SampleApplication" in sample.log_text()
