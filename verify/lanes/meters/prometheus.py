"""A real Prometheus of the lane's own, and what the documentation says that it knows."""

from __future__ import annotations

import json
import re
import shutil
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from java import ROOT, running
from sample import Sample, free_port
from web import fetch

# A meter with its name in Prometheus, as docs/meters.md has them.
_DOCUMENTED = re.compile(r"^\| `(qos\.[a-z.]+)` \| `(qos_\w+)` \|$", re.MULTILINE)
_KIND = re.compile(r"^\| `(qos\.[a-z.]+)` \| (\w+) \|", re.MULTILINE)
_PARTS_OF_A_SUMMARY = ("_count", "_sum", "_max")


def documented() -> dict[str, set[str]]:
    """Return the documented meters by their names in Prometheus, each with the names of all its series."""
    page = (ROOT / "docs" / "meters.md").read_text()
    kinds = dict(_KIND.findall(page))
    return {name: {name + part for part in _PARTS_OF_A_SUMMARY} if kinds[meter] in ("timer", "summary") else {name}
            for meter, name in _DOCUMENTED.findall(page)}


def get(url: str) -> str:
    """Return what is there. An answer that is an error raises an OSError, as no answer does."""
    status, body = fetch(url)
    if status != 200:
        raise OSError(f"{url}: status {status}")
    return body.decode()


class Prometheus:
    """A running Prometheus."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1"

    def names(self) -> set[str]:
        """Return the names of our series."""
        names = json.loads(get(f"{self._api}/label/__name__/values"))["data"]
        return {name for name in names if name.startswith("qos_")}

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the result of a query. One that is wrong raises a ValueError with the reason."""
        status, body = fetch(f"{self._api}/query?query={urllib.parse.quote(query)}")
        if status != 200:
            raise ValueError(body.decode(errors="replace"))
        return json.loads(body)["data"]["result"]

    def rules(self) -> list[dict[str, Any]]:
        """Return the alerting rules with their health, and the alerts of each."""
        groups = json.loads(get(f"{self._api}/rules"))["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]


@contextmanager
def started_prometheus(folder: Path, samples: Sequence[Sample], rules: Path | None = None) -> Iterator[Prometheus]:
    """Start Prometheus in a folder of its own, with rules if there are some, and have it scrape samples."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = folder / "prometheus.yml"
    targets = ", ".join(f'"127.0.0.1:{sample.port}"' for sample in samples)
    config.write_text(f"""global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: [{f'"{rules}"' if rules else ''}]
scrape_configs:
  - job_name: sample
    metrics_path: /actuator/prometheus
    static_configs:
      - targets: [{targets}]
""")
    port = free_port()
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
               f"--web.listen-address=127.0.0.1:{port}"]
    with running(command, folder / "prometheus.log"):
        yield Prometheus(port)
