"""That no mark costs anything: every traffic type beside an unmarked flow in Linux's default queue, under load."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from delay import spelled
from link import link
from load import datagrams
from report import Report, table
from voice import UNMARKED, Datagram, Receiver, Run, Sender, percentile

MEGABITS = 4

# One class that bounds the rate. What waits for it is in pfifo_fast, whose three bands go by SO_PRIORITY.
QUEUES = (
    "qdisc add root handle 1: htb default 1",
    f"class add parent 1: classid 1:1 htb rate {MEGABITS}mbit",
    "qdisc add parent 1:1 pfifo_fast",
)
_QUEUE_LENGTH = 50

# What the load sends, as a multiple of what the link carries.
_OVERLOAD = 1.5

# How much of the link the load must have had: the flows take a fifth.
_FULL = 0.6

_BACKGROUND = "BACKGROUND"
_TYPES = (_BACKGROUND, "BEST_EFFORT", "EXCELLENT_EFFORT", "AUDIO_VIDEO", "VOICE", "CONTROL")
_PROFILES = ("qwave", "rfc8837")

# All that send at the same time. The second one is judged as if it had a flow, which tells the noise.
_FLOWS = (UNMARKED, UNMARKED, *_TYPES)

_SETTLE_SECONDS = 1
_DRAIN_SECONDS = 1


# What arrived in one round, flow by flow.
_Round = Sequence[Sequence[Datagram]]


@dataclass(frozen=True)
class _Noise:
    """By how much the two unmarked flows differed most in any round: what arrived, and the factor of p99."""

    share: float
    p99: float

    @staticmethod
    def of(rounds: Sequence[_Round], sent: int) -> _Noise:
        pairs = [(one, other) for one, other, *_ in rounds]
        factors = [_p99(one) / _p99(other) for one, other in pairs if one and other]
        return _Noise(max(abs(len(one) - len(other)) / sent for one, other in pairs),
                      max((max(factor, 1 / factor) for factor in factors), default=1.0))


class _Flow:
    """What arrived of one flow, in all rounds together."""

    def __init__(self, kind: str, place: int, rounds: Sequence[_Round], sent: int) -> None:
        self.kind = kind
        found = [each for seen in rounds for each in seen[place]]
        self.share = len(found) / (sent * len(rounds))
        self.delays = [each.milliseconds for each in found]

    def worse_than(self, unmarked: _Flow, noise: _Noise) -> str | None:
        """Return what is worse about this flow than chance explains: all rounds against twice the worst one."""
        if self.share < unmarked.share - 2 * noise.share:
            return f"{self.share:.1%} arrived, and {unmarked.share:.1%} of the unmarked flow"
        mine, theirs = (percentile(flow.delays, 0.99) for flow in (self, unmarked))
        if mine > theirs * (1 + 2 * (noise.p99 - 1)):
            return f"p99 is {mine:.1f} ms, and {theirs:.1f} ms of the unmarked flow"
        return None

    def columns(self) -> list[str]:
        times = [spelled(percentile(self.delays, share)) for share in (0.5, 0.99)] if self.delays else ["-", "-"]
        return [f"{self.share:.1%}", *times]


def _p99(found: Sequence[Datagram]) -> float:
    return percentile([each.milliseconds for each in found], 0.99)


def measure(sender: Sender, quick: bool, report: Report) -> None:
    """Send every traffic type and unmarked flows at the same time through a link with too much load."""
    rounds, count = 5 if quick else 10, 150
    print(f"\nEvery traffic type at the same time, on a link of {MEGABITS} Mbit/s with pfifo_fast, offered "
          f"{_OVERLOAD} times as much by an\nunmarked load, {sender.jdk}, seed {sender.seed}")
    # Profiles take turns.
    runs = [Run({number * len(_FLOWS) + place: kind for place, kind in enumerate(_FLOWS)}, count, profile)
            for number, profile in enumerate(_PROFILES * rounds)]
    with (link(_QUEUE_LENGTH, QUEUES) as between,
          datagrams(between, _OVERLOAD * MEGABITS, Random(sender.seed)) as load, Receiver(between) as receiver):
        time.sleep(_SETTLE_SECONDS)
        start = time.time()
        sender.send(between, receiver.port, runs)
        # What waits in the lowest band would arrive once the load ends, so it goes on until nothing else can arrive.
        time.sleep(_DRAIN_SECONDS)
        rate = load.megabits_per_second(start, time.time())
    seen = [[receiver.datagrams(number) for number in run.flows] for run in runs]
    noise = _Noise.of(seen, count)
    found = {profile: [_Flow(kind, place, seen[number::len(_PROFILES)], count) for place, kind in enumerate(_FLOWS)]
             for number, profile in enumerate(_PROFILES)}
    _print(found, noise)
    report.expect("the link carried as much of the load as it can", rate > _FULL * MEGABITS, f"{rate:.2f} Mbit/s")
    for profile, (unmarked, _, *flows) in found.items():
        for flow in flows:
            _check(f"{flow.kind}, {profile}", flow, flow.worse_than(unmarked, noise), report)


def _print(found: dict[str, list[_Flow]], noise: _Noise) -> None:
    head = ["flow", *(f"{profile}: {column}" if column == "arrived" else column
                      for profile in found for column in ("arrived", "p50 ms", "p99 ms"))]
    titles = ["unmarked", "unmarked (noise)", *_TYPES]
    print(table([head, *([title, *(cell for flow in flows for cell in flow.columns())]
                         for title, *flows in zip(titles, *found.values()))]))
    print("\nThe widest difference between the two unmarked flows in any round: "
          f"{100 * noise.share:.1f} points of what arrived, p99\ntimes {noise.p99:.2f}. "
          "More than twice that is not chance.\n")


def _check(name: str, flow: _Flow, worse: str | None, report: Report) -> None:
    if flow.kind == _BACKGROUND:
        # What shows that doing worse would be seen.
        report.expect(f"{name}: does worse than an unmarked flow, as it should", worse is not None, "it does not")
    else:
        report.expect(f"{name}: does no worse than an unmarked flow", worse is None, f"{worse}")
