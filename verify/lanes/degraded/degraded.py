"""The degraded lane: machines that refuse native access. The application starts all the same, and says why."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from java import BUILD, Exploded, compile_java, sample_jar, stop_on_signals
from jdks import Jdk, chosen_jdks
from report import Expect, LaneError, Report
from sample import Sample, started

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "degraded"
_CLASSES = _OUTPUT / "classes"

# Processors for which JNA has a name of its own.
_JNA_MACHINES = {"x86_64": "x86-64"}

# Level and number of the option that marks IPv4.
_IP_TOS = ("0", "1")

# The first release that can refuse native access.
_FIRST_TO_REFUSE = 24


class CannotRun(Exception):
    """This machine cannot refuse in this way."""


@dataclass(frozen=True)
class Case:
    """A way to refuse native access, what the remedy must name, and the options that follow it."""

    title: str
    command: Callable[[Jdk, Exploded], Sequence[str]]
    remedy: str
    followed: Callable[[Exploded], str] | None = None
    since: int = 0


def _denied(jdk: Jdk, application: Exploded) -> Sequence[str]:
    # By class path, since the manifest of the jar would allow it.
    return [jdk.java, "--illegal-native-access=deny", "-cp", application.class_path(), application.main_class]


def _without_jna(jdk: Jdk, application: Exploded) -> Sequence[str]:
    return [jdk.java, "-cp", application.class_path("jna-"), application.main_class]


def _without_execution(jdk: Jdk, _: Exploded) -> Sequence[str]:
    """Run with a temporary folder from which nothing can be loaded, in a mount namespace of its own."""
    folder = _OUTPUT / "noexec"
    folder.mkdir(exist_ok=True)
    return [*_own_mounts(), "sh", "-c", 'mount -t tmpfs -o noexec none "$0" && exec "$@"', str(folder), jdk.java,
            f"-Djava.io.tmpdir={folder}", f"-Djna.tmpdir={folder}", "-jar", str(sample_jar())]


def _own_mounts() -> list[str]:
    """Return the command for a mount namespace of one's own: as root, or with a user namespace."""
    for command in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:
            return command
    raise CannotRun("mounting a noexec folder needs root, or user namespaces")


def _allowed(_: Exploded) -> str:
    return "--enable-native-access=ALL-UNNAMED"


def _installed(application: Exploded) -> str:
    """Install JNA's native library, as a machine without any writable folder for programs needs it."""
    machine = _JNA_MACHINES.get(platform.machine(), platform.machine())
    folder = application.unpack_library("jna-", f"com/sun/jna/linux-{machine}/libjnidispatch.so")
    return f'"-Djna.boot.library.path={folder}" -Djna.nounpack=true'


CASES = (
    Case("native access denied", _denied, "--enable-native-access", _allowed, _FIRST_TO_REFUSE),
    # Adding JNA is what every other run does.
    Case("no JNA on the class path", _without_jna, "net.java.dev.jna:jna"),
    Case("temporary folder noexec", _without_execution, "jna.tmpdir", _installed),
)


class Runs:
    """The runs of one JDK."""

    def __init__(self, jdk: Jdk, application: Exploded, report: Report) -> None:
        self._jdk = jdk
        self._application = application
        self._report = report

    def degraded(self, case: Case) -> None:
        """Run the sample where native access is refused."""
        try:
            command = case.command(self._jdk, self._application)
        except CannotRun as ex:
            self._report.skip(f"{self._jdk}, {case.title}", str(ex))
            return

        def check(sample: Sample, expect: Expect) -> None:
            answer = sample.await_health("/actuator/health/qos", "UNKNOWN")
            expect("health of qos is 200 and UNKNOWN",
                   (answer.status, (answer.body or {}).get("status")) == (200, "UNKNOWN"), f"{answer}")
            details = (answer.body or {}).get("details", {})
            error = details.get("error", {})
            print(f"       reason: {details.get('reason')}\n       remedy: {error.get('remedy')}")
            expect("it gives a reason", bool(details.get("reason")), f"{answer}")
            expect(f"its remedy names {case.remedy}", case.remedy in str(error.get("remedy")), f"{answer}")
            told = sample.log_text().count(str(error.get("remedy")))
            expect("the log says it once", told == 1, f"it does {told} times")
            expect("the traffic of a flow arrives all the same", *_flow_arrives(sample))

        self._run(case.title, command, [], check)
        if case.followed:
            self._cured(case, command, case.followed(self._application))

    def _cured(self, case: Case, command: Sequence[str], java_options: str) -> None:
        """Do what the remedy says, on the same machine."""

        def check(sample: Sample, expect: Expect) -> None:
            answer = sample.await_health("/actuator/health/qos", "UP")
            expect("health of qos is UP", (answer.body or {}).get("status") == "UP", f"{answer}")

        self._run(f"{case.title}, remedy followed", command, [], check, JDK_JAVA_OPTIONS=java_options)

    def refused_option(self) -> None:
        """Run the sample where native access works and the system refuses the mark itself."""
        title = "socket option refused"
        refused = [sys.executable, str(_LANE / "refuse.py"), *_IP_TOS]
        if subprocess.run([*refused, "true"], check=False, capture_output=True).returncode != 0:
            self._report.skip(f"{self._jdk}, {title}", "refusing a system call needs seccomp, on x86-64 or aarch64")
            return

        def check(sample: Sample, expect: Expect) -> None:
            for attempt in range(3):
                expect(f"the traffic of flow {attempt + 1} arrives all the same", *_flow_arrives(sample))
            answer = sample.await_health("/actuator/health/qos", "UP")
            details = (answer.body or {}).get("details", {})
            error = details.get("error", {})
            # The first flow, these three, and what the sample's own server asks for.
            expect("health shows the flows as failed", details.get("flows", {}).get("failed", 0) >= 4, f"{answer}")
            expect("it names the call and the error",
                   (error.get("operation"), error.get("name")) == ("setsockopt(IP_TOS)", "EPERM"), f"{answer}")
            expect("its remedy names the security profile", "security profile" in str(error.get("remedy")),
                   f"{answer}")
            told = sample.log_text().count(str(error.get("remedy")))
            expect("the log says it once", told == 1, f"it does {told} times")

        self._run(title, [*refused, self._jdk.java, "-jar", str(sample_jar())], [], check)

    def plain(self, enabled: bool) -> None:
        """Run an application that does without a handle. Switched off, the starter must leave no trace."""

        def check(sample: Sample, expect: Expect) -> None:
            answer = sample.await_health("/actuator/health", "UP")
            components = (answer.body or {}).get("components", {})
            expect("health is UP", (answer.body or {}).get("status") == "UP", f"{answer}")
            native = sample.native_libraries()
            if enabled:
                # Else not finding them in the other run would mean nothing.
                expect("health has a component qos", "qos" in components, f"{answer}")
                expect("JNA's native library is mapped", bool(native), "it was not found")
            else:
                expect("health has components, and none is qos", bool(components) and "qos" not in components,
                       f"{answer}")
                expect("JNA's native library is not mapped", not native, f"{native}")

        switch = f"qos.enabled={str(enabled).lower()}"
        command = [self._jdk.java, "--enable-native-access=ALL-UNNAMED", "-cp",
                   f"{_CLASSES}:{self._application.library_path()}", "plain.PlainApplication"]
        self._run(switch, command, [f"--{switch}", "--management.endpoint.health.show-details=always"], check)

    def _run(self, title: str, command: Sequence[str], arguments: Sequence[str],
             check: Callable[[Sample, Expect], None], **environment: str) -> None:
        """Start an application, check it, and check how it ends and what it logged."""
        name = f"{self._jdk}, {title}"
        print(f"\n{name}")
        expect = self._report.about(name)
        log = _OUTPUT / (re.sub(r"\W+", "-", title) + f"-{self._jdk.feature}.log")
        try:
            with started(command, log, *arguments, env={**os.environ, **environment}) as sample:
                check(sample, expect)
                problem = sample.stop()
                expect("it ends on SIGTERM", problem is None, f"{problem}")
                traces = re.findall(r"^\s+at .+$", sample.log_text(), re.MULTILINE)
                expect("its log has no stack trace", not traces, f"{len(traces)} lines of traces")
        except LaneError as ex:
            expect("the application runs", False, str(ex))


def _flow_arrives(sample: Sample) -> tuple[bool, str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(5)
        answer = sample.call("POST", "/api/flows", {"protocol": "udp", "host": "127.0.0.1",
                                                    "port": peer.getsockname()[1], "trafficType": "VOICE"})
        try:
            return answer.status == 201 and bool(peer.recv(2048)), f"{answer}"
        except TimeoutError:
            return False, f"nothing arrived after {answer}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="verify/degraded",
                                     description="Proves that an application runs where native access is refused.")
    parser.add_argument("--quick", action="store_true", help="the newest JDK alone")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    options = parser.parse_args()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        shutil.rmtree(_OUTPUT, ignore_errors=True)
        application = Exploded(_OUTPUT / "application")
        compile_java(jdks[0], _LANE / "src" / "plain" / "PlainApplication.java", application.library_path(), _CLASSES)
        for jdk in jdks:
            runs = Runs(jdk, application, report)
            for case in CASES:
                if jdk.feature >= case.since:
                    runs.degraded(case)
            runs.refused_option()
            runs.plain(enabled=True)
            runs.plain(enabled=False)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
