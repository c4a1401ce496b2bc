"""The sample application, judged from outside: by its answers and by its packets."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from capture import Capture, Packet, TCP, first_of_connection, spelled, values
from cells import VOICE
from java import sample_jar, unprivileged
from jdks import Jdk
from report import Expect, LaneError, Report
from sample import Sample, started

# The sample goes on sending for this long after a flow is deleted.
_UNMARKED_SECONDS = 5.0
_ENOUGH_PACKETS = 10

# CAP_NET_ADMIN and CAP_NET_RAW.
_NETWORK_CAPABILITIES = 1 << 12 | 1 << 13


def run(jdk: Jdk, backend: str, output: Path, report: Report) -> None:
    """Check the sample with one JDK."""
    print(f"\nThe sample application, {jdk}")
    expect = report.about(f"{jdk}, sample")
    command = [*unprivileged(), jdk.java, "-jar", str(sample_jar())]
    try:
        with Capture() as capture, started(command, output / f"sample-{jdk.feature}.log",
                                           f"--qos.backend={backend}") as sample:
            checks = _Checks(sample, capture, expect)
            checks.privileges()
            checks.health()
            checks.flow_of_start()
            for protocol in ("udp", "tcp"):
                for host in ("127.0.0.1", "::1"):
                    checks.flow_by_request(protocol, host)
            checks.end()
        expect("every packet was captured", not capture.lost, f"{capture.lost} packets lost")
    except LaneError as ex:
        expect("it runs", False, str(ex))


class _Checks:
    """The checks of one run of the sample."""

    def __init__(self, sample: Sample, capture: Capture, expect: Expect) -> None:
        self._sample = sample
        self._capture = capture
        self._expect = expect

    def privileges(self) -> None:
        held = self._sample.capabilities()
        self._expect("it has no rights over the network", not held & _NETWORK_CAPABILITIES, f"capabilities {held:#x}")

    def health(self) -> None:
        answer = self._sample.await_health("/actuator/health", "UP")
        self._expect("health is UP", (answer.body or {}).get("status") == "UP", f"{answer}")
        qos = (answer.body or {}).get("components", {}).get("qos", {})
        details = qos.get("details", {})
        self._expect("health has a component qos, which is UP", qos.get("status") == "UP", f"{answer}")
        self._expect("its backend is socket", details.get("backend") == "socket", f"details {details}")
        self._expect("its service is not needed", details.get("service", {}).get("state") == "not needed",
                     f"details {details}")

    def flow_of_start(self) -> None:
        answer = self._sample.call("GET", "/api/flows")
        voice = [flow for flow in answer.body or [] if flow["trafficType"] == "VOICE" and flow["protocol"] == "udp"]
        if self._expect("a VOICE flow exists from the start", bool(voice), f"{answer}"):
            self._marked("the flow from the start", voice[0])

    def flow_by_request(self, protocol: str, host: str) -> None:
        name = f"{protocol} to {host}"
        with _peer(protocol, host) as port:
            answer = self._sample.call("POST", "/api/flows", {"protocol": protocol, "host": host, "port": port,
                                                              "trafficType": "VOICE"})
            if not self._expect(f"{name}: 201 and a flow", answer.status == 201, f"{answer}"):
                return
            flow = answer.body
            self._expect(f"{name}: reports ACTIVE, DSCP {VOICE}", (flow["state"], flow["dscp"]) == ("ACTIVE", VOICE),
                         f"{flow}")
            self._marked(name, flow)
            self._unmarked(name, flow)

    def _marked(self, name: str, flow: dict[str, Any]) -> None:
        """From its first packet on, a flow's socket must send nothing without the mark."""
        sent = self._capture.wait(_sent_by(flow), _ENOUGH_PACKETS)
        data = [packet for packet in sent if packet.is_data]
        first = first_of_connection(sent)
        what = "SYN" if flow["protocol"] == TCP else "first datagram"
        self._expect(f"{name}: {what} has DSCP {VOICE}", first is not None and first.dscp == VOICE,
                     f"DSCP {spelled([first.dscp]) if first else 'not seen'}")
        self._expect(f"{name}: all data has DSCP {VOICE}", values(data) == [VOICE],
                     f"DSCP {spelled(values(data))} in {len(data)} packets")

    def _unmarked(self, name: str, flow: dict[str, Any]) -> None:
        """Whatever leaves the socket after the answer must be unmarked."""
        answer = self._sample.call("DELETE", f"/api/flows/{flow['id']}")
        answered = time.time()
        self._expect(f"{name}: deleted", answer.status in (200, 204), f"{answer}")
        sent_by = _sent_by(flow)
        later = self._capture.wait(lambda packet: packet.is_data and packet.time > answered and sent_by(packet),
                                   _ENOUGH_PACKETS, _UNMARKED_SECONDS)
        self._expect(f"{name}: data has DSCP 0 after that", values(later) == [0],
                     f"DSCP {spelled(values(later))} in {len(later)} packets")

    def end(self) -> None:
        problem = self._sample.stop()
        self._expect("ends on SIGTERM", problem is None, f"{problem}")
        complaints = re.findall(r"^(?:WARNING:|.*\b(?:WARN|ERROR)\b|\s+at |.*Exception).*$", self._sample.log_text(),
                                re.MULTILINE)
        self._expect("printed no warning, error or stack trace", not complaints, "\n    ".join(complaints[:10]))


def _sent_by(flow: dict[str, Any]) -> Callable[[Packet], bool]:
    local = int(flow["localAddress"].rsplit(":", 1)[1])
    return lambda packet: packet.protocol == flow["protocol"] and packet.goes(local, flow["port"])


@contextmanager
def _peer(protocol: str, host: str) -> Iterator[int]:
    """Open somebody to talk to, who takes everything and says nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if protocol == TCP else socket.SOCK_DGRAM) as peer:
        peer.bind((host, 0))
        if protocol == TCP:
            peer.listen()
        threading.Thread(target=_take, args=(peer, protocol), daemon=True).start()
        try:
            yield peer.getsockname()[1]
        finally:
            # Wakes the thread up, which closing alone does not.
            _shut(peer)


def _take(peer: socket.socket, protocol: str) -> None:
    try:
        source = peer.accept()[0] if protocol == TCP else peer
        with source:
            while source.recv(2048) or protocol != TCP:
                pass
    except OSError:
        # Closed: the check is over.
        return


def _shut(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_RDWR)
    except OSError:
        # A datagram socket without a peer says that it is not connected, and wakes up all the same.
        pass
