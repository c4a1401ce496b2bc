"""The wire lane: sockets of every kind, and the sample application, judged by captured packets."""

from __future__ import annotations

import argparse
import json
import socket
import sys
from pathlib import Path

import sample_checks
from capture import Capture, Packet, TCP, UDP, spelled
from cells import FAMILY_NAMES, Cell, cells
from java import BUILD, Exploded, compile_java, run, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from judge import Verdict, judge
from report import LaneError, Report, table

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "wire"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/wire", description="Proves marks on captured packets.")
    parser.add_argument("--quick", action="store_true", help="one JDK and fewer cells")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--backend", default="auto", metavar="NAME",
                        help="backend to judge; 'none' shows what a failing run looks like")
    return parser.parse_args()


def _check_capture(report: Report) -> None:
    """Let Python mark packets, and see whether the capture tells a mark from none."""
    print("\nThe capture itself, with sockets of Python")
    with Capture() as capture:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                for dscp in (0, 46):
                    _send(family, address, kind, dscp)
        wanted = [(ip, protocol, dscp) for ip in (4, 6) for protocol in (UDP, TCP) for dscp in (0, 46)]
        for ip, protocol, dscp in wanted:
            def is_it(packet: Packet) -> bool:
                return (packet.ip, packet.protocol) == (ip, protocol) and f"dscp {dscp};".encode() in packet.payload
            seen = [packet.dscp for packet in capture.wait(is_it, seconds=5)]
            report.expect(f"IPv{ip} {protocol} with DSCP {dscp}", seen == [dscp], f"captured {seen}")


def _send(family: socket.AddressFamily, address: str, kind: socket.SocketKind, dscp: int) -> None:
    with socket.socket(family, kind) as receiver, socket.socket(family, kind) as sender:
        receiver.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            receiver.listen()
        if family == socket.AF_INET:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        else:
            sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
        sender.connect(receiver.getsockname())
        sender.send(f"dscp {dscp};".encode())


_PASSWORD = "loopback"


def _make_keys(jdk: Jdk) -> Path:
    """Create a key and its certificate, for TLS between the probe and itself."""
    keys = _OUTPUT / "keys.p12"
    keys.unlink(missing_ok=True)
    run([jdk.keytool, "-genkeypair", "-alias", "probe", "-keyalg", "EC", "-dname", "CN=localhost", "-keystore",
         str(keys), "-storetype", "PKCS12", "-storepass", _PASSWORD])
    return keys


def _tls_flags(keys: Path) -> list[str]:
    return [f"-Djavax.net.ssl.{kind}Store{suffix}={value}" for kind in ("key", "trust")
            for suffix, value in (("", keys), ("Password", _PASSWORD))]


class Matrix:
    """All cells, with all JDKs."""

    def __init__(self, options: argparse.Namespace, application: Exploded, report: Report) -> None:
        self._backend = options.backend
        self._cells = cells(options.quick)
        self._class_path = application.core_path()
        self._report = report

    def run(self, jdks: list[Jdk]) -> None:
        self._keys = _make_keys(jdks[0])
        classes = _OUTPUT / "classes"
        compile_java(jdks[0], _LANE / "src" / "WireProbe.java", self._class_path, classes)
        self._class_path = f"{classes}:{self._class_path}"
        rows = [["socket", "family", "flow"]] + [[cell.kind, FAMILY_NAMES[cell.family], cell.title]
                                                  for cell in self._cells]
        for jdk in jdks:
            verdicts, compared = self._run(jdk)
            self._count(jdk, verdicts)
            rows[0] += [f"{jdk.feature}: first", "data", "after", "JDK's own"]
            for number, cell in enumerate(self._cells):
                own = compared.get(number)
                rows[number + 1] += [*verdicts[number].columns(), f"{spelled(own.first)}/{own.data()}" if own else ""]
        print(f"\nDSCP by socket, {' and '.join(map(str, jdks))}: of the first packet (for TCP the SYN or SYN-ACK), of "
              "the data\nwhile the flow is open, and of the data after its close; ! marks a failure. Beside it the "
              "first packet and\nthe data where the JDK's own option is set instead of a flow, for comparison alone.\n")
        print(table(rows))

    def _run(self, jdk: Jdk) -> tuple[list[Verdict], dict[int, Verdict]]:
        """Return the verdict on each cell, and on those that are compared what the JDK's own option does."""
        compared = {number: cell.by_jdk() for number, cell in enumerate(self._cells) if cell.compared}
        numbered = dict(enumerate(self._cells))
        offset = len(numbered)
        everything = numbered | {offset + number: cell for number, cell in compared.items()}
        with Capture() as capture:
            results = self._probe(jdk, everything, False) | self._probe(jdk, everything, True)
        self._report.check(f"{jdk}: capture", f"{capture.lost} packets lost" if capture.lost else None)
        packets = capture.packets()
        verdicts = {number: judge(number, cell, results.get(number), packets) for number, cell in everything.items()}
        return [verdicts[number] for number in numbered], {number: verdicts[offset + number] for number in compared}

    def _probe(self, jdk: Jdk, everything: dict[int, Cell], ipv4_jvm: bool) -> dict[int, dict]:
        """Run the cells that need this kind of JVM."""
        # Words are separated by blanks, so a kind's name has none.
        lines = [f"{number} {cell.kind.replace(' ', '_')} {cell.family} {cell.steps}\n"
                 for number, cell in everything.items() if cell.needs_ipv4_jvm == ipv4_jvm]
        if not lines:
            return {}
        flags = _tls_flags(self._keys) + (["-Djava.net.preferIPv4Stack=true"] if ipv4_jvm else [])
        command = [*unprivileged(), jdk.java, *flags, "-cp", self._class_path, "WireProbe", self._backend]
        output = run(command, "".join(lines))
        results = map(json.loads, output.splitlines())
        return {result["cell"]: result for result in results}

    def _count(self, jdk: Jdk, verdicts: list[Verdict]) -> None:
        for cell, verdict in zip(self._cells, verdicts):
            name = f"{jdk}: {cell.kind}, {FAMILY_NAMES[cell.family]}, {cell.title}"
            self._report.check(name, "; ".join(verdict.problems) or None)


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        application = Exploded(_OUTPUT / "application")
        _check_capture(report)
        Matrix(options, application, report).run(jdks)
        for jdk in jdks:
            sample_checks.run(jdk, options.backend, _OUTPUT, report)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
