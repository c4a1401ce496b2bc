"""The race lane: flows are added while their sockets are closed and others get their numbers."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from pathlib import Path

from java import BUILD, Exploded, compile_java, run, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks, find_jdks
from lane import shared_lane
from report import LaneError, Report, table
from wine import java_options, windows_path

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "race"

# Those that have a peer can be marked by qWAVE too.
_CONNECTED = ("DATAGRAM_CHANNEL", "DATAGRAM_SOCKET", "MULTICAST_SOCKET", "SOCKET_CHANNEL", "SOCKET",
              "ASYNCHRONOUS_SOCKET_CHANNEL")
_OTHERS = ("UNCONNECTED_SOCKET_CHANNEL", "SERVER_SOCKET_CHANNEL", "SERVER_SOCKET",
           "ASYNCHRONOUS_SERVER_SOCKET_CHANNEL")
# With the numbers used without care, a good part of the rounds goes wrong.
_NAIVE = ("naive", "DATAGRAM_CHANNEL", "SOCKET_CHANNEL")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/race", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 rounds, one JDK, not under Wine")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--rounds", type=int, help="rounds for each kind of socket, and under Wine for all, otherwise 20,000")
    parser.add_argument("--seed", type=int, help="seed of the pauses, otherwise a random one")
    parser.add_argument("--only", choices=("linux", "wine"), help="on this system alone")
    return parser.parse_args()


class Races:
    """All kinds of sockets, wherever they run."""

    def __init__(self, report: Report, rounds: int, seed: int) -> None:
        self._report = report
        self._rounds = rounds
        self._seed = seed
        self._rows = [("on", "socket", "rounds", "really marked", "number taken again", "wrong socket marked",
                       "seconds")]

    def on_linux(self, jdk: Jdk, class_path: str) -> None:
        arguments = [str(self._rounds), str(self._seed), *_CONNECTED, *_OTHERS, *_NAIVE]
        output = run([*unprivileged(), jdk.java, "-cp", class_path, "RaceProbe", *arguments], seconds=400)
        self._judge(f"{jdk}", output, len(_CONNECTED) + len(_OTHERS) + len(_NAIVE) - 1)

    def under_wine(self, class_path: str) -> None:
        with shared_lane(self._report, "under Wine") as lane:
            if lane is None:
                return
            wine = lane.wine
            native, variables = lane.stand_in("race")
            windows_class_path = ";".join(windows_path(Path(entry)) for entry in class_path.split(":"))
            # A round takes ten times as long there: as many in all as for one kind elsewhere.
            rounds = -(-self._rounds // len(_CONNECTED))
            done = wine.run(wine.java, *java_options(), "-cp", windows_class_path, "RaceProbe", str(rounds),
                            str(self._seed), *_CONNECTED, seconds=900,
                            environment=wine.environment("n", **variables))
            (_OUTPUT / "wine.log").write_text(done.output)
            self._judge("Wine", done.output, len(_CONNECTED))
            problem = native.summary().problem()
            self._report.check("Wine: the program leaves nothing behind", problem)

    def _judge(self, where: str, output: str, expected: int) -> None:
        lines = [line.strip().split(";") for line in output.splitlines() if line.count(";") == 5]
        self._report.check(f"{where}: all kinds of sockets", None if len(lines) == expected and "end" in output
                           else f"{len(lines)} of {expected}, see the output:\n{output[-2000:]}")
        for kind, *figures in lines:
            rounds, marked, reused, wrong, milliseconds = map(int, figures)
            name = kind.lower().replace("_", " ")
            self._rows.append((where, name, f"{rounds:,}", f"{marked:,}", f"{reused:,}", f"{wrong:,}",
                               f"{milliseconds / 1000:.0f}"))
            if name.endswith("naive"):
                self._report.check(f"{where}, {name}: wrong sockets are found",
                                   None if wrong else "none, so this would see nothing")
                continue
            self._report.check(f"{where}, {name}: no other socket is marked", f"{wrong} were" if wrong else None)
            # Else there was no race.
            self._report.check(f"{where}, {name}: a fifth of the rounds really marks",
                               None if marked >= rounds / 5 else f"{marked} of {rounds}")
            self._report.check(f"{where}, {name}: numbers are taken again", None if reused >= rounds / 100
                               else f"{reused} of {rounds}")

    def print(self) -> None:
        print(f"\nA flow is added while its socket is closed and others are opened (seed {self._seed}); 'naive' uses "
              f"the\nnumber of a socket without care, for comparison.\n\n{table(self._rows)}")


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    rounds = options.rounds or (2_000 if options.quick else 20_000)
    races = Races(report, rounds, options.seed if options.seed is not None else random.randrange(1 << 31))
    try:
        shutil.rmtree(_OUTPUT, ignore_errors=True)
        class_path = Exploded(_OUTPUT / "application").core_path()
        compile_java(find_jdks()[-1], _LANE / "src" / "RaceProbe.java", class_path, _OUTPUT / "classes")
        class_path = f"{_OUTPUT / 'classes'}:{class_path}"
        if options.only != "wine":
            for jdk in chosen_jdks(options.jdk, options.quick, report):
                races.on_linux(jdk, class_path)
        if options.only != "linux" and not (options.quick and options.only is None):
            races.under_wine(class_path)
    except LaneError as ex:
        report.check("the lane", str(ex))
    races.print()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
