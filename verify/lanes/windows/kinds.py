"""Every kind of socket, judged by its packets as the wire lane does it on Linux."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

_WIRE = Path(__file__).resolve().parents[1] / "wire"
sys.path.append(str(_WIRE))

from capture import Capture  # noqa: E402
from cells import DUAL, FAMILIES, FAMILY_NAMES, SHORT_NAMES, VOICE, Cell  # noqa: E402
from java import run  # noqa: E402
from jdks import find_jdks  # noqa: E402
from judge import Verdict, judge  # noqa: E402
from lane import Lane  # noqa: E402
from report import table  # noqa: E402
from stalls import core_command  # noqa: E402
from wine import java_options, windows_path  # noqa: E402

_PASSWORD = "loopback"
_CONNECTED, _ACCEPTED, _BEFORE, _TO = "after connect", "after accept", "before connect", "never connected"
_MARKED = f"await:a send:marked={VOICE} close:a send:after=0"
_ADD, _ADD_TO = f"send:before=0 add:a:VOICE={VOICE}", f"add:a:VOICE@to={VOICE}"
_KINDS = {
    "Socket": (_CONNECTED,),
    "SocketChannel": (_CONNECTED, _BEFORE),
    "AsynchronousSocketChannel": (_CONNECTED,),
    "SSLSocket": (_CONNECTED,),
    "SSLSocket over Socket": (_CONNECTED,),
    "ServerSocket.accept()": (_ACCEPTED,),
    "ServerSocketChannel.accept()": (_ACCEPTED,),
    "AsynchronousServerSocketChannel.accept()": (_ACCEPTED,),
    "DatagramSocket": (_CONNECTED,),
    "DatagramChannel": (_CONNECTED, _TO),
    "MulticastSocket": (_CONNECTED,),
}


def kinds(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    cells = list(_cells())
    keys = lane.output / "keys.p12"
    keys.unlink(missing_ok=True)
    run([find_jdks()[-1].keytool, "-genkeypair", "-alias", "probe", "-keyalg", "RSA", "-dname", "CN=localhost",
         "-keystore", str(keys), "-storetype", "PKCS12", "-storepass", _PASSWORD])
    options = [*java_options(), *(f"-Djavax.net.ssl.{kind}Store{suffix}={value}" for kind in ("key", "trust")
                                  for suffix, value in (("", windows_path(keys)), ("Password", _PASSWORD)))]
    command = core_command(lane, "KindsProbe", _WIRE / "src")
    results: dict[int, dict] = {}
    with Capture() as capture:
        for name, ipv4_jvm in ("kinds", False), ("kinds-ipv4", True):
            results |= _run(lane, name, cells, ipv4_jvm, [*options, *(
                ["-Djava.net.preferIPv4Stack=true"] if ipv4_jvm else []), *command])
    lane.expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")
    packets = capture.packets()
    verdicts = {cell: judge(number, cell, results.get(number), packets) for number, cell in enumerate(cells)}
    for cell, verdict in verdicts.items():
        lane.report.check(f"{cell.kind}, {FAMILY_NAMES[cell.family]}, {cell.title}",
                          "; ".join(verdict.problems) or None)
    print("\nDSCP of the first packet (for TCP the SYN or SYN-ACK) / of data while a flow is open / of data after its "
          "end; ! marks\nwhat is wrong\n")
    rows: dict[tuple[str, str], dict[str, Verdict]] = {}
    for cell, verdict in verdicts.items():
        rows.setdefault((cell.kind, cell.title), {})[cell.family] = verdict
    print(table([["socket", "marked", *(SHORT_NAMES[family] for family in FAMILIES)],
                 *([kind, when, *(row[family].cell() if family in row else "-" for family in FAMILIES)]
                   for (kind, when), row in rows.items())]) + "\n")


def _run(lane: Lane, name: str, cells: list[Cell], ipv4_jvm: bool, options: list[str]) -> dict[int, dict]:
    """Run the cells that need this kind of JVM."""
    stand_in, variables = lane.stand_in(name)
    file = lane.output / f"{name}.cells"
    # Words are separated by blanks, so a kind's name has none.
    file.write_text("".join(f"{number} {cell.kind.replace(' ', '_')} {cell.family} {cell.steps}\n"
                            for number, cell in enumerate(cells) if cell.needs_ipv4_jvm == ipv4_jvm))
    done = lane.wine.run(lane.wine.java, *options, "KindsProbe", windows_path(file), seconds=120,
                         environment=lane.wine.environment("n", **variables))
    lane.log(name).write_text(done.output)
    summary = stand_in.summary()
    lane.expect(f"{name}: the program ends in order, its handle is closed, every flow is gone",
                done.code == 0 and summary.problem() is None, f"{done.code} {summary.problem()} {done.output[-2000:]}")
    lane.expect(f"{name}: the helper found every socket", not lane.helper.problems, lane.helper.problems)
    results = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    return {result["cell"]: result for result in results}


def _cells() -> Iterator[Cell]:
    for kind, whens in _KINDS.items():
        for when in whens:
            for family in FAMILIES:
                # qWAVE does not take an unconnected dual-stack socket for an IPv4 peer.
                if not (when == _TO and family == DUAL):
                    yield Cell(kind, family, when, _script(kind, when, family))


def _script(kind: str, when: str, family: str) -> str:
    if when == _TO:
        return f"{_ADD_TO} {_MARKED}"
    if when == _BEFORE:
        # So a TCP one is marked once it is connected.
        return f"{_ADD_TO} connect=0 {_MARKED}" if family == DUAL else f"{_ADD_TO} await:a connect={VOICE} " \
            f"{_MARKED.removeprefix('await:a ')}"
    handshake = "tls:handshake1=0 " if kind.startswith("SSL") else ""
    opened = "connect=0" if when == _CONNECTED else "listen accept=0"
    return f"{opened} {handshake}{_ADD} {_MARKED}"
