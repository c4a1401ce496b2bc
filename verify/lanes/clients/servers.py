"""Servers of the lane's own: Debian's, on ports and in a folder that nobody else uses."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from java import running
from report import LaneError
from sample import free_port

_START_SECONDS = 90.0
_ADDRESSES = ("127.0.0.1", "127.0.0.2", "::1")

# RabbitMQ wants its own account or root; what is here neither needs nor touches the one of the system's service.
_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def await_start(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is None and time.monotonic() < end:
                    time.sleep(0.2)
                    continue
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
            raise LaneError(f"{self.log.stem} does not listen\n{tail}")


def missing() -> dict[str, str]:
    """Return the servers that cannot be started here, and why."""
    if os.geteuid():
        return dict.fromkeys(("Redis", "RabbitMQ", "PostgreSQL"), "its server is started as another user, as root can")
    found = {"Redis": shutil.which("redis-server"),
             "RabbitMQ": _RABBITMQ.is_file() and shutil.which("epmd"),
             "PostgreSQL": _postgresql()}
    return {name: "its server is not installed" for name, there in found.items() if not there}


def _postgresql() -> Path | None:
    """Return where the newest PostgreSQL is, which is not on the path."""
    homes = [program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    return max(homes, key=lambda home: float(home.parent.name), default=None)


@contextmanager
def running_servers(names: Sequence[str], logs: Path) -> Iterator[dict[str, int]]:
    """Run servers, and give the port of each. They and their data are gone in the end."""
    starts = {"Redis": _redis, "RabbitMQ": _rabbitmq, "PostgreSQL": _postgres}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qos-clients-")))
        # Each server may go to its own folder in there.
        folder.chmod(0o755)
        servers = {name: starts[name](stack, folder, logs) for name in names}
        for server in servers.values():
            server.await_start()
        yield {name: server.port for name, server in servers.items()}


def _redis(stack: ExitStack, folder: Path, logs: Path) -> Server:
    home, port = _home(folder, "redis", "nobody"), free_port()
    return _start(stack, "nobody", logs / "redis.log", port,
                  ["redis-server", "--port", str(port), "--bind", *(f"-{address}" for address in _ADDRESSES),
                   "--save", "", "--dir", str(home)])


def _postgres(stack: ExitStack, folder: Path, logs: Path) -> Server:
    home, port, programs = _home(folder, "postgresql", "postgres"), free_port(), _postgresql()
    done = subprocess.run([*_as_user("postgres"), str(programs / "initdb"), "--auth=trust", "--no-sync",
                           "--locale=C", "--encoding=UTF8", f"--pgdata={home}"],
                          cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaneError(f"initdb: {done.stderr.strip()}")
    return _start(stack, "postgres", logs / "postgresql.log", port,
                  [str(programs / "postgres"), "-D", str(home), "-p", str(port), "-k", str(home), "-F", "-c",
                   f"listen_addresses={','.join(_ADDRESSES)}"])


def _rabbitmq(stack: ExitStack, folder: Path, logs: Path) -> Server:
    user = "rabbitmq"
    home, port, names = _home(folder, "rabbitmq", user), free_port(), free_port()
    # Else Erlang would start it, and it would be left behind.
    _start(stack, user, logs / "epmd.log", names, ["epmd", "-port", str(names), "-address", "127.0.0.1"])
    settings = [f"listeners.tcp.{number} = {address}:{port}" for number, address in enumerate(_ADDRESSES, 1)]
    (home / "rabbitmq.conf").write_text("\n".join(settings) + "\n")
    (home / "enabled_plugins").write_text("[].\n")
    environment = {"HOME": home, "ERL_EPMD_PORT": names, "ERL_EPMD_ADDRESS": "127.0.0.1",
                   "RABBITMQ_NODENAME": "qos@localhost", "RABBITMQ_DIST_PORT": free_port(),
                   "RABBITMQ_CONFIG_FILE": home / "rabbitmq.conf", "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                   "RABBITMQ_ENABLED_PLUGINS_FILE": home / "enabled_plugins", "RABBITMQ_MNESIA_BASE": home / "mnesia",
                   "RABBITMQ_LOG_BASE": home / "log", "RABBITMQ_PID_FILE": home / "pid",
                   "RABBITMQ_FEATURE_FLAGS_FILE": home / "feature_flags", "RABBITMQ_SERVER_CODE_PATH": ""}
    return _start(stack, user, logs / "rabbitmq.log", port, [str(_RABBITMQ)],
                  {name: str(value) for name, value in environment.items()})


def _start(stack: ExitStack, user: str, log: Path, port: int, command: Sequence[str],
           environment: dict[str, str] | None = None) -> Server:
    # In a process namespace, so that whatever it starts ends with it, however the lane ends.
    contained = ["unshare", "--pid", "--fork", "--", *_as_user(user), *command]
    process = stack.enter_context(running(contained, log, cwd="/", env={**os.environ, **(environment or {})}))
    return Server(port, log, process)


def _as_user(user: str) -> list[str]:
    account = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups",
            # Named here, since the kernel forgets it when the user changes.
            "--pdeathsig", "KILL", "--"]


def _home(folder: Path, name: str, user: str) -> Path:
    home = folder / name
    home.mkdir(mode=0o700)
    account = pwd.getpwnam(user)
    os.chown(home, account.pw_uid, account.pw_gid)
    return home
