"""What the parts of the lane share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
