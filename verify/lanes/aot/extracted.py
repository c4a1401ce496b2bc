"""The part about an extracted application, and what a start has left for the next one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from capture import Capture
from java import BUILD, run, run_logged, sample_jar, unprivileged
from jdks import Jdk
from marks import judge_end, judge_sample
from report import Expect, LaneError
from sample import started

_OUTPUT = BUILD / "aot"

# The first release with a cache instead of an archive.
_FIRST_WITH_CACHE = 25

# Options at the start to learn from, and afterwards. With "on" a cache that cannot be used ends the JVM.
_CACHE = (["-XX:AOTCacheOutput=application.aot"], ["-XX:AOTCache=application.aot", "-XX:AOTMode=on"])
_ARCHIVE = (["-XX:ArchiveClassesAtExit=application.jsa"], ["-XX:SharedArchiveFile=application.jsa", "-Xshare:on"])


def judge(jdk: Jdk, expect: Expect) -> None:
    """Extract the sample, have it learn, and run it with what it has learned."""
    folder = _OUTPUT / f"extracted-{jdk.feature}"
    shutil.rmtree(folder, ignore_errors=True)
    run([jdk.java, "-Djarmode=tools", "-jar", str(sample_jar()), "extract", "--destination", str(folder)])
    # It has the name that it has everywhere.
    next(folder.glob("*.jar")).rename(folder / "application.jar")
    cached = jdk.feature >= _FIRST_WITH_CACHE
    learn, use = _CACHE if cached else _ARCHIVE
    what = "an AOT cache" if cached else "a CDS archive"
    _learn(jdk, folder, *learn)
    loaded = folder / "loaded.txt"
    command = [*unprivileged(), jdk.java, *use, f"-Xlog:class+load:file={loaded}", "-jar", "application.jar"]
    with Capture() as capture, started(command, _OUTPUT / f"extracted-{jdk.feature}.log", cwd=folder) as sample:
        judge_sample(sample, capture, expect)
        judge_end(sample, expect)
    ours = re.findall(r"^\S*\s*io\.github\.qos4j\.\S+ source: (.+)$", loaded.read_text(), re.MULTILINE)
    shared = sum("shared objects file" in source for source in ours)
    expect(f"{shared} of {len(ours)} classes of ours come from {what}", shared > len(ours) / 2 > 50,
           "that is less than half")
    if cached:
        _judge_flag(jdk, folder, expect)


def _judge_flag(jdk: Jdk, folder: Path, expect: Expect) -> None:
    """Use the cache with an option that was not there when it was made, and make one with that option."""
    flag = "--enable-native-access=ALL-UNNAMED"
    learn, use = _CACHE
    code, text = _refreshed(jdk, folder, *use, flag)
    expect("a cache that was made without the flag is refused with it", code != 0 and "Unable to use AOT cache" in text,
           f"exit code {code}: {text[-2000:]}")
    _learn(jdk, folder, *learn, flag)
    code, text = _refreshed(jdk, folder, *use, flag)
    expect("one that was made with it is not", code == 0, f"exit code {code}: {text[-2000:]}")


def _learn(jdk: Jdk, folder: Path, *options: str) -> None:
    code, text = _refreshed(jdk, folder, *options)
    if code:
        raise LaneError(f"exit code {code} with {' '.join(options)}: {text[-2000:]}")


def _refreshed(jdk: Jdk, folder: Path, *options: str) -> tuple[int, str]:
    """Start the application and have it end at once. Returns its exit code and what it printed."""
    command = [jdk.java, *options, "-Dspring.context.exit=onRefresh", "-jar", "application.jar", "--server.port=0"]
    return run_logged(command, _OUTPUT / f"refreshed-{jdk.feature}.log", 120, cwd=folder)
