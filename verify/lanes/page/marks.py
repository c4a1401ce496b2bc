"""What the page says of marks, against what is on the wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from browser import Browser
from capture import Capture, spelled, values
from screen import NOBODY, TYPES, Screen, Shown

_ENOUGH_PACKETS = 10

# What the documentation says that a type asks for.
_DSCP = {"best-effort": 0, "background": 8, "excellent-effort": 40, "audio-video": 40, "voice": 56, "control": 56}

Expect = Callable[[str, bool, object], bool]


class MarkChecks:
    """Checks of one size and one way to use the page."""

    def __init__(self, browser: Browser, screen: Screen, capture: Capture, expect: Expect) -> None:
        self._browser = browser
        self._screen = screen
        self._capture = capture
        self._expect = expect

    def add_each_type(self, protocol: str) -> list[Shown]:
        """Add a flow of each type; what the page says of it must be on the wire, from its first packet on."""
        added = []
        for traffic_type in TYPES:
            start = time.time()
            flow = self._screen.add(protocol, traffic_type)
            if not self._expect(f"{protocol} {traffic_type}: the flow is shown", flow is not None,
                                self._screen.journal()[:3]):
                continue
            added.append(flow)
            sent, dscp = self._sent(flow, start), _DSCP[traffic_type]
            self._expect(f"{protocol} {traffic_type}: asked {flow.asked}, applied {flow.applied}, and the wire has it",
                         (flow.protocol, flow.type, flow.state) == (protocol, traffic_type, "ACTIVE")
                         and flow.asked == flow.applied == dscp and sent == [dscp],
                         f"{flow}; DSCP {spelled(sent)}, and {dscp} is documented")
        return added

    def change_type(self, flow: Shown, traffic_type: str) -> None:
        self._screen.change(flow.id, traffic_type)
        self._browser.wait(lambda: self._now(flow).type == traffic_type)
        now, sent, dscp = self._now(flow), self._sent(flow, time.time()), _DSCP[traffic_type]
        self._expect(f"{flow.type} becomes {traffic_type}: the page and the wire have {now.applied}",
                     now.type == traffic_type and now.applied == dscp != flow.applied and sent == [dscp],
                     f"{now}; DSCP {spelled(sent)}; {self._screen.journal()[:3]}")

    def pause_and_resume(self, flows: Sequence[Shown]) -> None:
        self._screen.press("[data-do=pause]")
        paused = self._browser.wait(lambda: "PAUSED" in self._screen.handle()
                                    and {self._now(flow).applied for flow in flows} == {None})
        sent = self._sent_by_each(flows)
        self._expect("paused: the page says so, and the wire has no mark of any flow",
                     bool(paused) and all(seen == [0] for seen in sent),
                     f"{self._screen.handle()}; DSCP {[spelled(seen) for seen in sent]}; {self._screen.journal()[:3]}")
        self._screen.press("[data-do=pause]")
        self._marked_again("resumed", flows)

    def reopen(self, flows: Sequence[Shown]) -> None:
        entries = len(self._screen.journal())
        self._screen.press("[data-do=reopen]")
        told = self._browser.wait(lambda: any("open again" in each or "is OPEN" in each for each in self._screen.journal()[
            :-entries] if "Asked" not in each))
        self._expect("opened again: the page tells", bool(told), self._screen.journal()[:5])
        self._marked_again("opened again", flows)

    def drop(self, flow: Shown) -> None:
        self._screen.press(f"[data-flow='{flow.id}'] [data-do=drop]")
        gone = self._browser.wait(lambda: self._screen.flow(flow.id) is None)
        sent = self._sent(flow, time.time())
        self._expect("dropped: it is no longer listed, and the wire has no mark", bool(gone) and sent == [0],
                     f"{self._screen.flow(flow.id)}; DSCP {spelled(sent)}")

    def _marked_again(self, name: str, flows: Sequence[Shown]) -> None:
        """Each flow must have what it asked for before."""
        again = self._browser.wait(lambda: self._screen.handle() == "OPEN" and all(
            self._now(flow).state == "ACTIVE" and self._now(flow).applied == flow.asked for flow in flows))
        sent = self._sent_by_each(flows)
        self._expect(f"{name}: each flow has its mark on the page and on the wire",
                     bool(again) and all(seen == [flow.asked] for flow, seen in zip(flows, sent)),
                     f"{self._screen.handle()}; {[self._now(flow) for flow in flows]}; "
                     f"DSCP {[spelled(seen) for seen in sent]}")

    def _now(self, flow: Shown) -> Shown:
        return self._screen.flow(flow.id) or NOBODY

    def _sent_by_each(self, flows: Sequence[Shown]) -> list[list[int]]:
        start = time.time()
        return [self._sent(flow, start) for flow in flows]

    def _sent(self, flow: Shown, since: float) -> list[int]:
        """Return the DSCP values that a flow sends from a moment on: none if too few packets tell."""
        sent = self._capture.wait(lambda packet: packet.is_data and packet.time > since
                                  and packet.protocol == flow.protocol
                                  and packet.goes(flow.local_port, flow.peer_port), _ENOUGH_PACKETS, 5.0)
        return values(sent) if len(sent) >= _ENOUGH_PACKETS else []
