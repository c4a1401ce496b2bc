"""Starts the sample application and talks to it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from java import running
from report import LaneError
from web import fetch

_START_SECONDS = 60.0

# JNA's library, by the name that it has in the jar or by the one of its unpacked copy.
_NATIVE_LIBRARY = re.compile(r"jnidispatch|/jna\d+\.tmp")


def free_port() -> int:
    """Return a TCP port that nobody uses at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Answer:
    """An answer of the application: status 0 if there was none."""

    status: int
    body: Any


@dataclass
class Sample:
    """A running sample application."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    address: str = "127.0.0.1"

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request to the application and read its JSON."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        request = urllib.request.Request(f"http://{host}:{self.port}{path}", method=method,
                                         headers={"Accept": "application/json", "Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            status, answer = fetch(request)
        except OSError:
            return Answer(0, None)
        return Answer(status, _json(answer))

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def await_start(self) -> None:
        """Wait until the health endpoint answers, whatever it says."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise LaneError(f"the sample ended with exit code {self.process.returncode}\n{self._log_tail()}")
            if self.call("GET", "/actuator/health").status:
                return
            time.sleep(0.2)
        raise LaneError(f"the sample does not answer after {_START_SECONDS:.0f} s\n{self._log_tail()}")

    def await_health(self, path: str, status: str, seconds: float = 15.0) -> Answer:
        """Wait until a health path has a status, and return its last answer in any case."""
        end = time.monotonic() + seconds
        while True:
            answer = self.call("GET", path)
            if (answer.body or {}).get("status") == status or time.monotonic() > end:
                return answer
            time.sleep(0.2)

    def stop(self, seconds: float = 10.0) -> str | None:
        """Ask the application to end. Returns what was wrong with the way it did."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"still runs {seconds:.0f} s after SIGTERM"
        # A JVM that ends by SIGTERM in good order says 128 + 15.
        return None if code == 128 + signal.SIGTERM else f"exit code {code} after SIGTERM"

    def capabilities(self) -> int:
        """Return the application's capabilities in force, one bit each."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^CapEff:\s*(\w+)$", status, re.MULTILINE)[1], 16)

    def mapped_files(self) -> list[str]:
        """Return the files that are mapped into the application's memory."""
        maps = Path(f"/proc/{self.process.pid}/maps").read_text()
        return sorted({line.split(maxsplit=5)[5] for line in maps.splitlines() if len(line.split(maxsplit=5)) == 6})

    def native_libraries(self) -> list[str]:
        """Return which of the mapped files are JNA's native library."""
        return [file for file in self.mapped_files() if _NATIVE_LIBRARY.search(file)]

    def _log_tail(self) -> str:
        return "\n".join(self.log_text().splitlines()[-30:])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


@contextmanager
def started(command: Sequence[str], log: Path, *arguments: str, **options: object) -> Iterator[Sample]:
    """Start the sample by a command that ends before its program arguments, on a free port."""
    port = free_port()
    with running([*command, f"--server.port={port}", *arguments], log, **options) as process:
        sample = Sample(process, port, log)
        sample.await_start()
        yield sample
