"""Runs cells, and judges each by what was captured meanwhile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from capture import Capture
from cells import Cell
from java import compile_java, run, unprivileged
from jdks import Jdk
from judge import Verdict, judge
from report import Report

_SOURCES = Path(__file__).resolve().parent / "src"
_PASSWORD = "loopback"


class Probe:
    """The program that opens the sockets. It runs without privileges."""

    def __init__(self, jdk: Jdk, class_path: str, backend: str, output: Path) -> None:
        classes = output / "classes"
        compile_java(jdk, _SOURCES / "WireProbe.java", f"{_SOURCES}:{class_path}", classes)
        self._class_path = f"{classes}:{class_path}"
        self._backend = backend
        self._keys = _make_keys(jdk, output / "keys.p12")

    def judge(self, jdk: Jdk, cells: Sequence[Cell], report: Report) -> list[Verdict]:
        """Return the verdict on each cell."""
        with Capture() as capture:
            results = self._run(jdk, cells, False) | self._run(jdk, cells, True)
        report.check(f"{jdk}: capture", f"{capture.lost} packets lost" if capture.lost else None)
        packets = capture.packets()
        return [judge(number, cell, results.get(number), packets) for number, cell in enumerate(cells)]

    def _run(self, jdk: Jdk, cells: Sequence[Cell], ipv4_jvm: bool) -> dict[int, dict]:
        """Run the cells that need this kind of JVM."""
        # Words are separated by blanks, so a kind's name has none.
        lines = [f"{number} {cell.kind.replace(' ', '_')} {cell.family} {cell.steps}\n"
                 for number, cell in enumerate(cells) if cell.needs_ipv4_jvm == ipv4_jvm]
        if not lines:
            return {}
        flags = self._tls_flags() + (["-Djava.net.preferIPv4Stack=true"] if ipv4_jvm else [])
        command = [*unprivileged(), jdk.java, *flags, "-cp", self._class_path, "WireProbe", self._backend]
        results = map(json.loads, run(command, "".join(lines)).splitlines())
        return {result["cell"]: result for result in results}

    def _tls_flags(self) -> list[str]:
        return [f"-Djavax.net.ssl.{kind}Store{suffix}={value}" for kind in ("key", "trust")
                for suffix, value in (("", self._keys), ("Password", _PASSWORD))]


def _make_keys(jdk: Jdk, keys: Path) -> Path:
    """Create a key and its certificate, for TLS between the probe and itself."""
    keys.unlink(missing_ok=True)
    run([jdk.keytool, "-genkeypair", "-alias", "probe", "-keyalg", "EC", "-dname", "CN=localhost", "-keystore",
         str(keys), "-storetype", "PKCS12", "-storepass", _PASSWORD])
    return keys
