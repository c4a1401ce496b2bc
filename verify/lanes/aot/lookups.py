"""The part about what JNA looks up by JNI: a native image has to be told of it, and is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from java import BUILD, ROOT, run, sample_jar
from jdks import Jdk
from marks import Expect
from sample import started

_OUTPUT = BUILD / "aot"
_METADATA = (ROOT / "qos-core" / "src" / "main" / "resources" / "META-INF" / "native-image" / "io.github.qos4j"
             / "qos-core" / "reachability-metadata.json")
_SOURCE = Path(__file__).resolve().parent / "native" / "lookups.c"

_PRIMITIVES = {"Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int", "J": "long", "F": "float",
               "D": "double"}
_TYPE = re.compile(r"\[*(?:L[^;]+;|[ZBCSIJFD])")


def judge(jdk: Jdk, expect: Expect) -> None:
    """Run the sample with an agent that notes each lookup, and compare these with the metadata."""
    agent, noted = _OUTPUT / "lookups.so", _OUTPUT / f"lookups-{jdk.feature}.txt"
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    include = jdk.home / "include"
    run(["gcc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", f"-I{include}", f"-I{include / 'linux'}", "-o",
         str(agent), str(_SOURCE), "-ldl"])
    command = [jdk.java, f"-agentpath:{agent}={noted}", "-jar", str(sample_jar())]
    with started(command, _OUTPUT / f"lookups-{jdk.feature}.log") as sample:
        answer = sample.await_health("/actuator/health/qos", "UP")
        expect("with the agent, health of qos is UP", (answer.body or {}).get("status") == "UP", f"{answer}")
    told = {entry["type"]: entry for entry in json.loads(_METADATA.read_text())["reflection"]
            if entry.get("jniAccessible")}
    lookups = sorted(set(noted.read_text().splitlines()))
    missing = [lookup for lookup in lookups if not _is_told(lookup.split(), told)]
    expect(f"the metadata has all {len(lookups)} lookups", not missing, f"not {missing[:5]}")
    for needed in ("IMPL_LOOKUP", "native Lio/github/qos4j/internal/socket/LibC; getsockopt"):
        expect(f"the agent has seen {needed}", any(needed in lookup for lookup in lookups), "it has not")


def _is_told(lookup: list[str], told: dict[str, dict[str, Any]]) -> bool:
    kind, owner, name, signature = lookup
    entry = told.get(name.replace("/", ".") if kind == "class" else _name(owner))
    if entry is None or kind == "class":
        return entry is not None
    if kind == "field":
        return {"name": name} in entry.get("fields", [])
    if kind == "native":
        return entry.get("allDeclaredMethods", False)
    parameters = [_name(each) for each in _TYPE.findall(signature[1:signature.index(")")])]
    return {"name": name, "parameterTypes": parameters} in entry.get("methods", [])


def _name(descriptor: str) -> str:
    element = descriptor.lstrip("[")
    name = _PRIMITIVES.get(element) or element[1:-1].replace("/", ".")
    return name + "[]" * (len(descriptor) - len(element))
