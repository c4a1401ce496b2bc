"""The process lane: sockets that no hook reaches are found and marked, and nothing else is."""

from __future__ import annotations

import argparse
import fcntl
import json
import random
import resource
import shutil
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from capture import Capture, Packet, spelled, values
from java import BUILD, Exploded, compile_java, dialogue, run, running, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks, find_jdks
from report import LaneError, Report

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "process"
_LIBRARIES = _OUTPUT / "lib"

_VOICE = 56
# An interval of 0.2 seconds and a look, on a machine that may be busy.
_DELAY = 1.2
_MOST_PERCENT = 0.5
_BATCH = 200


class _Page(BaseHTTPRequestHandler):
    """Answers every request and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _web() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _broker() -> Iterator[int]:
    """Be a broker that is slow and old: each question for its versions is answered late, with an error."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket) -> None:
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    unsupported_version = 35
    with connection:
        try:
            while request := connection.recv(4096):
                correlation = struct.unpack_from("!i", request, 8)[0]
                time.sleep(_DELAY + 0.5)
                connection.sendall(struct.pack("!iihi", 10, correlation, unsupported_version, 0))
        except (OSError, struct.error):
            return


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/process", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 rounds, one JDK")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--rounds", type=int, help="rounds of sockets and files, otherwise 20,000")
    parser.add_argument("--seed", type=int, help="seed of the pauses, otherwise a random one")
    parser.add_argument("--only", choices=("clients", "rounds", "cost"), help="this part alone")
    return parser.parse_args()


def _clients(jdk: Jdk, class_path: str, enabled: bool, report: Report) -> None:
    """Run an application with clients that have no hook, and judge their packets."""
    name = f"{jdk}, {'on' if enabled else 'off'}"
    print(f"\n{name}: clients without a hook, in an application of Spring Boot")
    with Capture() as capture, _web() as matched, _web() as other, _broker() as broker:
        command = [*unprivileged(), jdk.java, f"-Dlane.ports={matched},{other}", f"-Dlane.kafka={broker}", "-cp",
                   class_path, "Clients", f"--qos.process.enabled={str(enabled).lower()}",
                   "--qos.process.interval=200ms", "--qos.policies.media.traffic-type=voice",
                   f"--qos.policies.media.remote-port={matched},{broker}"]
        log = _OUTPUT / f"clients-{jdk.feature}-{enabled}.log"
        with running(command, log) as process:
            code = process.wait(90)
        report.expect(f"{name}: the application ends well", code == 0, f"exit code {code}, see {log}")
        packets = capture.packets()
    report.expect(f"{name}: every packet was captured", not capture.lost, f"{capture.lost} packets lost")
    if enabled:
        print("  marked so long after the SYN: " + ", ".join(f"{delay:.2f} s" for delay in _delays(packets, matched)))
    for what, port, path, wanted in (("HttpClient", matched, b"GET /client", _VOICE),
                                     ("HttpURLConnection", matched, b"GET /connection", _VOICE),
                                     ("Kafka", broker, b"", _VOICE),
                                     ("HttpClient to another port", other, b"GET /client", 0),
                                     ("HttpURLConnection to another port", other, b"GET /connection", 0)):
        sent = _late_data(packets, port, path)
        expected = [wanted if enabled else 0]
        report.expect(f"{name}: {what} sends {expected[0]} after {_DELAY:.0f} s, {len(sent)} packets",
                      values(sent) == expected, f"DSCP {spelled([packet.dscp for packet in sent])}")


def _delays(packets: list[Packet], port: int) -> list[float]:
    """Return how long after its SYN each connection's first marked segment was sent."""
    opened = {packet.source_port: packet.time for packet in packets if packet.target_port == port and packet.is_syn}
    marked: dict[int, float] = {}
    for packet in packets:
        if packet.target_port == port and packet.is_data and packet.dscp and packet.source_port in opened:
            marked.setdefault(packet.source_port, packet.time - opened[packet.source_port])
    return sorted(marked.values())


def _late_data(packets: list[Packet], port: int, begin: bytes) -> list[Packet]:
    """Return what is sent to a port on connections that are older than the delay."""
    opened = {packet.source_port: packet.time for packet in packets if packet.target_port == port and packet.is_syn}
    return [packet for packet in packets
            if packet.target_port == port and packet.is_data and packet.payload.startswith(begin)
            and packet.time > opened.get(packet.source_port, packet.time) + _DELAY]


def _rounds(jdk: Jdk, class_path: str, rounds: int, seed: int, report: Report, sweeping: bool = True) -> None:
    """Open and close sockets and locked files under a sweep that never pauses."""
    name = f"{jdk}, sweep {'on' if sweeping else 'off'}"
    print(f"\n{name}: {rounds:,} rounds of sockets and locked files, seed {seed}")
    folder = _OUTPUT / "files"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wrong = right = lost = checked = 0
    kept = left = 0
    descriptors: list[int] = []
    command = [jdk.java, "-cp", class_path, "ProcessProbe", "rounds", str(folder), str(sweeping).lower(), str(seed)]
    with dialogue(command, _OUTPUT / f"rounds-{jdk.feature}.log") as probe:
        for _ in range(max(1, rounds // _BATCH)):
            answer = probe.ask(_BATCH)
            wrong, right = wrong + answer["wrong"], right + answer["right"]
            held = _held(folder)
            checked, lost = checked + answer["held"], lost + answer["held"] - held
            released = probe.ask("release")
            kept, left = kept + released["kept"], left + released["files"]
            descriptors.append(released["descriptors"])
    if not sweeping:
        report.expect(f"{name}: nothing is marked", not right and not wrong, f"{right} and {wrong} are")
        return
    print(f"  {answer['looks']:,} looks, {answer['marks']:,} marks, {answer['files']:,} files locked")
    report.expect(f"{name}: sockets are marked", answer["marks"] > rounds / 20 and right > 0,
                  f"{answer['marks']} marks, {right} seen, so nothing was tried")
    report.expect(f"{name}: no other socket is marked", not wrong, f"{wrong} are")
    report.expect(f"{name}: {checked:,} locks are seen from here, none is lost", checked > 0 and not lost, f"{lost} are")
    # What was a socket and turns out to be a file is kept open for as long as closing it would end a lock.
    print(f"  {kept} duplicates of files were kept open for a while")
    report.expect(f"{name}: no duplicate of a file is left", not left, f"{left} are")
    grown = descriptors[-1] - max(descriptors[:5])
    report.expect(f"{name}: no other descriptor is left", grown <= 2, f"{grown} more than in the beginning")


def _held(folder: Path) -> int:
    """Return how many files somebody else has locked."""
    held = 0
    for path in folder.iterdir():
        with path.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                held += 1
    return held


def _cost(jdk: Jdk, class_path: str, sockets: int, seconds: int, report: Report) -> None:
    output = run([jdk.java, "-cp", class_path, "ProcessProbe", "cost", str(sockets), str(seconds)], seconds=200)
    answer = json.loads(output.splitlines()[-1])
    report.expect(f"{jdk}: with {sockets:,} sockets, {answer['flows']:,} of them marked, looking takes "
                  f"{answer['share']:.3f} % of a processor", answer["share"] < _MOST_PERCENT,
                  f"more than {_MOST_PERCENT} %")


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    seed = options.seed if options.seed is not None else random.randrange(1 << 31)
    rounds = options.rounds or (2_000 if options.quick else 20_000)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        libraries = Exploded(_OUTPUT / "application").library_path()
        class_path = ":".join([str(_OUTPUT / "classes"), libraries, *map(str, sorted(_LIBRARIES.glob("*.jar")))])
        for source in ("ProcessProbe", "Clients"):
            compile_java(find_jdks()[-1], _LANE / "src" / f"{source}.java", class_path, _OUTPUT / "classes")
        for jdk in chosen_jdks(options.jdk, options.quick, report):
            if options.only in (None, "clients"):
                _clients(jdk, class_path, True, report)
                _clients(jdk, class_path, False, report)
            if options.only in (None, "rounds"):
                _rounds(jdk, class_path, rounds, seed, report)
                _rounds(jdk, class_path, _BATCH, seed, report, sweeping=False)
            if options.only in (None, "cost"):
                print(f"\n{jdk}: what looking costs")
                for sockets in (150, 9_000):
                    if hard < sockets + 500 and hard != resource.RLIM_INFINITY:
                        report.skip(f"{sockets:,} sockets", f"a process may have {hard:,} open files only")
                        continue
                    _cost(jdk, class_path, sockets, 10 if options.quick else 30, report)
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
