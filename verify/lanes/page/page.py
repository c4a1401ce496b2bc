"""The page lane: the sample's page shows what is, does what its buttons say, and everybody can use it."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from browser import DESK, PHONE, Browser, browser, small
from capture import Capture
from java import BUILD, running, sample_jar, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from marks import MarkChecks
from report import LaneError, Report
from sample import Sample, free_port
from screen import Screen
from strangers import FOREIGN, status_of, stranger

_OUTPUT = BUILD / "page"
_DOCS = Path(__file__).resolve().parents[3] / "docs"

# The sample's own flows, and all of the application.
_LISTS = ("/api/flows", "/actuator/qos/flows")

# The page shows 50 at a time.
_TWO_PAGES = 60

_SIZES = {"desk": DESK, "phone": PHONE}

# What the documentation shows of them: where it begins and ends.
_PARTS = {"desk": ("header", "#flows-title"), "phone": ("#flows-title", "#flows > tr:nth-child(2)")}


class Lane:
    """What all parts need."""

    def __init__(self, jdk: Jdk, backend: str, for_docs: bool, report: Report) -> None:
        self._jdk = jdk
        self.backend = backend
        self.for_docs = for_docs
        self._report = report

    @contextmanager
    def sample(self, name: str, *arguments: str, port: int | None = None) -> Iterator[Sample]:
        """Start the sample, by default on any port."""
        port = port or free_port()
        command = [*unprivileged(), self._jdk.java, "-jar", str(sample_jar()), f"--server.port={port}", *arguments]
        with running(command, _OUTPUT / f"{name}.log") as process:
            sample = Sample(process, port, _OUTPUT / f"{name}.log")
            sample.await_start()
            yield sample

    @contextmanager
    def browser(self, name: str, own_page: bool = True) -> Iterator[Browser]:
        """Start a browser. In the end it must have asked this machine alone and, of a page of ours, complained of
        nothing."""
        with browser(_OUTPUT / f"{name}-chromedriver.log") as tab:
            yield tab
            elsewhere = [url for url in tab.requests() if not url.startswith(("http://127.0.0.1:", "data:", "chrome://"))]
            self.expect(f"{name}: all {len(tab.requests())} requests stay on this machine",
                        bool(tab.requests()) and not elsewhere, elsewhere[:5])
            complaints = tab.complaints() if own_page else []
            self.expect(f"{name}: no script complains", not complaints, complaints[:5])

    def expect(self, name: str, held: bool, problem: object) -> bool:
        return self._report.expect(name, held, str(problem))


def _url(sample: Sample) -> str:
    return f"http://127.0.0.1:{sample.port}/"


def _live(tab: Browser, screen: Screen) -> bool:
    return bool(tab.wait(lambda: screen.connection() == "live" and screen.handle() and screen.flows(), 20))


def _marks(lane: Lane) -> None:
    """Flows on real sockets, on a desk and on a phone, by mouse and by keyboard."""
    with lane.sample("marks", f"--qos.backend={lane.backend}") as sample, lane.browser("marks") as tab, Capture() as capture:
        for size in _SIZES:
            for way, protocol in (("mouse", "tcp"), ("keyboard", "udp")):
                _use(lane, tab, capture, sample, size, way, protocol)
        _show_all(lane, tab)
        for size in _SIZES:
            for theme in ("light", "dark"):
                _look(lane, tab, size, theme)
    lane.expect("every packet was captured", not capture.lost, capture.lost)


def _tidy_up(sample: Sample) -> None:
    """Drop all flows but those of the application's start."""
    for flow in sample.call("GET", "/api/flows").body:
        if int(flow["id"]) > 2:
            sample.call("DELETE", f"/api/flows/{flow['id']}")


def _use(lane: Lane, tab: Browser, capture: Capture, sample: Sample, size: str, way: str, protocol: str) -> None:
    print(f"\n{size}, by {way}")
    tab.open(_url(sample), _SIZES[size])
    screen = Screen(tab, way == "keyboard")
    if not lane.expect(f"{size}, {way}: the page is live", _live(tab, screen), tab.text("body")[:500]):
        return
    first = screen.flows()
    checks = MarkChecks(tab, screen, capture,
                        lambda name, held, problem: lane.expect(f"{size}, {way}: {name}", held, problem))
    flows = checks.add_each_type(protocol)
    if not flows:
        return
    checks.change_type(flows[0], "voice")
    marked = flows[1:]
    checks.pause_and_resume(marked)
    checks.reopen(marked)
    wide = tab.is_too_wide()
    lane.expect(f"{size}, {way}: nothing to scroll sideways", wide is None, wide)
    checks.drop(flows[-1])
    _tidy_up(sample)
    tab.wait(lambda: len(screen.flows()) <= len(first))
    lane.expect(f"{size}, {way}: what has the focus is seen to have it", not screen.without_focus,
                screen.without_focus)


def _show_all(lane: Lane, tab: Browser) -> None:
    """Have the page show all that it can."""
    tab.look(DESK)
    screen = Screen(tab, False)
    for protocol, traffic_type in (("tcp", "control"), ("tcp", "audio-video"), ("tcp", "voice")):
        screen.add(protocol, traffic_type)
    screen.press("#probe-run")
    lane.expect("the probe tells what it saw", bool(tab.wait(lambda: tab.find("#probe-reports .marks li"), 30)),
                tab.text("#probe-result"))
    screen.press("#meters-list > summary")
    lane.expect("the meters are listed", bool(tab.wait(lambda: tab.find("#meters tr"))), tab.text("#meters-list"))
    drawn = tab.wait(lambda: len(tab.find(".chart:not([data-empty]) .line[points*=' ']")) >= 8)
    lane.expect("round trip and rate are drawn", bool(drawn), tab.text("#flows"))
    if lane.for_docs:
        # A chart of a minute says more than one of two seconds.
        time.sleep(60)


def _look(lane: Lane, tab: Browser, size: str, theme: str) -> None:
    """Judge how the page looks, and keep the picture."""
    tab.look(_SIZES[size], theme == "dark")
    obstacles = tab.obstacles()
    lane.expect(f"{size}, {theme}: axe-core finds nothing serious", not obstacles, "\n    ".join(obstacles[:5]))
    wide = tab.is_too_wide()
    lane.expect(f"{size}, {theme}: nothing to scroll sideways", wide is None, wide)
    tab.run("document.activeElement.blur(); scrollTo(0, 0)")
    tab.picture(_OUTPUT / f"page-{size}-{theme}.png")
    tab.picture(_OUTPUT / f"part-{size}-{theme}.png", *_PARTS[size])


def _heals(lane: Lane) -> None:
    """A handle that is lost as by sleep, on the recording backend."""
    print("\nlost and healed")
    with lane.sample("heals", "--qos.backend=recording") as sample, lane.browser("heals") as tab:
        for size, way in (("desk", "mouse"), ("phone", "keyboard")):
            name = f"{size}, {way}"
            tab.open(_url(sample), _SIZES[size])
            screen = Screen(tab, way == "keyboard")
            lane.expect(f"{name}: the page is live", _live(tab, screen), tab.text("body")[:500])
            screen.press("[data-do=lose]")
            healed = tab.wait(lambda screen=screen: any("healed" in each or "is OPEN" in each
                                                        for each in screen.journal()[:-1]))
            lane.expect(f"{name}: the page tells that the handle was lost and has healed", bool(healed),
                        screen.journal()[:5])
            active = tab.wait(lambda screen=screen: screen.handle() == "OPEN"
                              and {flow.state for flow in screen.flows()} == {"ACTIVE"})
            lane.expect(f"{name}: all flows are active again", bool(active), screen.flows())


def _list(lane: Lane) -> None:
    """A list of more than one page, by keyboard alone."""
    print("\nthe list, by keyboard")
    with lane.sample("list", "--qos.backend=recording") as sample, lane.browser("list") as tab:
        for _ in range(_TWO_PAGES):
            sample.call("POST", "/api/flows", {"protocol": "udp", "host": "127.0.0.1", "port": 9, "trafficType": "voice"})
        tab.open(_url(sample))
        screen = Screen(tab, True)
        lane.expect("the page is live", _live(tab, screen), tab.text("body")[:500])
        for button, first in (("next", "51 to"), ("previous", "1 to")):
            screen.press(f"#{button}")
            there = tab.wait(lambda first=first: tab.text("#flow-count").startswith(first))
            lane.expect(f"{button}: the page is shown", bool(there), tab.text("#flow-count"))
            focused = tab.run("return document.activeElement.id")
            lane.expect(f"{button}: the button has the focus still, where there is no further page", focused == button,
                        focused)
            screen.press(f"#{button}")
            tab.wait(lambda: False, 1.5)
            lane.expect(f"{button}: it goes no further", tab.text("#flow-count").startswith(first),
                        tab.text("#flow-count"))
        flow = screen.flows()[0]
        tab.run("""const send = window.fetch; window.changes = 0;
            window.fetch = (url, options) => { window.changes += options?.method === "POST"; return send(url, options); };""")
        screen.walk(flow.id, -3)
        changed = tab.wait(lambda: (screen.flow(flow.id) or flow).type == "background")
        lane.expect("three keys up, from voice: the flow is in the background", bool(changed), screen.flow(flow.id))
        changes = tab.run("return window.changes")
        lane.expect("it was changed once, not at each key", changes == 1, changes)


def _troubles(lane: Lane) -> None:
    """An endpoint that may only be read, an application that is slow, gone and back."""
    print("\ntroubles")
    port = free_port()
    with lane.browser("troubles") as tab:
        screen = Screen(tab, False)
        with lane.sample("read-only", "--management.endpoint.qos.access=read-only", port=port) as sample:
            tab.open(_url(sample))
            lane.expect("read-only: the page is live", _live(tab, screen), tab.text("body")[:500])
            lane.expect("read-only: it says so, and how to change it",
                        "management.endpoint.qos.access" in tab.text("#read-only"), tab.text("#read-only"))
            enabled = tab.run("return [...document.querySelectorAll('[data-writes]')].filter((each) => !each.disabled "
                              "&& each.getAttribute('aria-disabled') !== 'true').map((each) => each.outerHTML)")
            lane.expect("read-only: whatever writes is disabled", not enabled, enabled)
            obstacles = tab.obstacles()
            lane.expect("read-only: axe-core finds nothing serious", not obstacles, "\n    ".join(obstacles[:5]))
            sample.process.send_signal(signal.SIGSTOP)
            slow = tab.wait(lambda: screen.connection() == "slow")
            sample.process.send_signal(signal.SIGCONT)
            lane.expect("slow: the page says that it waits", bool(slow), screen.connection())
            lane.expect("slow: it goes on", bool(tab.wait(lambda: screen.connection() == "live")), screen.connection())
            problem = sample.stop()
            lane.expect("gone: an open page does not hold up the application's end", problem is None, problem)
        gone = tab.wait(lambda: screen.connection() == "lost" and "does not answer" in tab.text("#connection"))
        lane.expect("gone: the page says so", bool(gone), tab.text("#connection"))
        with lane.sample("back", port=port):
            back = tab.wait(lambda: screen.connection() == "live" and screen.flows(), 20)
            lane.expect("back: the page is live again", bool(back), tab.text("#connection"))
            writable = tab.wait(lambda: not tab.find("[data-writes][aria-disabled]"))
            lane.expect("back: what may be written now is enabled", bool(writable), tab.text("#read-only"))
            told = tab.wait(lambda: "told of changes" in tab.text("#connection"), 15)
            lane.expect("back: it is told of changes again", bool(told), tab.text("#connection"))


def _flows(sample: Sample, path: str) -> list[dict[str, object]]:
    """Return what nobody but their owner may change of the flows that a path lists."""
    body = sample.call("GET", path).body or []
    return [{name: flow.get(name) for name in ("id", "trafficType", "state", "requested", "applied", "rate")}
            for flow in (body["flows"] if isinstance(body, dict) else body)]


def _strangers(lane: Lane) -> None:
    """A page of another site, in the same browser, that would like to pause marking."""
    print("\nother sites")
    with lane.sample("strangers") as sample, lane.browser("strangers", False) as tab, stranger(sample.port) as url:
        active = tab.wait(lambda: all(flow["state"] == "ACTIVE" for flow in _flows(sample, "/actuator/qos/flows")))
        lane.expect("all flows are active", bool(active), _flows(sample, "/actuator/qos/flows"))
        before = {path: _flows(sample, path) for path in _LISTS}
        tab.open(url)
        done = tab.wait(lambda: tab.text("#done"), 20)
        lane.expect("it has tried everything", done.startswith("tried"), done)
        handle = next(iter(sample.call("GET", "/actuator/qos").body["handles"].values()))
        lane.expect("marking is not paused", handle["paused"] is False, handle)
        lane.expect("nothing was read", "read 0" in done, done)
        # Without this, a refusal of everything would do.
        own = status_of(sample.port, "POST", "/actuator/qos/resume", {"Sec-Fetch-Site": "same-origin"})
        lane.expect("a page of its own is answered", own == 200, own)
        for name, method, path, headers in FOREIGN:
            status = status_of(sample.port, method, path, headers)
            lane.expect(f"{name} is refused", status == 403, status)
        after = {path: _flows(sample, path) for path in _LISTS}
        for path in _LISTS:
            lane.expect(f"no flow is added, changed or dropped in {path}", before[path] and before[path] == after[path],
                        f"{before[path]}; {after[path]}")


PARTS: dict[str, Callable[[Lane], None]] = {"marks": _marks, "heals": _heals, "list": _list,
                                            "troubles": _troubles, "strangers": _strangers}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/page", description="Uses the sample's page as people do.")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone, repeatable")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", metavar="HOME", type=Path, help="the JDK of the sample; otherwise the newest")
    parser.add_argument("--update-pictures", action="store_true", help="replace docs/page-*.png, if all passes")
    parser.add_argument("--backend", default="auto", metavar="NAME",
                        help="backend of the part marks; 'none' shows what a failing run looks like")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        jdk = chosen_jdks([options.jdk] if options.jdk else None, True, report)[0]
        lane = Lane(jdk, options.backend, options.update_pictures, report)
        for part in options.only or PARTS:
            PARTS[part](lane)
        print(f"\nPictures are in {_OUTPUT}")
    except LaneError as ex:
        report.check("the lane", str(ex))
    if options.update_pictures and not report.failures:
        small(_OUTPUT / "part-desk-light.png", _DOCS / "page-desk.png")
        small(_OUTPUT / "part-phone-dark.png", _DOCS / "page-phone.png")
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
