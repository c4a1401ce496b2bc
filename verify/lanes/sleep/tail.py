"""Files that somebody else is still writing."""

from __future__ import annotations

from pathlib import Path


class Tail:
    """Reads what has been added since the last time, whole lines only."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._rest = b""

    def lines(self) -> list[str]:
        if not self._file.is_file():
            return []
        with self._file.open("rb") as content:
            content.seek(self._read)
            new = content.read()
        self._read += len(new)
        *whole, self._rest = (self._rest + new).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in whole]
