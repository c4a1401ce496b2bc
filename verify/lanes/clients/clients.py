"""The clients lane: what policies say is marked, client by client, and nothing else."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from capture import Capture, spelled, values
from java import BUILD, Dialogue, Exploded, compile_java, dialogue, module_jar, run, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from judge import Peer, Seen, request
from report import LaneError, Report, table
from sample import free_port
from servers import missing, running_servers

_SOURCES = Path(__file__).resolve().parent / "src" / "clients"
_OUTPUT = BUILD / "clients"
_CLASSES = _OUTPUT / "classes"
_LIBRARIES = _OUTPUT / "lib"
_PASSWORD = "loopback"

_UNMARKED, _MEDIA, _SIX, _NAMED, _DEFAULT = 0, 46, 34, 18, 8

_MATCHED, _OTHER, _IPV6, _NAME = "127.0.0.2", "127.0.0.1", "::1", "localhost"

_HTTP = ("RestClient", "RestTemplate", "WebClient")
_REDIS, _RABBIT, _POSTGRESQL = _SERVERS = ("Redis", "RabbitMQ", "PostgreSQL")

# Given the policy's name, it marks wherever it goes.
_POSTGRESQL_MEDIA = "PostgreSQL-media"

# Which peer each client talks to.
_PEERS = {**dict.fromkeys((*_HTTP, "OkHttp"), "http"), **{f"{client}-TLS": "https" for client in _HTTP},
          **{name: name for name in _SERVERS}, _POSTGRESQL_MEDIA: _POSTGRESQL, "gRPC": "grpc", "MySQL": "mysql", "LDAP": "ldap",
          "LDAP-timeout": "ldap"}

# Its peer greets, and closes once the client has said who it is.
_MAY_FAIL = {"MySQL"}

# HttpClient 5 shows nobody the channel of its asynchronous client before it is connected.
_UNMARKED_SYN = {("http-components", client) for client in ("WebClient", "WebClient-TLS")}


@dataclass(frozen=True)
class Application:
    """A start of the application: which libraries it takes, which clients are asked, and what is configured."""

    title: str
    clients: Sequence[str]
    libraries: Mapping[str, str]
    settings: Sequence[str] = ()
    has_policies: bool = True
    # What no policy matches.
    otherwise: int = _UNMARKED
    # Clients that no policy reaches, and what warnings call them.
    unreached: Mapping[str, str] = field(default_factory=dict)

    def of_syn(self, client: str) -> int | None:
        """Return what a SYN is marked with, if that is not what the data is marked with."""
        return _UNMARKED if (self.libraries.get(_CONNECTOR), client) in _UNMARKED_SYN else None

    @property
    def log(self) -> str:
        return re.sub(r"\W+", "-", self.title)


_CONNECTOR = "spring.http.clients.reactive.connector"


def _libraries(imperative: str, reactive: str, redis: str = "lettuce") -> dict[str, str]:
    return {"spring.http.clients.imperative.factory": imperative, _CONNECTOR: reactive,
            "spring.data.redis.client-type": redis}


_WITH_TLS = (*_HTTP, *(f"{client}-TLS" for client in _HTTP))
_APPLICATIONS = (
    Application("HttpClient 5, Lettuce", (*_WITH_TLS, _REDIS, _RABBIT, _POSTGRESQL, _POSTGRESQL_MEDIA),
                _libraries("http-components", "http-components")),
    Application("Jetty", _WITH_TLS, _libraries("jetty", "jetty")),
    Application("Reactor Netty", (*_WITH_TLS, "gRPC", "OkHttp", "MySQL", "LDAP", "LDAP-timeout"),
                _libraries("reactor", "reactor")),
    Application("the JDK's client, Jedis", ("RestClient", "WebClient", _REDIS), _libraries("jdk", "jdk", "jedis"),
                unreached={"RestClient": "RestClient", "WebClient": "WebClient", _REDIS: "Jedis"}),
    Application("with qos.client.policy", ("RestClient", "WebClient", _REDIS, _RABBIT, "gRPC"),
                _libraries("jetty", "reactor"), ["qos.client.policy=background", "qos.server.policy=background"],
                otherwise=_DEFAULT),
    Application("without any policy", ("RestClient", "WebClient", _REDIS, _RABBIT, _POSTGRESQL, "gRPC", "OkHttp"),
                _libraries("http-components", "reactor"), has_policies=False),
)

_SWEPT = Application("with qos.process.enabled", (), _libraries("jdk", "jdk", "jedis"),
                     ["qos.process.enabled=true", "qos.process.interval=200ms"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/clients", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the newest JDK alone and fewer clients")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    return parser.parse_args()


class Lane:
    """What all runs share."""

    def __init__(self, jdk: Jdk, quick: bool, report: Report) -> None:
        application = Exploded(_OUTPUT / "application")
        self._class_path = ":".join([str(_CLASSES), application.starter_path(), str(module_jar("qos-netty")),
                                     *map(str, sorted(_LIBRARIES.glob("*.jar")))])
        self._quick = quick
        self._report = report
        shutil.rmtree(_CLASSES, ignore_errors=True)
        _CLASSES.mkdir(parents=True)
        for source in sorted(_SOURCES.glob("*.java")):
            compile_java(jdk, source, f"{_SOURCES.parent}:{self._class_path}", _CLASSES)
        self._keys = _make_keys(jdk, _OUTPUT / "keys.p12")
        self.ports: dict[str, int] = {"grpc": free_port()}

    @contextmanager
    def peers(self, jdk: Jdk) -> Iterator[None]:
        """Run what clients talk to."""
        absent = missing()
        for name, reason in absent.items():
            self._report.skip(name, reason)
        with ExitStack() as stack:
            names = [name for name in _SERVERS if name not in absent]
            self.ports |= stack.enter_context(running_servers(names, _OUTPUT))
            keys = [f"-Djavax.net.ssl.keyStore{suffix}={value}" for suffix, value in
                    (("", self._keys), ("Password", _PASSWORD))]
            program = stack.enter_context(dialogue([jdk.java, *keys, "-cp", str(_CLASSES), "clients.Peers"],
                                                   _OUTPUT / "peers.log"))
            self.ports |= program.ask()
            yield

    def judge(self, jdk: Jdk, application: Application) -> None:
        """Start an application, and judge what its clients send."""
        columns = self._columns(application)
        rows = [("client", *(title for title, _, _ in columns))]
        with self._started(jdk, application) as program, Capture() as capture:
            for client in self._clients(application):
                cells = []
                for title, host, expected in columns:
                    port = self.ports.get(self._port(client, title))
                    if port is None:
                        cells.append("")
                        continue
                    seen = request(capture, program, client, Peer(host, port))
                    if client in application.unreached:
                        expected = _UNMARKED
                    elif client == _POSTGRESQL_MEDIA:
                        expected = _MEDIA
                    problem = seen.problem(expected, application.of_syn(client), client in _MAY_FAIL)
                    self._check(jdk, application, f"{client} to {title}", problem)
                    cells.append(seen.cell() + ("!" if problem else ""))
                rows.append((client, *cells))
            if any(setting.startswith("qos.server.policy=") for setting in application.settings):
                self._grpc_server(jdk, application, program, capture)
        self._check(jdk, application, "capture", f"{capture.lost} packets lost" if capture.lost else None)
        print(f"\n{jdk}, {application.title}\n\n{table(rows)}")
        self._told(jdk, application)

    def _grpc_server(self, jdk: Jdk, application: Application, program: Dialogue, capture: Capture) -> None:
        """Judge what a gRPC server sends."""
        peer = Peer(_OTHER, self.ports["grpc"])
        request(capture, program, "gRPC", peer)
        sent = capture.packets(lambda packet: (packet.source, packet.source_port) == (peer.host, peer.port))
        syns = values([packet for packet in sent if packet.is_syn])
        data = values([packet for packet in sent if packet.is_data])
        self._expect(jdk, application, f"a gRPC server's answers: {_DEFAULT}", syns == data == [_DEFAULT],
                     f"SYN-ACK {spelled(syns)}, data {spelled(data)}")

    def _clients(self, application: Application) -> list[str]:
        """Return the clients that have a peer here; for a quick run without those that others stand for."""
        return [client for client in application.clients if _PEERS[client] in self.ports
                and not (self._quick and (client.startswith("RestTemplate") or client == "LDAP-timeout"))]

    def _columns(self, application: Application) -> list[tuple[str, str, int]]:
        """Return where requests go to, and with which DSCP: a heading, a host and the code point."""
        columns = [("the policy's peer", _MATCHED, _MEDIA), ("another address", _OTHER, application.otherwise),
                   ("another port", _MATCHED, application.otherwise), ("over IPv6", _IPV6, _SIX),
                   ("by its name", _NAME, _NAMED)]
        return columns if application.has_policies else [(title, host, _UNMARKED) for title, host, _ in columns]

    def _port(self, client: str, title: str) -> str | None:
        """Return the name of the port that a client is sent to, or None if there is none of that kind."""
        others = {"another port": "other", "by its name": "named"}
        if title not in others:
            return _PEERS[client]
        return others[title] if _PEERS[client] == "http" else None

    @contextmanager
    def _started(self, jdk: Jdk, application: Application) -> Iterator[Dialogue]:
        settings = {**application.libraries, "spring.main.web-application-type": "none",
                    "spring.main.banner-mode": "off", "spring.grpc.server.port": self.ports["grpc"],
                    "spring.ssl.bundle.jks.peers.truststore.location": f"file:{self._keys}",
                    "spring.ssl.bundle.jks.peers.truststore.password": _PASSWORD,
                    "spring.http.clients.ssl.bundle": "peers"}
        if application.has_policies:
            settings |= self._policies()
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        arguments += [f"--{setting}" for setting in application.settings]
        command = [*unprivileged(), jdk.java, "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp",
                   self._class_path, "clients.ClientsProgram", *arguments]
        with dialogue(command, self._log(jdk, application)) as program:
            yield program

    def _log(self, jdk: Jdk, application: Application) -> Path:
        return _OUTPUT / f"{application.log}-{jdk.feature}.log"

    def _policies(self) -> dict[str, object]:
        """Return the policies: an address with ports, an address alone, and a host with a port."""
        ports = ",".join(str(port) for name, port in self.ports.items() if name not in ("other", "named"))
        return {"qos.policies.media.dscp": "EF", "qos.policies.media.remote-address": _MATCHED,
                "qos.policies.media.remote-port": ports,
                "qos.policies.six.dscp": "AF41", "qos.policies.six.remote-address": _IPV6,
                "qos.policies.named.dscp": "AF21", "qos.policies.named.remote-address": _NAME,
                "qos.policies.named.remote-port": self.ports["named"]}

    def _told(self, jdk: Jdk, application: Application) -> None:
        """Check that the log tells once of each client that policies do not reach, and what to do."""
        warnings = [line for line in self._log(jdk, application).read_text().splitlines()
                    if " WARN " in line and "policies do not mark" in line]
        for client, name in application.unreached.items():
            told = [line for line in warnings if name in line and "qos.process.enabled" in line]
            if _PEERS[client] in self.ports:
                self._expect(jdk, application, f"one warning tells of {name}, and what to do", len(told) == 1,
                             f"{warnings}")
        if not application.unreached:
            self._check(jdk, application, "no warning", f"{warnings}" if warnings else None)

    def swept(self, jdk: Jdk) -> None:
        """Check that looking through the process marks what no policy reaches, after its delay."""
        print(f"\n{jdk}, {_SWEPT.title}\n")
        with self._started(jdk, _SWEPT) as program, Capture() as capture:
            for client, port in (("RestClient-again", self.ports["http"]), ("Redis-again", self.ports.get(_REDIS))):
                for host, expected in ((_MATCHED, _MEDIA), (_OTHER, _UNMARKED)):
                    if port is None:
                        continue
                    peer = Peer(host, port)
                    first = request(capture, program, client, peer)
                    marks = self._again(capture, program, client, peer, 15 if expected else 3)
                    self._expect(jdk, _SWEPT, f"{client} to {host}: SYN {_UNMARKED}, later {expected}",
                                 first.syns == [_UNMARKED] and marks == [expected],
                                 f"SYN {spelled(first.syns)}, later {spelled(marks)}, {first.answer}")

    def _again(self, capture: Capture, program: Dialogue, client: str, peer: Peer, seconds: float) -> list[int]:
        """Repeat a request on its connection until that is marked, and return the marks of the last one."""
        end = time.monotonic() + seconds
        while True:
            again = request(capture, program, client, peer)
            marks = values(capture.packets(lambda packet: peer.gets(packet) and packet.is_data))
            if again.syns or marks == [_MEDIA] or time.monotonic() > end:
                return [] if again.syns else marks
            time.sleep(0.2)

    def netty(self, jdk: Jdk) -> None:
        """Judge Netty alone."""
        application = Application("Netty alone", (), {})
        columns = self._columns(application)
        columns = [column for column in columns if column[0] not in ("another port", "by its name")]
        rows = [("transport", *(title for title, _, _ in columns))]
        command = [*unprivileged(), jdk.java, "--enable-native-access=ALL-UNNAMED", "-cp", self._class_path,
                   "clients.NettyProgram", f"{_MATCHED}={_MEDIA}", f"{_IPV6}={_SIX}"]
        with dialogue(command, self._log(jdk, application)) as program, Capture() as capture:
            for transport in ("nio", "epoll", "io_uring"):
                cells = []
                for title, host, expected in columns:
                    seen = request(capture, program, transport, Peer(host, self.ports["http"]))
                    if "unavailable" in seen.answer:
                        break
                    problem = seen.problem(expected)
                    self._check(jdk, application, f"{transport} to {title}", problem)
                    cells.append(seen.cell() + ("!" if problem else ""))
                rows.append((transport, *(cells or ["not here"] * len(columns))))
        print(f"\n{jdk}, {application.title}\n\n{table(rows)}")

    def _check(self, jdk: Jdk, application: Application, name: str, problem: str | None) -> None:
        self._report.check(f"{jdk}, {application.title}: {name}", problem)

    def _expect(self, jdk: Jdk, application: Application, name: str, held: bool, problem: str) -> None:
        self._report.expect(f"{jdk}, {application.title}: {name}", held, problem)


def _make_keys(jdk: Jdk, keys: Path) -> Path:
    """Create the key of the peers, and their certificate."""
    keys.unlink(missing_ok=True)
    names = [f"ip:{address}" for address in (_MATCHED, _OTHER, "0:0:0:0:0:0:0:1")]
    run([jdk.keytool, "-genkeypair", "-alias", "peers", "-keyalg", "EC", "-dname", "CN=peers", "-ext",
         f"san={','.join(names)}", "-keystore", str(keys), "-storetype", "PKCS12", "-storepass", _PASSWORD])
    return keys


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        lane = Lane(jdks[0], options.quick, report)
        print("DSCP of the SYN / of the data that a client sends to a peer; ! marks what is wrong")
        with lane.peers(jdks[0]):
            for jdk in jdks:
                for application in _APPLICATIONS:
                    lane.judge(jdk, application)
                lane.swept(jdk)
                lane.netty(jdk)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
