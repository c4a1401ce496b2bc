"""Starts the sample's jar on the Windows JVM."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from java import running, sample_jar
from sample import Answer, Sample, free_port
from wine import Wine, java_options, windows_path

# For shut_down.
SHUTDOWN_ENDPOINT = ("--management.endpoint.shutdown.access=unrestricted",
                     "--management.endpoints.web.exposure.include=health,shutdown")

# The sample names a policy for its web server, and a property that is set cannot be taken away.
_SERVER_MARKING = "io.github.qos4j.boot.autoconfigure.server.tomcat.QosTomcatAutoConfiguration"

# What a JVM returns that Ctrl+C has ended in good order.
_ENDED_BY_CTRL_C = 130


class WindowsSample(Sample):
    """A running sample application under Wine."""

    def interrupt(self, seconds: float) -> tuple[str | None, float]:
        """Press Ctrl+C. Returns what was wrong with the way in which the application ended, and how long it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"still runs {seconds:.0f} s after Ctrl+C", seconds
        took = time.monotonic() - start
        return (None if code == _ENDED_BY_CTRL_C else f"exit code {code} after Ctrl+C"), took

    def shut_down(self, seconds: float) -> str | None:
        """Let the application end itself. Returns what was wrong with the way in which it did."""
        self.call("POST", "/actuator/shutdown")
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"still runs {seconds:.0f} s after it was told to end"
        return None if code == 0 else f"exit code {code}"

    def health(self) -> tuple[Answer, dict[str, Any], float]:
        """Return the answer about qos, its details, and how long it took."""
        start = time.monotonic()
        answer = self.call("GET", "/actuator/health/qos")
        return answer, (answer.body or {}).get("details", {}), time.monotonic() - start

    def await_details(self, wanted: Mapping[str, Any], seconds: float = 10.0) -> tuple[Answer, dict[str, Any], float]:
        """Wait until health has these details; a mapping means that these entries are among the detail's own."""
        end = time.monotonic() + seconds
        while True:
            answer, details, took = self.health()
            if holds(details, wanted) or time.monotonic() > end:
                return answer, details, took
            time.sleep(0.1)

    def open_flow(self, protocol: str, host: str, port: int, traffic_type: str = "VOICE") -> dict[str, Any]:
        answer = self.call("POST", "/api/flows",
                           {"protocol": protocol, "host": host, "port": port, "trafficType": traffic_type})
        return answer.body if answer.status == 201 else {"id": "0", "state": f"{answer}"}

    def await_flow(self, name: str, *states: str, seconds: float = 10.0) -> dict[str, Any]:
        """Wait until a flow is in one of these states, and return it in any case."""
        end = time.monotonic() + seconds
        while True:
            flow = self.call("GET", f"/api/flows/{name}").body or {}
            if flow.get("state") in states or time.monotonic() > end:
                return flow
            time.sleep(0.1)

    def close_flow(self, name: str) -> None:
        self.call("DELETE", f"/api/flows/{name}")

    def warnings(self, text: str) -> int:
        """Return how many lines of the log are warnings with this text."""
        return sum(1 for line in self.log_text().splitlines() if " WARN " in line and text in line)


def holds(details: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether details have what is wanted of them, and perhaps more."""
    return all(holds(details.get(name) or {}, value) if isinstance(value, Mapping) else details.get(name) == value
               for name, value in wanted.items())


def port_of(flow: Mapping[str, Any]) -> int:
    """Return the port of this end of a flow."""
    match = re.search(r":(\d+)$", flow.get("localAddress", ""))
    return int(match[1]) if match else 0


@contextmanager
def started_on_windows(wine: Wine, log: Path, *arguments: str, dll: str | None = None, server: str | None = None,
                       address: str = "127.0.0.1", **variables: str) -> Iterator[WindowsSample]:
    """Start the unchanged jar of the sample, with one flow from its start. Its web server has a policy or, other than by
    default, none: the connections of our own questions would be flows among those that are judged."""
    port = free_port()
    marking = f"--qos.server.policy={server}" if server else f"--spring.autoconfigure.exclude={_SERVER_MARKING}"
    command = wine.command(wine.java, *java_options(), "-jar", windows_path(sample_jar()), f"--server.port={port}",
                           f"--server.address={address}", "--sample.bulk=false", marking, *arguments)
    with running(command, log, env=wine.environment(dll, **variables)) as process:
        sample = WindowsSample(process, port, log, address)
        sample.await_start()
        yield sample
