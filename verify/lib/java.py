"""Runs Java programs that never outlive the lane."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jdks import Jdk
from report import LaneError

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "verify" / "build"

# What Maven has downloaded for its user, which lanes leave as it is.
USERS_REPOSITORY = Path(os.environ.get("MAVEN_REPOSITORY") or Path.home() / ".m2" / "repository")

# The child is killed by the kernel when the lane is killed, which no handler of ours can see to.
_DIE_WITH_PARENT = ["setpriv", "--pdeathsig", "KILL", "--"]


def unprivileged() -> list[str]:
    """Return the command that takes root's rights away, except those to files: what is proved needs no others."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set", "-all,+dac_override,+dac_read_search", "--inh-caps", "-all", "--"]


def stop_on_signals() -> None:
    """Let a signal end the lane through its finally clauses."""
    def stop(number: int, _: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


@contextmanager
def running(command: Sequence[str], log: Path, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command with both its outputs in one file, and kill it in the end if it still runs."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen([*_DIE_WITH_PARENT, *command], stdout=output, stderr=subprocess.STDOUT,
                                   **{"stdin": subprocess.DEVNULL, **options})
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class Dialogue:
    """A running program that answers each line of its input with a line of JSON."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log

    def ask(self, *words: object) -> dict[str, Any]:
        """Have something done, and return the answer to it."""
        try:
            print(*words, file=self._process.stdin, flush=True)
        except BrokenPipeError:
            # Why it has ended is told below.
            pass
        line = self._process.stdout.readline()
        if not line:
            raise LaneError(f"the program has ended\n{_tail(self._log.read_text(errors='replace'))}")
        return json.loads(line)


@contextmanager
def dialogue(command: Sequence[str], log: Path) -> Iterator[Dialogue]:
    """Run a program to talk to, with its errors in a file, and kill it in the end if it still runs."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        process = subprocess.Popen([*_DIE_WITH_PARENT, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=errors, text=True)
        try:
            yield Dialogue(process, log)
        finally:
            process.kill()
            process.communicate()


def run(command: Sequence[str], text: str = "", seconds: float = 120.0) -> str:
    """Run a command to its end and return what it printed on its standard output."""
    try:
        done = subprocess.run([*_DIE_WITH_PARENT, *command], input=text, capture_output=True, text=True,
                              timeout=seconds, check=False)
    except subprocess.TimeoutExpired as ex:
        raise LaneError(f"no end within {seconds:.0f} s: {' '.join(command)}\n{_tail(ex.stderr)}") from ex
    if done.returncode:
        raise LaneError(f"exit code {done.returncode}: {' '.join(command)}\n{_tail(done.stderr)}")
    return done.stdout


def run_logged(command: Sequence[str], log: Path, seconds: float, **options: object) -> tuple[int, str]:
    """Run a command to its end with both its outputs in one file. Returns its exit code and what it printed."""
    with running(command, log, **options) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as ex:
            raise LaneError(f"no end within {seconds:.0f} s, see {log}: {' '.join(command)}") from ex
    return code, log.read_text(errors="replace")


def repository_options(own: Path, *others: Path) -> list[str]:
    """Return Maven's options for a repository of one's own. What others have, and the user's, is taken from there."""
    return [f"-Dmaven.repo.local={own}", f"-Dmaven.repo.local.tail={','.join(map(str, [*others, USERS_REPOSITORY]))}",
            "-Dmaven.repo.local.tail.ignoreAvailability=true"]


def _tail(output: str | bytes | None) -> str:
    text = output.decode(errors="replace") if isinstance(output, bytes) else output or ""
    return "\n".join(text.splitlines()[-40:])


def project_version(root: Path = ROOT) -> str:
    """Return the version of a checkout."""
    return ElementTree.parse(root / "pom.xml").getroot().findtext("{*}version")


def sample_jar() -> Path:
    """Return the executable jar of the sample application."""
    return module_jar("sample-app")


def module_jar(module: str) -> Path:
    """Return the jar of a module."""
    jars = [jar for jar in (ROOT / module / "target").glob(f"{module}-*.jar")
            if not jar.stem.endswith(("-sources", "-javadoc", "-tests"))]
    if len(jars) != 1:
        raise LaneError(f"{module}/target must hold one jar of the module: build it with ./mvnw -DskipTests package")
    return jars[0]


class Exploded:
    """The contents of the sample's jar: what an application ships, to be run in other ways than by its jar."""

    def __init__(self, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        self._target = target
        with zipfile.ZipFile(sample_jar()) as jar:
            manifest = jar.read("META-INF/MANIFEST.MF").decode()
            jar.extractall(target, [name for name in jar.namelist() if name.startswith("BOOT-INF/")])
        self._classes = target / "BOOT-INF" / "classes"
        self._libraries = sorted((target / "BOOT-INF" / "lib").glob("*.jar"))
        self.main_class = next(line.split(":", 1)[1].strip() for line in manifest.splitlines()
                               if line.startswith("Start-Class:"))

    def class_path(self, without: str | None = None) -> str:
        """Return the application's class path, without the libraries whose names begin with a text."""
        return _joined([self._classes, *(jar for jar in self._libraries
                                           if without is None or not jar.name.startswith(without))])

    def library_path(self) -> str:
        """Return the class path of another application with the same libraries."""
        return _joined(self._libraries)

    def core_path(self) -> str:
        """Return the class path of an application that uses the core alone."""
        return _joined(self.libraries("qos-core-", "jna-", "jspecify-"))

    def libraries(self, *names: str) -> list[Path]:
        """Return the libraries whose names begin with one of these texts."""
        return [jar for jar in self._libraries if jar.name.startswith(names)]

    def starter_path(self) -> str:
        """Return the class path of what the starter brings, without Spring."""
        return _joined(jar for jar in self._libraries if jar.name.startswith(("qos-", "jna-", "jspecify-")))

    def unpack_library(self, name: str, member: str) -> Path:
        """Return a folder with one file out of the library whose name begins with a text and a digit."""
        library = next(jar for jar in self._libraries if re.match(re.escape(name) + r"\d", jar.name))
        target = self._target / "unpacked"
        target.mkdir(exist_ok=True)
        with zipfile.ZipFile(library) as jar:
            (target / Path(member).name).write_bytes(jar.read(member))
        return target


def _joined(files: Iterable[Path]) -> str:
    return ":".join(map(str, files))


def compile_java(jdk: Jdk, source: Path, class_path: str, target: Path) -> None:
    """Compile one file for the oldest supported release."""
    run([jdk.javac, "--release", "17", "-Xlint:all", "-cp", class_path, "-d", str(target), str(source)])
