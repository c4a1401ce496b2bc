"""The snippets of the documents, as a reader finds them."""

from __future__ import annotations

import re
from pathlib import Path

from java import ROOT
from report import LaneError

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def snippet(language: str, *parts: str) -> str:
    """Return the first block of a language that has all these parts, in the README or else in another document."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
    for page in pages:
        for found, text in _BLOCK.findall(page.read_text()):
            if found == language and all(part in text for part in parts):
                print(f"  {_name(page)}: {language} with {parts[0]}")
                return text
    raise LaneError(f"no document has a block of {language} with {' and '.join(parts)}")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))
