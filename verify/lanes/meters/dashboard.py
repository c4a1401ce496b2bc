"""Reads the dashboard as Grafana would, and finds what Grafana would not complain about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from java import ROOT
from report import Report

_FILE = ROOT / "docs" / "monitoring" / "qos4j.dashboard.json"
_COLUMNS = 24
_SCHEMA_VERSION = 39
_VARIABLES = ("application", "instance", "handle")
_KINDS = ("row", "stat", "timeseries", "state-timeline")

METER = re.compile(r"\bqos_\w+")
_SELECTOR = re.compile(r"\bqos_\w+(\{[^}]*\})?")
_VARIABLE = re.compile(r"\$(?!__)\{?(\w+)\}?")


class Dashboard:
    """The dashboard's panels and variables."""

    def __init__(self, file: Path = _FILE) -> None:
        self._json: dict[str, Any] = json.loads(file.read_text())
        self._panels: list[dict[str, Any]] = self._json["panels"]

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Yield each panel's title with each of its expressions."""
        for panel in self._panels:
            for target in panel.get("targets", []):
                yield panel["title"], target["expr"]

    def variable_queries(self) -> dict[str, str]:
        """Return the query of each variable that has one."""
        return {each["name"]: each["query"]["query"] for each in self._variables() if each["type"] == "query"}

    def judge(self, documented: dict[str, set[str]], report: Report) -> None:
        """Check what can be seen without Grafana."""
        panels = self._panels
        report.expect(f"dashboard: {len(panels)} panels, each with an id, a title and a known type",
                      len({panel["id"] for panel in panels}) == len(panels) > 10
                      and all(panel["title"] and panel["type"] in _KINDS for panel in panels),
                      "ids are not unique, or a title is missing, or a type is new")
        overlaps = [f"{one['title']} and {other['title']}" for one, other in combinations(panels, 2)
                    if _overlap(one["gridPos"], other["gridPos"])]
        outside = [panel["title"] for panel in panels if panel["gridPos"]["x"] + panel["gridPos"]["w"] > _COLUMNS]
        report.expect("dashboard: no panel overlaps another or leaves the grid", not overlaps + outside,
                      f"{overlaps + outside}")
        names = [variable["name"] for variable in self._variables()]
        report.expect("dashboard: it has a variable for the data source, and what the panels are filtered by",
                      names == ["datasource", *_VARIABLES], f"{names}")
        sources = {str(each.get("datasource", {}).get("uid")) for each in self._with_sources()}
        report.expect("dashboard: it is tied to no machine", self._json["id"] is None and sources == {"${datasource}"}
                      and self._json["schemaVersion"] == _SCHEMA_VERSION, f"id {self._json['id']}, sources {sources}")
        self._judge_expressions(documented, report)

    def _judge_expressions(self, documented: dict[str, set[str]], report: Report) -> None:
        expressions = [expression for _, expression in self.expressions()]
        used = {meter for expression in expressions for meter in METER.findall(expression)}
        known = set().union(*documented.values())
        report.expect(f"dashboard: the {len(used)} series of its {len(expressions)} expressions are documented",
                      bool(used) and used <= known, f"not {sorted(used - known)}")
        missing = sorted(name for name, series in documented.items() if not series & used)
        report.expect("dashboard: every documented meter is in it", not missing, f"not {missing}")
        unfiltered = [expression for expression in expressions for selector in _SELECTOR.findall(expression)
                      if not all(f'{name}=~"${name}"' in selector for name in _VARIABLES)]
        report.expect("dashboard: each selector heeds the variables", not unfiltered, f"{unfiltered}")
        unknown = {name for expression in expressions for name in _VARIABLE.findall(expression)} - set(_VARIABLES)
        report.expect("dashboard: no other variable is used", not unknown, f"{sorted(unknown)}")

    def _variables(self) -> list[dict[str, Any]]:
        return self._json["templating"]["list"]

    def _with_sources(self) -> Iterator[dict[str, Any]]:
        for panel in self._panels:
            if panel["type"] != "row":
                yield panel
                yield from panel["targets"]
        yield from (variable for variable in self._variables() if variable["type"] == "query")


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


def as_prometheus(expression: str, window: str) -> str:
    """Return what Grafana would send, with everything chosen and a window of time for rates."""
    expression = expression.replace("$__rate_interval", window)
    return _VARIABLE.sub(".*", expression)
