"""A program that is killed while its flows are marked, and the next start."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from capture import Capture
from echo import Echo
from java import unprivileged
from jdks import Jdk, chosen_jdks
from machine import Machine, SleepLane, running_on_windows
from program import Flow, Program, started
from report import LaneError
from wire import Wire

_FLOWS = 20
_PERIOD = 0.1
_NO_CHECK = 600.0
# A start that waits for something of the dead process takes longer.
_MORE_SECONDS = 3.0
_INODE = 9

# What any JVM with JNA leaves until its next start, which deletes it: on Windows the library that JNA has unpacked, and
# a mark beside it; on Linux the JVM's counters, if it was killed.
_KNOWN = re.compile(r"/jna\d+\.dll(\.x)?$|/hsperfdata_\w+/\d+$")
_MOST_FILES = 2


def killed_on_windows(lane: SleepLane) -> None:
    """Kill the program while all is well, kill it while a call hangs in recovery, and let a third one end in order."""
    folders = [lane.temporary, lane.wine.system_folder.parents[1]]
    before = _files(folders)
    seconds = []
    for number, hanging in ((1, False), (2, True)):
        name = "while an add hangs" if hanging else "while all is well"
        with running_on_windows(lane, f"killed-{number}") as machine, Capture() as capture:
            flows, took = _open(lane, f"start {number}", machine.program, capture)
            seconds.append(took)
            if hanging:
                _fall_asleep_for_ever(machine)
            machine.program.kill()
            _judge_sockets(lane, f"killed {name}", flows)
        _judge_files(lane, f"killed {name}", _files(folders) - before)
    with running_on_windows(lane, "killed-3") as machine:
        with Capture() as capture:
            flows, took = _open(lane, "start 3", machine.program, capture)
            seconds.append(took)
            wire = Wire(capture, flows)
            slept = machine.sleep(1164).time
            wire.wait(lambda trace: trace.is_gone(), 5)
            machine.resume()
            lost = wire.wait(lambda trace: trace.is_gone() and trace.is_marked_since(slept), 10)
            lane.expect("start 3: Windows tells of sleep, and all marks come back", not lost,
                        [str(trace.flow) for trace in lost])
        machine.close()
        machine.end()
    _judge_files(lane, "ended in order", _files(folders) - before)
    _judge_seconds(lane, "", seconds)


def _fall_asleep_for_ever(machine: Machine) -> None:
    """Have the first add of the program's flows in recovery hang. Each session adds the canary before them."""
    machine.sleep(1164, "hang QOSAddSocketToFlow forever from=2")
    machine.resume()
    if not machine.stand_in.await_calls("QOSAddSocketToFlow", 1 + _FLOWS + 2, "begin"):
        raise LaneError("no add hangs")


def killed_on_linux(lane: SleepLane) -> None:
    """The same with socket options, where there is no sleep."""
    for jdk in chosen_jdks(None, lane.quick, lane.report):
        _killed_on(lane, jdk)


def _killed_on(lane: SleepLane, jdk: Jdk) -> None:
    folder = lane.output / "linux"
    folder.mkdir(exist_ok=True)
    before = _files([folder])
    # JNA unpacks below the one, and with the other the JVM has nothing of ours elsewhere.
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    command = [*unprivileged(), jdk.java, f"-Djava.io.tmpdir={folder}"]
    class_path = ":".join(map(str, lane.class_path))
    seconds = []
    counters: set[str] = set()
    for number in (1, 2):
        with Echo() as echo, Capture() as capture, started(command, class_path, "socket", echo.ports,
                                                           lane.log(f"linux-{number}"), environment) as program:
            flows, took = _open(lane, f"{jdk}, start {number}", program, capture)
            seconds.append(took)
            if number == 1:
                program.kill()
                _judge_sockets(lane, f"{jdk}, killed", flows)
                counters = set(map(str, Path("/tmp").glob(f"hsperfdata_*/{program.process.pid}")))
                _judge_files(lane, f"{jdk}, killed", _files([folder]) - before | counters)
            else:
                sent, received = program.close()
                lane.expect(f"{jdk}, start 2: each of {sent} messages came back, and the program ends in order",
                            program.end() == 0 and sent == received > 0 and not program.errors, program.errors[:5])
    left = {file for file in _files([folder]) - before | counters if os.path.exists(file)}
    lane.expect(f"{jdk}: nothing at all is left after the next start", not left, left)
    _judge_seconds(lane, f"{jdk}: ", seconds)


def _open(lane: SleepLane, name: str, program: Program, capture: Capture) -> tuple[list[Flow], float]:
    """Open flows and look at their marks. Returns also how long that took."""
    start = time.monotonic()
    flows = program.open(_NO_CHECK, _FLOWS, _PERIOD)
    unmarked = Wire(capture, flows).unmarked()
    took = time.monotonic() - start
    lane.expect(f"{name}: {_FLOWS} flows are marked", not unmarked, unmarked)
    return flows, took


def _judge_sockets(lane: SleepLane, name: str, flows: Sequence[Flow]) -> None:
    """Look whether all sockets of a dead process are gone, and give their ports to others."""
    end = time.monotonic() + 5
    while (left := _open_ports() & {(flow.protocol, flow.port) for flow in flows}) and time.monotonic() < end:
        time.sleep(0.05)
    taken = []
    for flow in flows:
        if flow.protocol == "udp":
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
                try:
                    other.bind(("::", flow.port))
                except OSError as ex:
                    taken.append(f"{flow}: {ex}")
    lane.expect(f"{name}: none of its sockets is left, and their ports are free", not left and not taken,
                f"{left}, {taken}")


def _open_ports() -> set[tuple[str, int]]:
    """Return the local ports of the sockets of all processes. What waits for its end has no process."""
    found = set()
    for protocol in ("udp", "tcp"):
        for table in (protocol, f"{protocol}6"):
            with suppress(FileNotFoundError):
                for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                    words = line.split()
                    if words[_INODE] != "0":
                        found.add((protocol, int(words[1].rsplit(":", 1)[1], 16)))
    return found


def _files(folders: Sequence[Path]) -> set[str]:
    return {os.path.join(place, name) for folder in folders for place, _, names in os.walk(folder) for name in names}


def _judge_files(lane: SleepLane, name: str, left: set[str]) -> None:
    print(f"       files: {', '.join(sorted(map(_spell, left))) or 'none'}")
    strange = [file for file in left if not _KNOWN.search(file)]
    lane.expect(f"{name}: no file is left but what the next start deletes",
                not strange and len(left) <= _MOST_FILES, left)


def _spell(file: str) -> str:
    return f"{Path(file).parent.name}/{Path(file).name} ({os.path.getsize(file)} bytes)"


def _judge_seconds(lane: SleepLane, name: str, seconds: Sequence[float]) -> None:
    spelled = " and ".join(f"{each:.1f}" for each in seconds[1:])
    lane.expect(f"{name}all flows were marked {seconds[0]:.1f} s after they were asked for, in later starts {spelled} s",
                max(seconds[1:]) < seconds[0] + _MORE_SECONDS, "much later")
