"""The program whose flows shall survive: it opens them, sends and receives, and does nothing about sleep."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from capture import Packet
from java import Exploded, compile_java, running
from jdks import find_jdks
from report import LaneError
from tail import Tail

_SOURCES = Path(__file__).resolve().parent / "src"
_NAME = "SleepProbe"

Ports = tuple[str, int, int]


@dataclass(frozen=True)
class Flow:
    """A flow as the program tells of it, or a socket without a flow: its DSCP is 0."""

    number: int
    kind: str
    protocol: str
    ip: int
    port: int
    peer_port: int
    dscp: int

    @property
    def ports(self) -> Ports:
        return self.protocol, self.port, self.peer_port

    def __str__(self) -> str:
        return f"flow {self.number}, {self.kind} over IPv{self.ip}"


def ports_of(packet: Packet) -> Ports:
    return packet.protocol, packet.source_port, packet.target_port


@dataclass(frozen=True)
class Counts:
    """How the flows are, as the handle tells."""

    active: int
    pending: int
    failed: int


@dataclass(frozen=True)
class Measured:
    """What the program holds."""

    threads: int
    own_threads: int
    handles: int
    heap: int


class Program:
    """A running program."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._tail = Tail(log)
        self._log = log
        self._lines: list[str] = []
        self.errors: list[str] = []

    def _say(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def poll(self) -> None:
        """Read what the program has printed."""
        for line in self._tail.lines():
            if line.startswith("error "):
                self.errors.append(line)
            else:
                self._lines.append(line)

    def await_line(self, word: str, seconds: float = 40.0) -> list[str]:
        """Wait for a line that begins with a word, and return its other words."""
        end = time.monotonic() + seconds
        while True:
            self.poll()
            for number, line in enumerate(self._lines):
                if line.split(" ")[0] == word:
                    del self._lines[number]
                    return line.split(" ")[1:]
            if self.process.poll() is not None or time.monotonic() > end:
                raise LaneError(f"no '{word}' from the program, see {self._log}")
            time.sleep(0.01)

    def open(self, check_interval: float, count: int, period: float, longest_wait: float = 60.0) -> list[Flow]:
        """Open a handle, flows and some sockets without, and return once all flows are active."""
        self._say(f"open {check_interval * 1000:.0f} {count} {period * 1000:.0f} {longest_wait * 1000:.0f}")
        self.await_line("open")
        self.poll()
        words = [line.split(" ")[1:] for line in self._lines if line.startswith("flow ")]
        self._lines = [line for line in self._lines if not line.startswith("flow ")]
        return [Flow(int(number), kind, protocol, *map(int, numbers)) for number, kind, protocol, *numbers in words]

    def end_flow(self, number: int) -> None:
        """Close a flow. Its socket goes on sending."""
        self._say(f"end {number}")
        self.await_line("ended")

    def count_flows(self) -> Counts:
        self._say("count")
        return Counts(*map(int, self.await_line("counted")))

    def spend(self, count: int) -> int:
        """Create and close handles of qWAVE without the product. Returns how many handles that has cost."""
        self._say(f"spend {count}")
        return int(self.await_line("spent")[0])

    def measure(self) -> Measured:
        self._say("measure")
        return Measured(*map(int, self.await_line("measured")))

    def close(self) -> tuple[int, int]:
        """Close handle and sockets. Returns how many messages were sent, and how many came back."""
        self._say("close")
        sent, received = map(int, self.await_line("closed"))
        return sent, received

    def kill(self) -> None:
        """End the program at once, without a chance to do anything about it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """Let the program come to its end, and return its exit code."""
        self.process.stdin.close()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired as ex:
            raise LaneError(f"the program does not end, see {self._log}") from ex


def compiled(output: Path) -> list[Path]:
    """Compile the program against what the sample ships, and return its class path."""
    classes = output / "classes"
    class_path = Exploded(output / "application").core_path()
    compile_java(find_jdks()[-1], _SOURCES / f"{_NAME}.java", f"{_SOURCES}:{class_path}", classes)
    return [classes, *map(Path, class_path.split(":"))]


@contextmanager
def started(java: Sequence[str], class_path: str, backend: str, ports: Sequence[int], log: Path,
            environment: Mapping[str, str]) -> Iterator[Program]:
    """Start the program."""
    with running([*java, "-cp", class_path, _NAME, backend, *map(str, ports)], log, stdin=subprocess.PIPE,
                 env=environment) as process:
        program = Program(process, log)
        program.await_line("ready")
        yield program
