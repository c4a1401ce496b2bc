"""Judges what of the documentation is neither run nor compiled: dependencies, answers, lines of the log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pages import Block

_GROUP = "io.github.qos4j"


class Dependencies:
    """Knows the project's modules, their version, and what the poms depend on."""

    def __init__(self, root: Path) -> None:
        poms = [pom for pom in root.rglob("pom.xml") if "target" not in pom.parts and "build" not in pom.parts]
        texts = [pom.read_text() for pom in poms]
        head = re.sub(r"<parent>.*?</parent>", "", (root / "pom.xml").read_text(), flags=re.DOTALL)
        self._version = re.search(r"<version>([^<]+)</version>", head)[1]
        self._artifacts = {artifact for text in texts for artifact in re.findall(r"<artifactId>([^<]+)<", text)}

    def problem(self, block: Block) -> str | None:
        """Return what is wrong with a block of Maven or Gradle, or None."""
        if block.language == "xml":
            try:
                tree = ElementTree.fromstring(f"<snippet>{block.text}</snippet>")
            except ElementTree.ParseError as ex:
                return f"it is no XML: {ex}"
            found = [(one.findtext("groupId", ""), one.findtext("artifactId", ""), one.findtext("version", ""))
                     for one in tree.iter("dependency")]
        else:
            found = re.findall(r"['\"]([\w.-]+):([\w.-]+)(?::([\w.-]+))?['\"]", block.text)
        for group, artifact, version in found:
            if artifact not in self._artifacts:
                return f"no pom of the project has {group}:{artifact}"
            if group == _GROUP and version not in ("", self._version):
                return f"{artifact} has version {self._version} and not {version}"
        return None


def problem_of_json(block: Block, answer: Callable[[str], Any]) -> str | None:
    """Return what is wrong with JSON: that it is none, or has members that the sample's answer has not."""
    try:
        shown = json.loads(block.text)
    except ValueError as ex:
        return f"it is no JSON: {ex}"
    if not (path := re.fullmatch(r"answered by: (\S+)", block.comment)):
        return None
    missing = _missing(shown, answer(path[1]), "")
    return f"{path[1]} has no {missing}" if missing else None


def _missing(shown: Any, real: Any, where: str) -> str | None:
    """Return the first member that is shown and not real. Values may differ, and a list stands for its first entry."""
    if isinstance(shown, dict):
        if not isinstance(real, dict):
            return where or "members"
        for name, value in shown.items():
            if name not in real:
                return f"{where}.{name}"
            if missing := _missing(value, real[name], f"{where}.{name}"):
                return missing
    if isinstance(shown, list) and shown:
        if not isinstance(real, list) or not real:
            return f"{where}[0]"
        return _missing(shown[0], real[0], f"{where}[0]")
    return None


def problem_of_log(block: Block, log: str) -> str | None:
    """Return the first line that is shown as logged and was not."""
    return next((f"the sample has not logged {line!r}" for line in block.text.splitlines() if line not in log), None)
