"""What the parts of the lane share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stand_in
from java import BUILD
from report import Report
from socket_helper import SocketHelper
from stand_in import StandIn
from wine import Wine

# Health must answer within management.health.qos.timeout (1 s); the rest is for a busy machine.
HEALTH_SECONDS = 2.0


@dataclass
class Lane:
    """The means of a run."""

    wine: Wine
    report: Report
    helper: SocketHelper
    output: Path

    @property
    def stand_in_dll(self) -> Path:
        return self.output / "native" / "qwave.dll"

    def stand_in(self, name: str) -> tuple[StandIn, dict[str, str]]:
        """Return a stand-in for one process, and the variables that the process needs."""
        created = StandIn(self.output, name)
        return created, created.environment(self.helper.port)

    def log(self, name: str) -> Path:
        return self.output / f"{name}.log"

    def expect(self, name: str, held: bool, problem: object = "") -> bool:
        return self.report.expect(name, held, str(problem))


@contextmanager
def shared_lane(report: Report, name: str) -> Iterator[Lane | None]:
    """Give other lanes a Wine that uses the stand-in, or None where there cannot be one, which counts as skipped."""
    missing = stand_in.missing()
    if missing:
        report.skip(name, missing)
        yield None
        return
    # The prefix and the JDK there are the same for all lanes under Wine.
    folder = BUILD / "windows"
    stand_in.build(Path(__file__).resolve().parent / "native", folder / "native")
    wine = Wine(folder)
    with wine.serving(), SocketHelper() as helper:
        wine.prepare()
        lane = Lane(wine, report, helper, folder)
        wine.use(lane.stand_in_dll)
        yield lane
