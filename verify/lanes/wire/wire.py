"""The wire lane: sockets of every kind, and the sample application, judged by captured packets."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import sample_checks
from capture import Capture, Packet, TCP, UDP
from cells import FAMILIES, FAMILY_NAMES, SHORT_NAMES, Cell, matrix, others
from java import BUILD, Exploded, stop_on_signals
from jdks import Jdk, chosen_jdks
from judge import Verdict
from probe import Probe
from report import LaneError, Report, table

_OUTPUT = BUILD / "wire"

_MATRIX, _SCRIPTS, _SAMPLE = _PARTS = ("matrix", "scripts", "sample")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/wire", description="Proves marks on captured packets.")
    parser.add_argument("--quick", action="store_true", help="one JDK and fewer cells")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--only", action="append", choices=_PARTS, metavar="PART",
                        help=f"this part alone, repeatable: {', '.join(_PARTS)}")
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


def _count(jdk: Jdk, cells: Sequence[Cell], verdicts: Sequence[Verdict], report: Report) -> None:
    for cell, verdict in zip(cells, verdicts):
        report.check(f"{jdk}: {cell.kind}, {FAMILY_NAMES[cell.family]}, {cell.title}",
                     "; ".join(verdict.problems) or None)


def _matrix(probe: Probe, jdk: Jdk, quick: bool, report: Report) -> None:
    """Print what flows do to each kind of socket, and beside it what the JDK's own option does."""
    cells = matrix(quick)
    verdicts = probe.judge(jdk, [*cells, *(cell.by_jdk() for cell in cells)], report)
    flows, own = verdicts[:len(cells)], verdicts[len(cells):]
    _count(jdk, cells, flows, report)
    families = [family for family in FAMILIES if any(cell.family == family for cell in cells)]
    rows: dict[tuple[str, str], dict[str, tuple[Verdict, Verdict]]] = {}
    for cell, *pair in zip(cells, flows, own):
        rows.setdefault((cell.kind, cell.title), {})[cell.family] = tuple(pair)
    print(f"\n{jdk}: DSCP of the first packet (for TCP the SYN or SYN-ACK) / of data with a mark / of data after its "
          "end;\n! marks what is wrong. On the left the mark is a flow of VOICE, on the right the JDK's own option. "
          "IPv4 is a socket\nthat knows no IPv6, mapped a dual-stack one with an IPv4 peer.\n")
    names = [SHORT_NAMES[family] for family in families]
    head = ["socket", "marked", *(f"flow: {name}" for name in names), "|", *(f"own: {name}" for name in names)]
    print(table([head, *([kind, when, *_grid(row, families, 0), "|", *_grid(row, families, 1)]
                         for (kind, when), row in rows.items())]))
    print(f"\nright with a flow: {_right(flows)}; right with the JDK's own option: {_right(own)}, which is a "
          "comparison and never fails")


def _grid(row: dict[str, tuple[Verdict, Verdict]], families: Sequence[str], side: int) -> list[str]:
    return [row[family][side].cell() if family in row else "-" for family in families]


def _right(verdicts: Sequence[Verdict]) -> str:
    return f"{sum(not verdict.problems for verdict in verdicts)} of {len(verdicts)}"


def _scripts(probe: Probe, jdks: Sequence[Jdk], quick: bool, report: Report) -> None:
    """Print what flows do in other situations."""
    cells = others(quick)
    rows = [["socket", "family", "flow"]] + [[cell.kind, FAMILY_NAMES[cell.family], cell.title] for cell in cells]
    for jdk in jdks:
        verdicts = probe.judge(jdk, cells, report)
        _count(jdk, cells, verdicts, report)
        rows[0] += [f"{jdk.feature}: first", "data", "after"]
        for row, verdict in zip(rows[1:], verdicts):
            row += verdict.columns()
    print(f"\nOther situations, {' and '.join(map(str, jdks))}: DSCP of the first packet, of the data while a flow is "
          "open, and of\nthe data after its close; ! marks a failure\n")
    print(table(rows))


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    parts = options.only or _PARTS
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        application = Exploded(_OUTPUT / "application")
        _check_capture(report)
        probe = Probe(jdks[0], application.core_path(), options.backend, _OUTPUT)
        if _MATRIX in parts:
            for jdk in jdks:
                _matrix(probe, jdk, options.quick, report)
        if _SCRIPTS in parts:
            _scripts(probe, jdks, options.quick, report)
        if _SAMPLE in parts:
            for jdk in jdks:
                sample_checks.run(jdk, options.backend, _OUTPUT, report)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
