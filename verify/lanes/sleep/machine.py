"""A Windows that goes to sleep and comes back, with the program on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from calls import Call, Calls
from echo import Echo
from lane import Lane
from power import RESUME_AUTOMATIC, RESUME_SUSPEND, SUSPEND, Power
from program import Program, started
from stand_in import StandIn
from wine import java_options, windows_path

# So that what the process takes does not depend on the machine.
_MEMORY = ("-Xms64m", "-Xmx64m")
# A callback shall not hold the system up: it only hands on what it is told. Windows itself waits for two seconds.
_USUAL_CALLBACK = 0.02
_MOST_CALLBACK = 2.0


@dataclass
class SleepLane(Lane):
    """The means of a run."""

    class_path: Sequence[Path]
    quick: bool

    @property
    def temporary(self) -> Path:
        """Where the Windows JVM unpacks native libraries, and nobody else does anything."""
        return self.output / "tmp"

    def java(self) -> list[str]:
        self.temporary.mkdir(exist_ok=True)
        return self.wine.command(self.wine.java, *java_options(), *_MEMORY,
                                 f"-Djava.io.tmpdir={windows_path(self.temporary)}")


class Machine:
    """One start of the program, and what its Windows does."""

    def __init__(self, lane: SleepLane, program: Program, stand_in: StandIn, power: Power) -> None:
        self.program = program
        self.calls = Calls(stand_in.log)
        self.power = power
        self.stand_in = stand_in
        self._lane = lane
        self._sleeps = 0

    def sleep(self, code: int, *orders: str) -> Call:
        """Fall asleep, which kills all handles. Returns when they were dead. The orders are for what follows."""
        self.power.send(SUSPEND)
        seen = len(self.calls.poll())
        self._sleeps += 1
        self.stand_in.tell(f"kill-handles {self._sleeps} {code}", *orders)
        return self.calls.wait(lambda call: call.event == "killed", seen, "no handle was killed")

    def resume(self) -> float:
        """Tell whoever has registered for it. Returns when they were told."""
        events = self.power.send(RESUME_AUTOMATIC, RESUME_SUSPEND)
        return next(event.time for event in events if event.type == RESUME_AUTOMATIC)

    def close(self) -> None:
        """Close what is open, and judge how the application fared."""
        sent, received = self.program.close()
        self._lane.expect(f"each of {sent} messages was sent and came back in order, without an error",
                          sent == received > 0 and not self.program.errors,
                          f"{received} came back; {self.program.errors[:5]}")

    def end(self) -> None:
        """End the program, and judge what is known then."""
        code = self.program.end()
        summary = self.stand_in.summary()
        self._lane.expect(f"each of {summary.created} native handles was closed once, and none was misused",
                          code == 0 and summary.problem() is None, f"exit code {code}, {summary.problem()}")
        events = self.power.poll()
        begun = [event.time for event in events if event.what == "call"]
        ended = [event.time for event in events if event.what == "return"]
        times = sorted(end - begin for begin, end in zip(begun, ended))
        self._lane.expect(f"power events: {len(times)} calls back held up the system by {spread(times)} ms, and the "
                          "registration was ended", len(begun) == len(ended) and self.power.registered == 0
                          and not self.power.misuses and times[len(times) // 2] < _USUAL_CALLBACK
                          and times[-1] < _MOST_CALLBACK, f"{self.power.registered} left, {self.power.misuses}")


@contextmanager
def running_on_windows(lane: SleepLane, name: str) -> Iterator[Machine]:
    """Start the program, with stand-ins that know of no other one."""
    stand_in, variables = lane.stand_in(name)
    power = Power(lane.output, name)
    environment = lane.wine.environment("n", **variables, **power.environment())
    environment["WINEDLLOVERRIDES"] += ";powrprof=n"
    class_path = ";".join(map(windows_path, lane.class_path))
    with Echo() as echo, started(lane.java(), class_path, "qwave", echo.ports, lane.log(name), environment) as program:
        yield Machine(lane, program, stand_in, power)


def spread(seconds: Sequence[float]) -> str:
    """Return the least, the median and the most, in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return "-"
    return " / ".join(f"{each * 1000:.0f}" for each in (ordered[0], ordered[len(ordered) // 2], ordered[-1]))
