"""Finds links that lead nowhere."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pages import Link, Page


class Links:
    """Judges links within the project. Of others only the form is judged: nothing outside is asked."""

    def __init__(self, root: Path, pages: list[Page]) -> None:
        self._root = root
        self._anchors = {page.path: page.anchors() for page in pages}
        self.within = 0
        self.outside = 0

    def problem(self, link: Link) -> str | None:
        """Return what is wrong with a link, or None."""
        parts = urlsplit(link.target)
        if parts.scheme or parts.netloc:
            self.outside += 1
            return self._problem_outside(link.target)
        self.within += 1
        if link.target.startswith("/"):
            return f"{link.target} is absolute"
        path = posixpath.normpath(posixpath.join(posixpath.dirname(link.page), unquote(parts.path))) \
            if parts.path else link.page
        if path.startswith(".."):
            return f"{link.target} leaves the project"
        if not (self._root / path).exists():
            return f"there is no {path}"
        if parts.fragment and parts.fragment not in self._anchors.get(path, ()):
            return f"{path} has no heading #{parts.fragment}"
        return None

    @staticmethod
    def _problem_outside(target: str) -> str | None:
        if re.fullmatch(r"https?://[A-Za-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:[/?#][!-~]*)?", target):
            return None
        return f"{target} is no address of the web"
