"""The probe lane: whether probes tell which marks arrive, and whether responders are of no use to attackers."""

from __future__ import annotations

import argparse
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from capture import UDP, Capture, Packet
from java import BUILD, Dialogue, Exploded, compile_java, dialogue, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from report import LaneError, Report, table
from router import FAR, Passage, Rewriting, Router, kept, routed
from strangers import STRANGE, flood, question, send

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "probe"

_CODE_POINTS = range(64)
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}

# The limits of a responder to whom no others are given.
_ANSWERS_PER_SECOND = 2000
_ANSWERS_PER_SECOND_AND_SOURCE = 256

_PATIENT_MILLIS = 8000
_SHORT_MILLIS = 1200


@dataclass(frozen=True)
class Treatment:
    """What a router does to marks, and what a probe must say then."""

    name: str
    to_far: Rewriting = kept
    to_near: Rewriting = kept

    def arrived(self, dscp: int) -> int | None:
        return self.to_far(dscp)


def _table(rewritten: dict[int, int | None]) -> Rewriting:
    return lambda dscp: rewritten.get(dscp, dscp)


_PATHS = (
    Treatment("keeps all"),
    Treatment("46 -> 0, 56 -> 8", _table({46: 0, 56: 8})),
    Treatment("clears all", lambda dscp: 0),
    Treatment("clears precedence (the three high bits)", lambda dscp: dscp & 0x07),
    Treatment("adds 1 to all", lambda dscp: (dscp + 1) % 64),
    Treatment("drops 40 to 47, 10 -> 12", lambda dscp: None if 40 <= dscp <= 47 else _table({10: 12})(dscp)),
    Treatment("clears all on the way back alone", kept, lambda dscp: 0),
    Treatment("drops all", lambda dscp: None),
)


class Lane:
    """Checks with one JVM on each host."""

    def __init__(self, router: Router, near: Dialogue, far: Dialogue, report: Report, jdk: Jdk) -> None:
        self._router = router
        self._near = near
        self._report = report
        self._jdk = jdk
        self._far = far
        self._answers = 0
        self._port = far.ask("respond", "::")["port"]

    def loopback(self) -> None:
        """A probe of the own machine must say what is seen on its loopback interface."""
        with self._router.near.entered():
            capture = Capture()
            with capture:
                answer = self._near.ask("loopback")
                capture.wait(_is_probe, 2 * len(_CODE_POINTS))
        rows = [("loopback", "code points on the wire", "right in the report", "")]
        reports = {report["destination"]: report for report in answer.get("reports", [])}
        for family, address in ((4, "127.0.0.1"), (6, "0:0:0:0:0:0:0:1")):
            report = reports.get(address)
            wire = {packet.payload[5]: packet.dscp for packet in capture.packets(_is_probe) if packet.ip == family}
            right = sum(report is not None and wire.get(sent) == sent == arrived
                        for sent, arrived in (report or {"marks": []})["marks"])
            problem = None if right == len(_CODE_POINTS) == len(set(wire.values())) and report["intact"] else (
                f"{right} of {len(_CODE_POINTS)} right: {answer}")
            self._report.check(f"{self._jdk}: loopback, IPv{family}", problem)
            rows.append((f"IPv{family}", str(len(set(wire.values()))), str(right), "!" if problem else ""))
        print(table(rows))

    def paths(self) -> None:
        """A probe must name exactly what the router changes."""
        rows = [("the router", "", "arrived as sent", "changed", "lost", "answers", "largest question, bytes",
                 "largest answer", "")]
        for path in _PATHS:
            for family in _FAMILIES:
                rows.append(self._path(path, family))
        print(table(rows))

    def strangers(self) -> None:
        """What is no question is not answered."""
        for family, kind in _FAMILIES.items():
            self._router.take()
            send(self._router.near, kind, (FAR[family], self._port), [*STRANGE.values(), question()])
            passages = self._settled()
            answered = [passage for passage in passages if not passage.to_far]
            arrived = len(passages) - len(answered)
            self._report.expect(f"{self._jdk}: IPv{family}: of {len(STRANGE)} datagrams that are no questions and one "
                                "that is, the one is answered",
                                arrived == len(STRANGE) + 1 and len(answered) == 1,
                                f"{arrived} have arrived, {len(answered)} are answered")

    def floods(self, seconds: float) -> None:
        """Answers are limited, in all and for each source."""
        rows = [("flood", "questions a second", "most answers in any second", "allowed", "")]
        # A second of the responder's and one of ours that lies over its border.
        one, all_ = 2 * _ANSWERS_PER_SECOND_AND_SOURCE, 2 * _ANSWERS_PER_SECOND
        for name, family, sources, allowed in (
                ("IPv4, one source", 4, ["10.78.0.1"], one),
                ("IPv4, 200 sources", 4, [f"10.78.0.{number}" for number in range(1, 201)], all_),
                ("IPv6, one source", 6, ["fd78::1"], one),
                ("IPv6, 200 sources of one network", 6, [f"fd78::{number}" for number in range(1, 201)], one),
                ("IPv6, 200 networks", 6, [f"fd78:0:{number}::1" for number in range(1, 201)], all_)):
            per_second = 3 * allowed // 2
            # A second without questions, since the one before counts otherwise.
            time.sleep(1.1)
            self._router.take()
            sent = flood(self._router.near, _FAMILIES[family], sources, (FAR[family], self._port), per_second,
                         seconds)
            passages = self._settled()
            arrived = [passage for passage in passages if passage.to_far]
            answers = [passage.packet.time for passage in passages if not passage.to_far]
            most, in_all, limit = _most_in_a_second(answers), len(answers), allowed // 2
            problem = (f"only {len(arrived)} of {sent} questions have arrived: this machine is too busy to tell"
                       if len(arrived) < 1.5 * limit * seconds else
                       f"{most} answers in a second" if most > allowed else
                       f"{in_all} answers in {seconds:.0f} s" if not limit <= in_all <= limit * (seconds + 2) else
                       self._sizes(passages))
            self._report.check(f"{self._jdk}: flood, {name}", problem)
            rows.append((name, str(round(sent / seconds)), str(most), f"{limit} in its own seconds",
                         "!" if problem else ""))
        print(table(rows))
        time.sleep(1.1)
        answer = self._near.ask("path", FAR[4], self._port, _PATIENT_MILLIS)
        self._report.expect(f"{self._jdk}: afterwards a probe is answered", answer.get("intact", False), str(answer))
        self._settled()
        counted = self._far.ask("answers")["answers"]
        self._report.expect(f"{self._jdk}: the responder counts as many answers as the router, {self._answers:,}",
                            counted == self._answers, f"it counts {counted:,}")

    def _path(self, path: Treatment, family: int) -> tuple[str, ...]:
        self._router.to_far, self._router.to_near = path.to_far, path.to_near
        self._router.take()
        drops = any(path.arrived(dscp) is None for dscp in _CODE_POINTS)
        answer = self._near.ask("path", FAR[family], self._port, _SHORT_MILLIS if drops else _PATIENT_MILLIS)
        passages = self._settled()
        self._router.to_far = self._router.to_near = kept
        problem = answer.get("error") or self._judge(path, answer) or self._sizes(passages)
        self._report.check(f"{self._jdk}: {path.name}, IPv{family}", problem)
        marks = answer.get("marks", [])
        return (path.name, f"IPv{family}", str(sum(sent == arrived for sent, arrived in marks)),
                _named([(sent, arrived) for sent, arrived in marks if arrived not in (None, sent)]),
                _numbers(answer.get("lost", [])), str(sum(not passage.to_far for passage in passages)),
                _largest(passages, True), _largest(passages, False), "!" if problem else "")

    def _judge(self, path: Treatment, answer: dict) -> str | None:
        expected = {dscp: path.arrived(dscp) for dscp in _CODE_POINTS}
        if wrong := [f"{sent} -> {arrived}" for sent, arrived in answer["marks"] if expected[sent] != arrived]:
            return f"wrong: {', '.join(wrong)}"
        wanted = {
            "changed": [sent for sent, arrived in expected.items() if arrived not in (None, sent)],
            "lost": [sent for sent, arrived in expected.items() if arrived is None],
            "intact": all(sent == arrived for sent, arrived in expected.items()),
            "answered": any(arrived is not None for arrived in expected.values()),
        }
        return next((f"{name} {answer[name]} instead of {value}" for name, value in wanted.items()
                     if answer[name] != value), None)

    @staticmethod
    def _sizes(passages: Sequence[Passage]) -> str | None:
        """No answer without a question, and none that is larger. Both carry the number of their probe."""
        questions = {_key(passage): passage.packet.size for passage in passages if passage.to_far}
        for passage in passages:
            if not passage.to_far:
                size = questions.get(_key(passage))
                if size is None or passage.packet.size > size:
                    return f"an answer of {passage.packet.size} bytes to a question of {size}"
        return None if sum(not passage.to_far for passage in passages) <= len(passages) / 2 else (
            "more answers than questions")

    def _settled(self) -> list[Passage]:
        """Return what has passed, when nothing more does."""
        passages: list[Passage] = []
        while True:
            time.sleep(0.2)
            more = self._router.take()
            if not more:
                ours = [passage for passage in passages
                        if self._port in (passage.packet.source_port, passage.packet.target_port)]
                self._answers += sum(not passage.to_far for passage in ours)
                return ours
            passages += more


def _is_probe(packet: Packet) -> bool:
    return packet.protocol == UDP and packet.payload.startswith(b"qos4")


def _key(passage: Passage) -> tuple[int, bytes]:
    """Return the code point that a question says it was sent with, and the number of its probe."""
    return passage.packet.payload[5], passage.packet.payload[8:]


def _most_in_a_second(times: Sequence[float]) -> int:
    most = first = 0
    for last, time_ in enumerate(times):
        while times[first] < time_ - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def _largest(passages: Sequence[Passage], to_far: bool) -> str:
    return str(max((passage.packet.size for passage in passages if passage.to_far == to_far), default="-"))


def _named(changes: Sequence[tuple[int, int]]) -> str:
    if len(changes) <= 4:
        return ", ".join(f"{sent} -> {arrived}" for sent, arrived in changes) or "-"
    return f"{len(changes)}: {', '.join(f'{sent} -> {arrived}' for sent, arrived in changes[:2])} ..."


def _numbers(numbers: Sequence[int]) -> str:
    return "-" if not numbers else f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 4 else ", ".join(map(str, numbers))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/probe", description="Judges what probes say about paths.")
    parser.add_argument("--quick", action="store_true", help="the newest JDK alone, and shorter floods")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise all that are found")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        class_path = Exploded(_OUTPUT / "application").core_path()
        classes = _OUTPUT / "classes"
        compile_java(jdks[0], _LANE / "src" / "ProbeProgram.java", class_path, classes)
        for jdk in jdks:
            print(f"\n{jdk}")
            program = [*unprivileged(), jdk.java, "-cp", f"{classes}:{class_path}", "ProbeProgram"]
            with routed() as router, ExitStack() as programs:
                near, far = (programs.enter_context(dialogue(host.command(*program),
                                                             _OUTPUT / f"{name}-{jdk.feature}.log"))
                             for name, host in (("near", router.near), ("far", router.far)))
                lane = Lane(router, near, far, report, jdk)
                lane.loopback()
                print()
                lane.paths()
                print()
                lane.strangers()
                print()
                lane.floods(2.0 if options.quick else 4.0)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
