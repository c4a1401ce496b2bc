"""How the commands of the documentation are proved: what each block's comment says, and running it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pages import Block

# Languages whose blocks are commands. Those of the second line cannot be run on Linux.
SHELL = ("sh", "bash", "shell", "console")
ELSEWHERE = ("powershell", "ps1", "bat", "cmd", "zsh")

_SECONDS = 60.0


@dataclass(frozen=True)
class Way:
    """How a block is proved."""

    kind: str
    text: str = ""


def way_of(block: Block) -> Way | None:
    """Return how a block of commands is proved, as its comment says, or None if that is not understood."""
    comment = block.comment
    if match := re.fullmatch(r"not run: (.{10,})", comment):
        return Way("not run", match[1])
    if block.language in ELSEWHERE:
        return None
    if match := re.fullmatch(r"command: (\w+)|proved by: ([\w/-]+)", comment):
        return Way("proved by", match[1] or match[2])
    if match := re.fullmatch(r"run; shows: (.+)", comment):
        return Way("run", match[1])
    if match := re.fullmatch(r"run on a network of its own; then: (\w+)", comment):
        return Way("network", match[1])
    if comment == "run: the sample with these arguments":
        arguments = re.search(r"-Dspring-boot\.run\.arguments=(?:'([^']*)'|(\S+))", block.text)
        return Way("sample", (arguments[1] or arguments[2]) if arguments else "")
    # A comment about something else says nothing of the block, unless it looks like one of these.
    return None if re.match(r"(not )?run|proved|command", comment) else Way("run")


def problem_of_proof(root: Path, name: str) -> str | None:
    """Return why CI does not prove what another step is said to prove: a command of the README, or a lane."""
    steps = (root / ".ci" / "run").read_text()
    if name.startswith("verify/"):
        if not os.access(root / name, os.X_OK):
            return f"there is no {name}"
        step = re.search(rf"^step \"{re.escape(name)}\"", steps, re.MULTILINE)
        return None if step else f".ci/run has no step {name}"
    if f"readme-command.sh {name})" not in steps:
        return f".ci/run does not run the command {name!r} of README.md"
    done = subprocess.run([root / "verify" / "lib" / "readme-command.sh", name], capture_output=True, check=False)
    return None if done.returncode == 0 else f"README.md has no command {name!r}"


class Shell:
    """Runs blocks as they are written, from the project's folder."""

    def __init__(self, root: Path, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        # An answer that is an error is a failure, and no proxy of the environment is asked.
        (home / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\nnoproxy = \"*\"\nmax-time = 20\n")
        self._root = root
        self._environment = {**os.environ, "CURL_HOME": str(home)}

    def problem(self, text: str, shows: str = "", prefix: tuple[str, ...] = ()) -> str | None:
        """Return what is wrong with a block's run, or None."""
        try:
            done = subprocess.run([*prefix, "bash", "-euo", "pipefail", "-c", text], cwd=self._root, check=False,
                                  env=self._environment, stdin=subprocess.DEVNULL, timeout=_SECONDS,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return f"no end within {_SECONDS:.0f} s"
        output = done.stdout.decode(errors="replace")
        if done.returncode:
            return f"exit code {done.returncode}: {output.strip()[-500:]}"
        return None if shows in output else f"it does not show {shows!r} but {output.strip()[-500:]!r}"
