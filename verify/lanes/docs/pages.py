"""Markdown as far as the lane has to understand it: links, headings, and blocks with what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>```+)(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)(?P=fence)[ ]*$",
                    re.MULTILINE | re.DOTALL)
_COMMENT_BEFORE = re.compile(r"<!--\s*([^\n]*?)\s*-->[ \t]*\n[ \t]*\Z")
_CODE = re.compile(r"(`+)(?:(?!\1).)+?\1", re.DOTALL)
_LINK = re.compile(r"\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+\"[^\"]*\")?\s*\)")
_HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]*)\"")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block, and the comment on the line above it: how the block is proved."""

    page: str
    line: int
    language: str
    text: str
    comment: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Link:
    page: str
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


class Page:
    """A page, by its path within the project."""

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        self._text = (root / path).read_text(encoding="utf-8")

    def blocks(self) -> list[Block]:
        found = []
        for fence in _FENCE.finditer(self._text):
            comment = _COMMENT_BEFORE.search(self._text, 0, fence.start())
            text = re.sub(f"^{fence['indent']}", "", fence["text"], flags=re.MULTILINE)
            found.append(Block(self.path, self._line(fence.start()), fence["language"], text,
                               comment[1] if comment else ""))
        return found

    def links(self) -> list[Link]:
        text = self._without(self._without(self._text, _FENCE), _CODE)
        return [Link(self.path, self._line(link.start()), link[1])
                for pattern in (_LINK, _HTML_LINK) for link in pattern.finditer(text)]

    def anchors(self) -> set[str]:
        """Return what GitHub and the site both make of the headings."""
        anchors: set[str] = set()
        for heading in _HEADING.finditer(self._without(self._text, _FENCE)):
            words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            anchor = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.lower()).strip())
            number = 0
            while (name := f"{anchor}-{number}" if number else anchor) in anchors:
                number += 1
            anchors.add(name)
        return anchors

    def programs(self) -> set[str]:
        """Return the programs of the project that are named in code."""
        return set(re.findall(r"(?<![\w./])(\.ci/run|\./mvnw|docs/build|verify/[a-z-]+)(?![\w./-])",
                              " ".join(code[0] for code in _CODE.finditer(self._text))))

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1

    @staticmethod
    def _without(text: str, pattern: re.Pattern[str]) -> str:
        """Blank out what matches, so that everything else stays in its line."""
        return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
