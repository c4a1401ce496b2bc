"""Applications with one of the servers: built, started, asked, and watched on the wire."""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capture import Capture, Packet, spelled, values
from clients import HTTP, HTTPS, IPV4, Answer, Client, connect
from java import BUILD, Exploded, run, running, unprivileged
from jdks import Jdk
from report import LaneError
from sample import free_port

OUTPUT = BUILD / "servers"
_LIBRARIES = OUTPUT / "lib"
_SOURCES = Path(__file__).resolve().parent / "src"
_PASSWORD = "loopback"
_START_SECONDS = 90.0

# Long, since it sees what everybody sends on this machine.
_CATCH_UP_SECONDS = 60.0

# A start counts here, not the speed afterwards.
_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "--enable-native-access=ALL-UNNAMED"]


class LostPackets(LaneError):
    """The machine was too busy to capture everything, so what was seen proves nothing."""


@dataclass(frozen=True)
class Server:
    """A server, and what it says that it is."""

    name: str
    libraries: str
    reports: str
    flags: tuple[str, ...] = ()


TOMCAT = Server("Tomcat", "tomcat", "TomcatWebServer")
JETTY = Server("Jetty", "jetty", "JettyServletWebServer")
EPOLL = Server("Reactor Netty, epoll", "reactor", "NettyWebServer, EpollSocketChannel")
NIO = Server("Reactor Netty, NIO", "reactor", "NettyWebServer, NioSocketChannel", ("-Dreactor.netty.native=false",))
SERVERS = (TOMCAT, JETTY, EPOLL, NIO)


class Applications:
    """Compiles the application for each server, and starts it. It runs without privileges."""

    def __init__(self, jdk: Jdk, backend: str) -> None:
        self._backend = backend
        # What the starter brings, as it is in an application that was built with it.
        starter = Exploded(OUTPUT / "sample").libraries("qos-", "jna-")
        self._class_paths = {libraries: _compiled(jdk, libraries, starter)
                             for libraries in ("tomcat", "jetty", "reactor")}
        self._keys = _make_keys(jdk)

    @contextmanager
    def started(self, server: Server, jdk: Jdk, name: str, tls: bool, *arguments: str) -> Iterator[Application]:
        """Start an application on a free port, and capture packets from before its first one."""
        port = free_port()
        # Named twice it would be a list.
        backend = [] if any(argument.startswith("--qos.backend=") for argument in arguments) else [
            f"--qos.backend={self._backend}"]
        command = [*unprivileged(), jdk.java, *_FLAGS, *server.flags, "-cp", self._class_paths[server.libraries],
                   "servers.ServersApplication", f"--server.port={port}", "--server.http2.enabled=true",
                   *backend, *(self._tls() if tls else []), *arguments]
        log = OUTPUT / "logs" / f"{name}.log"
        with Capture() as capture, running(command, log) as process:
            application = Application(process.pid, port, HTTPS if tls else HTTP, capture, log)
            end = time.monotonic() + _START_SECONDS
            while not application.has_started():
                if process.poll() is not None or time.monotonic() > end:
                    raise LaneError(f"the application does not start, see {log}\n{application.cause()}")
                application.knock(0.1)
            yield application
        if capture.lost:
            raise LostPackets(f"{capture.lost} packets were not captured")

    def _tls(self) -> list[str]:
        return [f"--server.ssl.key-store={self._keys}", f"--server.ssl.key-store-password={_PASSWORD}",
                "--server.ssl.key-store-type=PKCS12"]


@dataclass
class Application:
    """A running application."""

    pid: int
    port: int
    protocol: str
    _capture: Capture
    _log: Path

    @contextmanager
    def talking(self, protocol: str | None = None, address: str = IPV4, source: str | None = None,
                port: int | None = None) -> Iterator[Conversation]:
        """Open a connection, by the application's plainest protocol unless another one is named."""
        port = port or self.port
        with connect(protocol or self.protocol, address, port, source) as client:
            yield Conversation(client, port, self._capture)

    def has_started(self) -> bool:
        """Return whether all is started: the main server answers before a management server is there."""
        return bool(re.search(r" Started ServersApplication in ", self.log_text()))

    def knock(self, seconds: float) -> None:
        """Try to connect again and again, so as to be among the first that the listener answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with socket.socket() as client:
                client.connect_ex((IPV4, self.port))
            time.sleep(0.002)

    def syn_acks(self) -> str:
        """Return the DSCP of all SYN-ACKs up to now."""
        _catch_up(self._capture)
        return _spelled(self._capture.packets(lambda packet: packet.source_port == self.port and packet.is_syn))

    def about(self) -> dict[str, Any]:
        return self.ask("/about")

    def ask(self, path: str) -> Any:
        """Return the JSON of an answer over a connection of its own."""
        with self.talking() as conversation:
            return json.loads(conversation.get(path).body)

    def change(self, path: str) -> None:
        with self.talking() as conversation:
            conversation.get(path)

    def flows(self) -> list[dict[str, Any]]:
        return self.ask("/flows")

    def log_text(self) -> str:
        return self._log.read_text(errors="replace")

    def cause(self) -> str:
        """Return what the log tells of a failure."""
        lines = self.log_text().splitlines()
        return "\n".join(([line for line in lines if line.startswith("Caused by:")] or lines)[-5:])

    def warnings(self, about: str = "") -> list[str]:
        """Return the lines of warnings and worse that have a text in them."""
        lines = re.findall(r"^(?:WARNING:|.*\b(?:WARN|ERROR)\b|Exception).*$", self.log_text(), re.MULTILINE)
        return [line for line in lines if about in line]


@dataclass
class Conversation:
    """Requests over one connection, and the packets with their answers."""

    client: Client
    port: int
    _capture: Capture
    answers: list[Answer] = field(default_factory=list)

    def get(self, path: str, pause: float = 0.0) -> Answer:
        answer = self.client.get(path, pause)
        self.answers.append(answer)
        return answer

    def marks(self, path: str) -> str:
        """Ask for something over this connection, and return the DSCP of the SYN-ACK and of all data since."""
        self.get(path)
        packets = self._sent()
        return f"{_spelled(packet for packet in packets if packet.is_syn)}/{_spelled(_data(packets))}"

    def mark(self, path: str, pause: float = 0.0) -> tuple[str, int]:
        """Ask for something, and return the DSCP of its answer's data, and in how many segments it came."""
        answer = self.get(path, pause)
        data = [packet for packet in _data(self._sent()) if answer.asked < packet.time < answer.complete]
        if sum(packet.size for packet in data) < len(answer.body):
            raise LaneError(f"{path}: of {len(answer.body)} bytes not all were captured")
        return _spelled(data), len(data)

    def _sent(self) -> list[Packet]:
        """Return what the server has sent over this connection until now."""
        _catch_up(self._capture)
        return self._capture.packets(lambda packet: packet.goes(self.port, self.client.local_port))


def _data(packets: list[Packet]) -> list[Packet]:
    return [packet for packet in packets if packet.is_data]


def _spelled(packets: Iterable[Packet]) -> str:
    return spelled(values(list(packets)))


def _catch_up(capture: Capture) -> None:
    """Wait until all that was sent up to now is captured: it comes before a packet that is sent now."""
    token = uuid.uuid4().bytes
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((IPV4, 0))
        sender.sendto(token, receiver.getsockname())
        if not capture.wait(lambda packet: packet.payload == token, seconds=_CATCH_UP_SECONDS):
            raise LaneError("the capture does not see what is sent")


def _compiled(jdk: Jdk, libraries: str, starter: list[Path]) -> str:
    """Compile the application for a server, and return its class path."""
    classes = OUTPUT / "classes" / libraries
    shutil.rmtree(classes, ignore_errors=True)
    classes.mkdir(parents=True)
    jars = [*starter, *sorted((_LIBRARIES / libraries).glob("*.jar"))]
    class_path = ":".join(map(str, jars))
    sources = [source for folder in ("common", libraries) for source in sorted((_SOURCES / folder).rglob("*.java"))]
    # Not every library brings the annotations that its classes have.
    run([jdk.javac, "--release", "17", "-parameters", "-proc:none", "-Xlint:all,-classfile,-processing", "-cp",
         class_path, "-d", str(classes), *map(str, sources)])
    return f"{classes}:{class_path}"


def _make_keys(jdk: Jdk) -> Path:
    """Create a key and its certificate, which no client looks at."""
    keys = OUTPUT / "keys.p12"
    keys.unlink(missing_ok=True)
    run([jdk.keytool, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=localhost", "-keystore",
         str(keys), "-storetype", "PKCS12", "-storepass", _PASSWORD])
    return keys
