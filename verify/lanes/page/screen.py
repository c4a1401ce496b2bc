"""The page as its users have it: what they read, and what they do, by mouse or by keyboard."""

from __future__ import annotations

from dataclasses import dataclass

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from browser import Browser
from report import LaneError

TYPES = ("best-effort", "background", "excellent-effort", "audio-video", "voice", "control")

# More than there are places to stop at.
_MOST_TABS = 250


@dataclass(frozen=True)
class Shown:
    """A flow as the page shows it."""

    id: str
    protocol: str
    type: str
    local_port: int
    peer_port: int
    asked: int | None
    applied: int | None
    state: str


class Screen:
    """Reads and uses the page."""

    def __init__(self, browser: Browser, keyboard: bool) -> None:
        self._browser = browser
        self._keyboard = keyboard
        self.without_focus: list[str] = []

    def connection(self) -> str:
        return self._browser.run("return document.body.dataset.connection")

    def handle(self) -> str:
        """Return what is said of the handle's state."""
        return self._browser.text("[data-field=handle-state]")

    def journal(self) -> list[str]:
        return self._browser.run("return [...document.querySelectorAll('#journal li span')].map((e) => e.textContent)")

    def flows(self) -> list[Shown]:
        """Return all flows that are shown, the newest first. What cannot be seen of them is not read."""
        rows = self._browser.run("""
            const isSeen = (element) => {
                const { left, right, width, height } = element.getBoundingClientRect();
                return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
                    && width > 0 && height > 0 && left >= 0 && right <= document.documentElement.clientWidth;
            };
            const text = (element) => isSeen(element) ? element.textContent : "";
            const field = (row, name) => row.querySelector(`[data-field=${name}]`);
            // The type is what is chosen, once the application has it.
            const type = (row, choice) => isSeen(choice) && choice.value === row.dataset.type ? choice.value : "";
            return [...document.querySelectorAll("#flows > tr")].map((row) => ({
                id: row.dataset.flow, protocol: text(row.querySelector("th")), type: type(row, field(row, "type")),
                local: text(field(row, "local")), peer: text(field(row, "peer")), asked: text(field(row, "asked")),
                applied: text(field(row, "applied")), state: text(field(row, "state")) }));""")
        return [Shown(row["id"], "tcp" if "TCP" in row["protocol"] else "udp", row["type"], _port(row["local"]),
                      _port(row["peer"]), _value(row["asked"]), _value(row["applied"]), row["state"]) for row in rows]

    def flow(self, name: str) -> Shown | None:
        return next((flow for flow in self.flows() if flow.id == name), None)

    def add(self, protocol: str, traffic_type: str) -> Shown | None:
        """Add a flow, and return it once it is shown as active, or as it is then."""
        known = {flow.id for flow in self.flows()}
        self._choose_protocol(protocol)
        self.press(f"[data-do=add][data-type={traffic_type}]")

        def added() -> Shown | None:
            return next((flow for flow in self.flows() if flow.id not in known), None)

        self._browser.wait(lambda: (added() or NOBODY).state == "ACTIVE")
        return added()

    def change(self, name: str, traffic_type: str) -> None:
        """Have a flow take another type."""
        selector = f"[data-flow='{name}'] [data-field=type]"
        if self._keyboard:
            self._tab_to(selector)
            words = traffic_type.replace("-", " ")
            ActionChains(self._browser.driver).send_keys(words).send_keys(Keys.ENTER).perform()
        else:
            Select(self._browser.find(selector)[0]).select_by_value(traffic_type)

    def walk(self, name: str, steps: int) -> None:
        """Go through the types of a flow by the arrow keys, up or down."""
        self._tab_to(f"[data-flow='{name}'] [data-field=type]")
        key = Keys.ARROW_UP if steps < 0 else Keys.ARROW_DOWN
        for _ in range(abs(steps)):
            ActionChains(self._browser.driver).send_keys(key).pause(0.2).perform()

    def press(self, selector: str) -> None:
        """Press a button."""
        if self._keyboard:
            self._tab_to(selector)
            ActionChains(self._browser.driver).send_keys(Keys.SPACE).perform()
        else:
            element = self._browser.find(selector)[0]
            # Not behind anything, and where a pointer gets at it.
            self._browser.run("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()

    def _choose_protocol(self, protocol: str) -> None:
        selector = f"[name=protocol][value={protocol}]"
        if not self._keyboard:
            self.press(selector)
        elif not self._browser.find(selector)[0].is_selected():
            self._tab_to("[name=protocol]:checked")
            ActionChains(self._browser.driver).send_keys(Keys.ARROW_RIGHT).perform()

    def _tab_to(self, selector: str) -> None:
        """Go through the page until something is in focus, which must be seen."""
        for _ in range(_MOST_TABS):
            if self._browser.run("return document.activeElement.matches(arguments[0])", selector):
                if not self._browser.run("return getComputedStyle(document.activeElement).outlineStyle !== 'none'"):
                    self.without_focus.append(selector)
                return
            ActionChains(self._browser.driver).send_keys(Keys.TAB).perform()
        raise LaneError(f"the keyboard does not lead to {selector}")


# What no number can be read of.
_NOT_READ = -1

# A flow that is not shown.
NOBODY = Shown("", "", "", 0, 0, _NOT_READ, _NOT_READ, "")


def _port(address: str) -> int:
    port = address.rsplit(":", 1)[-1]
    return int(port) if port.isdigit() else 0


def _value(dscp: str) -> int | None:
    """Return the number of a code point that is shown with its name, None if it is shown that there is none."""
    if dscp == "–":
        return None
    number = dscp.split(" ", 1)[0]
    return int(number) if number.isdigit() else _NOT_READ
