"""The part about an extracted application, and what a start has left for the next one."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from capture import Capture
from java import BUILD, run, sample_jar, unprivileged
from jdks import Jdk
from marks import Expect, judge_end, judge_sample
from report import LaneError
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
    learn, use = _CACHE if jdk.feature >= _FIRST_WITH_CACHE else _ARCHIVE
    what = "an AOT cache" if learn is _CACHE[0] else "a CDS archive"
    _in(folder, [jdk.java, *learn, "-Dspring.context.exit=onRefresh", "-jar", "application.jar", "--server.port=0"])
    loaded = folder / "loaded.txt"
    command = [*unprivileged(), jdk.java, *use, f"-Xlog:class+load:file={loaded}", "-jar", "application.jar"]
    with Capture() as capture, started(command, _OUTPUT / f"extracted-{jdk.feature}.log", cwd=folder) as sample:
        judge_sample(sample, capture, expect)
        judge_end(sample, expect)
    ours = re.findall(r"^\S*\s*io\.github\.qos4j\.\S+ source: (.+)$", loaded.read_text(), re.MULTILINE)
    shared = sum("shared objects file" in source for source in ours)
    expect(f"{shared} of {len(ours)} classes of ours come from {what}", shared > len(ours) / 2 > 50,
           "that is less than half")
    if learn is _CACHE[0]:
        _judge_flag(jdk, folder, use, expect)


def _judge_flag(jdk: Jdk, folder: Path, use: list[str], expect: Expect) -> None:
    """Use the cache with an option that was not there when it was made, and make one with that option."""
    flag = "--enable-native-access=ALL-UNNAMED"
    end = ["-Dspring.context.exit=onRefresh", "-jar", "application.jar", "--server.port=0"]
    try:
        _in(folder, [jdk.java, *use, flag, *end])
        expect("a cache that was made without the flag is refused with it", False, "it was used")
    except LaneError as ex:
        expect("a cache that was made without the flag is refused with it", "Unable to use AOT cache" in str(ex), str(ex))
    _in(folder, [jdk.java, "-XX:AOTCacheOutput=application.aot", flag, *end])
    try:
        _in(folder, [jdk.java, *use, flag, *end])
        expect("one that was made with it is not", True, "")
    except LaneError as ex:
        expect("one that was made with it is not", False, str(ex))


def _in(folder: Path, command: list[str]) -> str:
    # The JVM has its errors on the standard output, and only the other one is in ours.
    return run(["env", "-C", str(folder), "sh", "-c", 'exec "$@" 1>&2', "java", *command])
