"""While QOSAddSocketToFlow hangs: the socket itself, other handles, and the end of the program."""

from __future__ import annotations

import time
from pathlib import Path

from capture import UDP, Capture
from java import Exploded, compile_java
from jdks import find_jdks
from lane import Lane
from marks import packets_of
from peers import Peers
from report import table
from wine import java_options, windows_path
from windows_sample import port_of, started_on_windows

_SOURCE = Path(__file__).resolve().parent / "src"
# A call that waits for the hanging one takes many seconds. What a busy machine adds is far less.
_MOST_MILLISECONDS = 1000.0
_HANG_SECONDS = 30
_NEVER = 9999000.0


def core_command(lane: Lane, program: str, *further_sources: Path) -> list[str]:
    """Compile a program that uses the core as the sample ships it, and return the class path option for it."""
    classes = lane.output / "classes"
    class_path = Exploded(lane.output / "application").core_path()
    sources = ":".join(map(str, (_SOURCE, *further_sources)))
    compile_java(find_jdks()[-1], _SOURCE / f"{program}.java", f"{sources}:{class_path}", classes)
    return ["-cp", ";".join(map(windows_path, [classes, *map(Path, class_path.split(":"))]))]


def hanging_add(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("stalls")
    start = time.monotonic()
    done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, "StallProbe"), "StallProbe", seconds=100,
                         environment=lane.wine.environment("n", **variables))
    took = time.monotonic() - start
    lane.log("stalls").write_text(done.output)
    lines = [line.split(";") for line in done.output.splitlines()]
    found = {(line[0], line[1]): [float(value) if value != "-" else None for value in line[2:]]
             for line in lines if len(line) == 6}
    kinds = list(dict.fromkeys(kind for kind, _ in found))
    if not lane.expect("the program measures six kinds of sockets and ends", len(found) == 12 and done.code == 0
                       and ["end"] in lines, f"exit code {done.code}\n{done.output[-2000:]}"):
        return
    rows = [("ms, free / while the add hangs", "median", "longest", "close", "peer sees the end")]
    rows += [(kind, *(f"{_spell(one)} / {_spell(other)}" for one, other in
                      zip(found[kind, "free"], found[kind, "hanging"]))) for kind in kinds]
    print("\n" + table(rows) + "\n")
    for kind in kinds:
        median, longest, close, end = found[kind, "hanging"]
        free = found[kind, "free"][0]
        lane.expect(f"{kind}: send, receive and close take as long as before",
                    median < max(3 * free, free + 1) and max(longest, close, end or 0) < _MOST_MILLISECONDS,
                    f"{found[kind, 'free']}, while the add hangs {found[kind, 'hanging']}")
    other = next((float(line[1]) for line in lines if line[0] == "flow on another handle"), _NEVER)
    lane.expect(f"a flow on another handle is active after {other:.0f} ms", other < _MOST_MILLISECONDS, other)
    closing = next((float(line[1]) for line in lines if line[0] == "close of a hanging handle"), _NEVER)
    lane.expect(f"close of a hanging handle gives up after its time, {closing:.0f} ms of 1000",
                900 < closing < 1000 + _MOST_MILLISECONDS, closing)
    hung = len(stand_in.calls("QOSAddSocketToFlow", "begin")) - len(stand_in.calls("QOSAddSocketToFlow"))
    lane.expect(f"the program ends with {hung} calls hanging, after {took:.0f} s",
                hung == 6 and took < _HANG_SECONDS, f"{hung} calls, {took:.0f} s")
    summary = stand_in.summary()
    lane.expect("the stand-in reports the handles that the program leaves behind",
                sum(text.startswith("left behind: handle") for text in summary.trouble) == 6, summary.trouble)


def hanging_application(lane: Lane) -> None:
    """The sample's very first flow hangs."""
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("hanging")
    # A handle that opens adds a flow of its own.
    stand_in.tell(f"hang QOSAddSocketToFlow {1000 * _HANG_SECONDS} from=2")
    with Peers() as peers, Capture() as capture, \
            started_on_windows(lane.wine, lane.log("hanging"), dll="n", **variables) as sample:
        lane.expect("the application starts", stand_in.await_calls("QOSAddSocketToFlow", 2, "begin"), "nothing hangs")
        answer, details, took = sample.await_details({"handle": "OPEN", "flows": {"pending": 1}})
        lane.expect("health answers", answer.status in (200, 503) and details.get("handle") == "OPEN"
                    and details.get("flows", {}).get("pending") == 1 and took < 2, answer)
        port = peers.port(UDP, "127.0.0.1")
        flow = sample.open_flow(UDP, "127.0.0.1", port)
        sent = packets_of(capture, port_of(flow), port)
        lane.expect("a new socket sends while its flow waits", len(sent) >= 15, f"{len(sent)} packets, {flow}")
        problem, took = sample.interrupt(15)
        lane.expect(f"the application stops after {took:.1f} s: qos.close-timeout is 5 s",
                    problem is None and took < 8, f"{problem}, {took:.1f} s")


def _spell(milliseconds: float | None) -> str:
    if milliseconds is None:
        return "-"
    return "later" if milliseconds >= _NEVER else f"{milliseconds:.2f}"
