"""Starts an application that was built, and finds out what it does."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from builds import OUTPUT, Project
from capture import Capture, Packet, spelled, values
from java import running, unprivileged
from jdks import Jdk
from report import LaneError
from sample import free_port
from web import fetch

_START_SECONDS = 120.0
_PACKET_SECONDS = 10.0
_LOOPBACK = "127.0.0.1"

# A start counts here, not the speed afterwards.
_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"]

# From JDK 24 on, which says that a library makes native calls.
_FIRST_TO_WARN = 24

# What newer JDKs say of other libraries, in lines of its own.
_OF_OTHERS = re.compile(r"^WARNING: .*(?:sun\.misc\.Unsafe|to the maintainers of class|org\.apache\.tomcat).*$",
                        re.MULTILINE)
_WARNING = re.compile(r"^(?:WARNING:|.*\b(?:WARN|ERROR)\b|.*(?:Exception|NoClassDefFoundError)\b).*$", re.MULTILINE)
_RUNS = re.compile(r"^RUNS (\S+) (.*)$", re.MULTILINE)

# Servers that are not there.
_HEALTH = ["--management.health.redis.enabled=false", "--management.health.rabbit.enabled=false",
           "--management.endpoint.health.show-details=always", "--management.endpoints.web.exposure.include=*"]


class Application:
    """A running application: what it says, and what it sends, where packets may be captured."""

    def __init__(self, port: int, management: int, voice: int, peer: int, log: Path, capture: Capture | None) -> None:
        self.port = port
        self.peer = peer
        self._management = management
        self._voice = voice
        self._log = log
        self._capture = capture

    @property
    def version(self) -> str:
        return self._runs()[0]

    @property
    def voice(self) -> str:
        """What the flow of voice says of itself."""
        return self._runs()[1]

    def warnings(self) -> list[str]:
        text = _OF_OTHERS.sub("", self._log.read_text(errors="replace"))
        return [match[0] for match in _WARNING.finditer(text)]

    def get(self, path: str) -> tuple[int, Any]:
        return _get(f"http://{_LOOPBACK}:{self.port}{path}")

    def actuator(self, path: str) -> tuple[int, Any]:
        return _get(f"http://{_LOOPBACK}:{self._management}/actuator{path}")

    def call_peer(self) -> tuple[int, Any]:
        """Have the application call its peer."""
        return self.get(f"/call?url=http://{_LOOPBACK}:{self.peer}/")

    def voice_marks(self) -> str | None:
        return self._marks(lambda packet: packet.target_port == self._voice)

    def server_marks(self) -> str | None:
        return self._marks(lambda packet: packet.source_port == self.port)

    def management_marks(self) -> str | None:
        return self._marks(lambda packet: packet.source_port == self._management)

    def client_marks(self) -> str | None:
        return self._marks(lambda packet: packet.target_port == self.peer)

    def _marks(self, wanted: Any) -> str | None:
        """Return the DSCP of all packets of a kind, or None where packets cannot be captured."""
        if self._capture is None:
            return None
        packets: list[Packet] = self._capture.wait(wanted, seconds=_PACKET_SECONDS)
        return spelled(values(packets))

    def _runs(self) -> tuple[str, str]:
        match = _RUNS.search(self._log.read_text(errors="replace"))
        return (match[1], match[2]) if match else ("?", "?")


@contextmanager
def started(project: Project, jdk: Jdk, captures: bool, *arguments: str) -> Iterator[Application]:
    """Start an application with a policy for its server and one for its peer."""
    log = _log(project, jdk, "run")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice, _peer() as peer:
        voice.bind((_LOOPBACK, 0))
        port, management = free_port(), free_port()
        command = [*_command(project, jdk, "-Dmatrix.stay=true", f"-Dmatrix.voice={voice.getsockname()[1]}"),
                   f"--server.port={port}", f"--management.server.port={management}", "--qos.server.policy=audio-video",
                   "--qos.policies.peer.traffic-type=audio-video", "--qos.policies.peer.dscp=AF41",
                   f"--qos.policies.peer.remote-port={peer}", *_HEALTH, *arguments]
        with _capturing(captures) as capture, running(command, log) as process:
            end = time.monotonic() + _START_SECONDS
            while not _RUNS.search(log.read_text(errors="replace")):
                if process.poll() is not None or time.monotonic() > end:
                    raise LaneError(f"it does not start, see {log}: {_last_words(log)}")
                time.sleep(0.1)
            yield Application(port, management, voice.getsockname()[1], peer, log, capture)


def start_fails(project: Project, jdk: Jdk, name: str, *arguments: str) -> str:
    """Start an application that must not start, and return what it said."""
    log = _log(project, jdk, name)
    command = [*_command(project, jdk), "--server.port=0", "--qos.backend=none", *arguments]
    with running(command, log) as process:
        try:
            code = process.wait(_START_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
    text = log.read_text(errors="replace")
    return text if code else f"it did not fail\n{text}"


def _command(project: Project, jdk: Jdk, *flags: str) -> list[str]:
    access = ["--enable-native-access=ALL-UNNAMED"] if jdk.feature >= _FIRST_TO_WARN else []
    return [*unprivileged(), jdk.java, *_FLAGS, *access, *flags, "-cp", project.class_path, "matrix.MatrixApplication"]


def _log(project: Project, jdk: Jdk, name: str) -> Path:
    return OUTPUT / "logs" / f"{project.artifact}-jdk{jdk.feature}-{name}.log"


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return " / ".join(([line for line in lines if line.startswith("Caused by:")] or lines)[-2:])


@contextmanager
def _capturing(captures: bool) -> Iterator[Capture | None]:
    if not captures:
        yield None
        return
    with Capture() as capture:
        yield capture


@contextmanager
def _peer() -> Iterator[int]:
    """Listen for what the application's client calls, and yield the port."""
    class Handler(BaseHTTPRequestHandler):
        # Connections are kept, for the next request.
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"peer")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((_LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _get(url: str) -> tuple[int, Any]:
    try:
        status, body = fetch(url, 20)
    except OSError as ex:
        return 0, str(ex)
    return status, _content(body.decode(errors="replace"))


def _content(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
