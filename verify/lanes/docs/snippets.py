"""Judges what of the documentation is neither run nor compiled: dependencies, answers, lines of the log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from commands import ELSEWHERE, SHELL
from java import project_version
from pages import Block
from sample import Sample

_GROUP = "io.github.qos4j"

# Languages whose blocks show dependencies.
_DEPENDENCIES = ("xml", "groovy", "kotlin")

_LOGGED = "logged by the sample"


def is_snippet(block: Block) -> bool:
    """Return whether a block is judged here: by its language, or since its comment says something of it."""
    return block.language in (*_DEPENDENCIES, "json") or bool(block.comment) and block.language not in SHELL + ELSEWHERE


def problem_of_snippet(block: Block, dependencies: Dependencies, sample: Sample) -> str | None:
    """Return what is wrong with such a block, or None."""
    if block.language in _DEPENDENCIES:
        return dependencies.problem(block)
    if block.language == "json":
        return _problem_of_json(block, lambda path: sample.call("GET", path).body)
    if block.comment == _LOGGED:
        return _problem_of_log(block, sample.log_text())
    return f"its comment is not understood: <!-- {block.comment} -->"


class Dependencies:
    """Knows the project's modules, their version, and what the poms depend on."""

    def __init__(self, root: Path) -> None:
        poms = [root / "pom.xml", *root.glob("*/pom.xml"), *root.glob("verify/lanes/*/pom.xml")]
        self._version = project_version(root)
        self._known = {pair for pom in poms for pair in _coordinates(ElementTree.parse(pom).getroot())}

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
            if (group, artifact) not in self._known:
                return f"no pom of the project has {group}:{artifact}"
            if group == _GROUP and version not in ("", self._version):
                return f"{artifact} has version {self._version} and not {version}"
        return None


def _coordinates(project: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Yield group and artifact of a project, and of all that it depends on."""
    group = project.findtext("{*}groupId") or project.findtext("{*}parent/{*}groupId", "")
    yield group, project.findtext("{*}artifactId", "")
    for one in project.iterfind(".//{*}dependency"):
        yield one.findtext("{*}groupId", "").replace("${project.groupId}", group), one.findtext("{*}artifactId", "")


def _problem_of_json(block: Block, answer: Callable[[str], Any]) -> str | None:
    """Return what is wrong with JSON: it is none, nobody says whose it is, or the answer lacks members that it has."""
    try:
        shown = json.loads(block.text)
    except ValueError as ex:
        return f"it is no JSON: {ex}"
    if not (path := re.fullmatch(r"answered by: (\S+)", block.comment)):
        return f"no comment above it says what answers it, answered by: PATH, but <!-- {block.comment} -->"
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


def _problem_of_log(block: Block, log: str) -> str | None:
    """Return the first line that is shown as logged and was not."""
    return next((f"the sample has not logged {line!r}" for line in block.text.splitlines() if line not in log), None)
