"""What a mark gains: the delay of voice on a full link, unmarked and marked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from link import Link, link
from load import Arrived, tcp_streams
from report import Report, table
from voice import RATE, UNMARKED, Datagram, Receiver, Run, Sender, percentile

MEGABITS = 10
STREAMS = 4
VOICE = 56

# Voice has a class of its own, told by the DSCP, and is served first. All else shares the other class.
QUEUES = (
    "qdisc add root handle 1: htb default 20",
    "class add parent 1: classid 1:1 htb rate 10mbit",
    "class add parent 1:1 classid 1:10 htb rate 1mbit ceil 10mbit prio 0",
    "class add parent 1:1 classid 1:20 htb rate 9mbit ceil 10mbit prio 1",
    f"filter add parent 1: protocol ip u32 match ip tos {VOICE << 2:#x} 0xfc flowid 1:10",
)
_QUEUE_LENGTH = 1000

# A marked flow's p99 must be better by this factor.
_GAIN = 200

# How much of the link the load must have taken in each run, headers not counted: else it was not full.
_FULL = 0.85

# Time for the load to fill the queue, and for the queue to empty.
_SETTLE_SECONDS = 3
_DRAIN_SECONDS = 2


@dataclass
class Series:
    """All runs of one kind, together."""

    title: str
    sent: int
    delays: list[float]

    @property
    def lost(self) -> int:
        return self.sent - len(self.delays)

    def row(self) -> list[str]:
        found = [spelled(percentile(self.delays, share)) for share in (0.5, 0.99, 1)] if self.delays else ["-"] * 3
        return [self.title, str(self.sent), str(self.lost), *found]


@dataclass(frozen=True)
class Delays:
    """What was measured: for the table, and for the picture."""

    idle: Series
    unmarked: Series
    marked: Series

    @property
    def gain(self) -> float:
        """How many times longer the unmarked flow's p99 is."""
        return percentile(self.unmarked.delays, 0.99) / percentile(self.marked.delays, 0.99)


HEAD = ["flow", "sent", "lost", "p50 ms", "p99 ms", "max ms"]


def spelled(value: float) -> str:
    """Return a number with about three significant digits."""
    return f"{value:.{3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0}f}"


def measure(sender: Sender, quick: bool, report: Report) -> Delays:
    """Time voice on an idle and on a full link, print what was found, and check it."""
    pairs, count = (4, 150) if quick else (10, 200)
    print(f"\nVoice ({RATE} datagrams a second) on a link of {MEGABITS} Mbit/s, {sender.jdk}")
    with link(_QUEUE_LENGTH, QUEUES) as between:
        idle = _idle(sender, between, count)
    # Which of a pair comes first changes, so that a drift favours neither.
    kinds = [kind for pair in range(pairs) for kind in ((UNMARKED, "VOICE") if pair % 2 == 0 else ("VOICE", UNMARKED))]
    runs = [Run({number: kind}, count) for number, kind in enumerate(kinds)]
    with (link(_QUEUE_LENGTH, QUEUES) as between, tcp_streams(between, STREAMS) as load, Receiver(between) as receiver):
        time.sleep(_SETTLE_SECONDS)
        reports = sender.send(between, receiver.port, runs)
        time.sleep(_DRAIN_SECONDS)
    arrived = [receiver.datagrams(number) for number in range(len(runs))]
    unmarked = [found for found, kind in zip(arrived, kinds) if kind == UNMARKED]
    marked = [found for found, kind in zip(arrived, kinds) if kind != UNMARKED]
    delays = Delays(idle, _series("link full, unmarked", count, unmarked), _series("link full, VOICE", count, marked))
    print(table([HEAD, *(each.row() for each in (delays.idle, delays.unmarked, delays.marked))]))
    _print_ratios(delays, unmarked, marked)
    _check(delays, reports, {0: unmarked, VOICE: marked}, report)
    _check_load(load, arrived, report)
    return delays


def _idle(sender: Sender, between: Link, count: int) -> Series:
    with Receiver(between) as receiver:
        sender.send(between, receiver.port, [Run({0: UNMARKED}, count)])
    return _series("link idle, unmarked", count, [receiver.datagrams(0)])


def _series(title: str, count: int, runs: Sequence[Sequence[Datagram]]) -> Series:
    return Series(title, count * len(runs), sorted(each.milliseconds for found in runs for each in found))


def _print_ratios(delays: Delays, unmarked: Sequence[Sequence[Datagram]],
                  marked: Sequence[Sequence[Datagram]]) -> None:
    """Compare pair by pair, and unmarked runs with each other, which differ by nothing but chance."""
    def ratios(some: Sequence[Sequence[Datagram]], others: Sequence[Sequence[Datagram]]) -> str:
        found = [_p99(one) / _p99(other) for one, other in zip(some, others) if one and other]
        if not found:
            return "nothing arrived"
        return f"{median(found):8,.2f}   ({min(found):,.2f} to {max(found):,.2f})"

    print(f"\np99 in {len(unmarked)} interleaved pairs, median (and range) of the ratios\n"
          f"  unmarked / VOICE                        {ratios(unmarked, marked)}, of all together {delays.gain:,.2f}\n"
          f"  unmarked / the next unmarked (noise)    {ratios(unmarked[::2], unmarked[1::2])}\n")


def _p99(found: Sequence[Datagram]) -> float:
    return percentile([each.milliseconds for each in found], 0.99)


def _check(delays: Delays, reports: dict[int, dict], arrived: dict[int, Sequence[Sequence[Datagram]]],
           report: Report) -> None:
    states = {(flow["state"], flow["applied"]) for flow in reports.values()}
    report.expect(f"flows of VOICE report ACTIVE, DSCP {VOICE}", states == {("ACTIVE", VOICE)}, f"they report {states}")
    for dscp, runs in arrived.items():
        seen = {each.dscp for found in runs for each in found}
        report.expect(f"all that was sent with DSCP {dscp} arrived with it", seen == {dscp}, f"it arrived with {seen}")
    report.expect("nothing was lost on the idle link", delays.idle.lost == 0, f"{delays.idle.lost} lost")
    report.expect("nothing of VOICE was lost on the full link", delays.marked.lost == 0, f"{delays.marked.lost} lost")
    report.expect(f"the p99 of VOICE is at most 1/{_GAIN} of the unmarked one", delays.gain >= _GAIN,
                  f"it is 1/{delays.gain:,.4g}")


def _check_load(load: Arrived, arrived: Sequence[Sequence[Datagram]], report: Report) -> None:
    rates = [load.megabits_per_second(found[0].sent, found[-1].sent) for found in arrived if len(found) > 1]
    lowest = min(rates, default=0.0)
    report.expect("the load fills the link in every run", lowest >= _FULL * MEGABITS,
                  f"it takes {lowest:.2f} of {MEGABITS} Mbit/s")
