"""The part about starting an application."""

from __future__ import annotations

import os
import random
import re
import shutil
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from java import BUILD, ROOT, Exploded, run, running, unprivileged
from part import Bench, difference_of, middle
from report import LaneError
from sample import Sample, free_port
from spread import Median, ratio_of

_OUTPUT = BUILD / "bench" / "start"
_LANE = Path(__file__).resolve().parent / "application"
_MOST = 1.03
_MOST_MEMORY = 10
_SHARE_AIM = 1
_SHOWN = 6
_AOT = 25
_SECONDS = 120.0
_FIGURES = {"processor": "processor time", "started": "started", "healthy": "first healthy answer"}


@dataclass(frozen=True)
class Start:
    """What a start took: seconds, megabytes, and the main thread's milliseconds for each bean of ours and in all.

    Milliseconds are those by the clock and those of processor time.
    """

    processor: float
    started: float
    healthy: float
    memory: float
    main: tuple[float, float]
    beans: dict[str, tuple[float, float]]

    def shares(self) -> tuple[float, ...]:
        """Return what our beans take of the main thread's times, in percent."""
        return tuple(100 * sum(each[clock] for each in self.beans.values()) / self.main[clock] for clock in (0, 1))


def start(bench: Bench) -> None:
    """Compare an application with the starter with the same without. Few rounds tell too little to judge."""
    class_paths = _build(bench)
    rows = [("", "", "without", "with the starter", "with / without", "at most", "noise")]
    beans = [("", "our beans", "time", "processor time", "aim")]
    for name, flags in _ways(bench, class_paths):
        without, again, ours = _measure(bench, name, flags, class_paths)
        for figure in ("processor", "started", "healthy"):
            base, twice, more = (_values(starts, figure) for starts in (without, again, ours))
            ratio = ratio_of(more, base)
            rows.append((name, f"{_FIGURES[figure]}, s", middle(base), middle(more), str(ratio), str(_MOST),
                         str(ratio_of(twice, base))))
            if not bench.quick:
                bench.at_most(f"{name}, with the starter, {_FIGURES[figure]}", ratio, _MOST)
        base, twice, more = (_values(starts, "memory") for starts in (without, again, ours))
        added = difference_of(more, base)
        rows.append((name, "resident memory, MB", middle(base, 0), middle(more, 0), f"+ {added.shown(1)}",
                     str(_MOST_MEMORY), difference_of(twice, base).shown(1)))
        if not bench.quick:
            bench.at_most(f"{name}, resident memory added", added, _MOST_MEMORY, "MB")
        beans += _beans(name, ours)
    bench.show(rows, f"Medians of {len(without)} rounds, and of their ratios or differences with the interval of 95 %.",
               "'noise' compares two that are both without the starter. Processor time and memory are those of the",
               "process when it has answered")
    bench.show(beans, "What the main thread takes for the starter's beans: of all that it does until the application",
               "is ready, and for those that take most. Beans that one needs are not its own time")


def _beans(name: str, starts: list[Start]) -> list[tuple[str, ...]]:
    """Return rows about what our beans take."""
    shares = [Median.of(values) for values in zip(*(start.shares() for start in starts))]
    rows = [(name, "all", *(f"{share.shown(2)} %" for share in shares), f"{_SHARE_AIM} %")]
    each = {bean: [statistics.median(start.beans.get(bean, (0, 0))[clock] for start in starts) for clock in (0, 1)]
            for bean in starts[0].beans}
    for bean, (clock, processor) in sorted(each.items(), key=lambda item: -item[1][1])[:_SHOWN]:
        rows.append((name, bean.removeprefix("io.github.qos4j.boot."), f"{clock:.1f} ms", f"{processor:.1f} ms", ""))
    return rows


def _values(starts: list[Start], figure: str) -> list[float]:
    return [getattr(start, figure) for start in starts]


def _build(bench: Bench) -> dict[bool, str]:
    """Build the application, and return its class paths without the starter and with it."""
    libraries = _OUTPUT / "lib"
    run([str(ROOT / "mvnw"), "-q", "-f", str(_LANE / "pom.xml"), "dependency:copy-dependencies",
         "-DincludeScope=runtime", f"-DoutputDirectory={libraries}"], seconds=300)
    jars = ":".join(map(str, sorted(libraries.glob("*.jar"))))
    classes, jar = _OUTPUT / "classes", _OUTPUT / "application.jar"
    shutil.rmtree(classes, ignore_errors=True)
    run([bench.jdk.javac, "--release", "17", "-parameters", "-proc:none", "-Xlint:all,-classfile,-processing", "-cp",
         jars, "-d", str(classes), *map(str, sorted((_LANE / "src").rglob("*.java")))])
    # A cache is for jars alone.
    run([str(bench.jdk.home / "bin" / "jar"), "--create", "--file", str(jar), "-C", str(classes), "."])
    starter = ":".join(map(str, Exploded(_OUTPUT / "sample").libraries("qos-", "jna-")))
    return {False: f"{jar}:{jars}", True: f"{jar}:{jars}:{starter}"}


def _ways(bench: Bench, class_paths: dict[bool, str]) -> list[tuple[str, dict[bool, list[str]]]]:
    """Return the ways to start, and the flags of each without the starter and with it."""
    ways = [(str(bench.jdk), {False: [], True: []})]
    if bench.jdk.feature >= _AOT and not bench.quick:
        flags = {}
        for starter, class_path in class_paths.items():
            cache = _OUTPUT / f"{'with' if starter else 'without'}.aot"
            run([*_command(bench, [f"-XX:AOTCacheOutput={cache}", "-Dspring.context.exit=onRefresh"], class_path),
                 "--server.port=0"], seconds=_SECONDS)
            flags[starter] = [f"-XX:AOTCache={cache}"]
        ways.append((f"{bench.jdk}, AOT cache", flags))
    return ways


def _command(bench: Bench, flags: list[str], class_path: str) -> list[str]:
    return [*unprivileged(), bench.jdk.java, "--enable-native-access=ALL-UNNAMED", "-Xmx512m", *flags, "-cp",
            class_path, "start.StartApplication"]


def _measure(bench: Bench, name: str, flags: dict[bool, list[str]],
             class_paths: dict[bool, str]) -> list[list[Start]]:
    """Start without, without again, and with the starter, in turns; return the starts of each."""
    rounds, warm_up = (3, 0) if bench.quick else (30, 1)
    seed = random.randrange(1 << 31)
    print(f"{name}: seed {seed}")
    chance = random.Random(seed)
    turns = (False, False, True)
    starts: list[list[Start]] = [[], [], []]
    for count in range(-warm_up, rounds):
        for turn in chance.sample(range(len(turns)), len(turns)):
            starter = turns[turn]
            measured = _start(_command(bench, flags[starter], class_paths[starter]), starter)
            if count >= 0:
                starts[turn].append(measured)
    return starts


def _start(command: list[str], starter: bool) -> Start:
    port = free_port()
    log = _OUTPUT / "start.log"
    began = time.monotonic()
    with running([*command, f"--server.port={port}"], log) as process:
        _await_health(Sample(process, port, log), began)
        healthy = time.monotonic() - began
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.kill()
        _, _, usage = os.wait4(process.pid, 0)
    text = log.read_text()
    if ("QoS handle" in text) != starter:
        raise LaneError(f"{'no' if starter else 'a'} handle was opened\n{text[-4000:]}")
    times = {name: (float(clock), float(processor))
             for name, clock, processor in re.findall(r"^(ready|bean;.+);(.+);(.+)$", text, re.MULTILINE)}
    main = times.pop("ready")
    return Start(usage.ru_utime + usage.ru_stime, main[0] / 1000, healthy,
                 int(re.search(r"^VmRSS:\s*(\d+)", status, re.MULTILINE)[1]) / 1000, main,
                 {name.split(";")[1]: time for name, time in times.items()})


def _await_health(sample: Sample, began: float) -> None:
    while sample.call("GET", "/actuator/health").status != 200:
        if sample.process.poll() is not None or time.monotonic() - began > _SECONDS:
            raise LaneError(f"the application does not become healthy\n{sample.log_text()[-4000:]}")
        time.sleep(0.005)
