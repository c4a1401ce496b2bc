"""A headless Chromium, what it asked for, and what it shows."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from report import LaneError

# The page's requests alone: nothing of the browser's own.
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
          "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
          "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")

_SERIOUS = ("serious", "critical")

DESK = (1280, 900)
PHONE = (390, 844)


class Browser:
    """One tab."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self._requests: list[str] = []

    def open(self, url: str, size: tuple[int, int] = DESK, dark: bool = False) -> None:
        self.look(size, dark)
        self.driver.get(url)

    def look(self, size: tuple[int, int], dark: bool = False) -> None:
        """Take a screen of this size, and the light or the dark theme."""
        width, height = size
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 500)
        self._command("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def find(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return the text of the first element, empty if there is none or it has just gone."""
        try:
            return next((element.text for element in self.find(selector)), "")
        except StaleElementReferenceException:
            return ""

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait until something holds, and return what it came to in the end."""
        end = time.monotonic() + seconds
        while True:
            try:
                result = condition()
            except StaleElementReferenceException:
                result = None
            if result or time.monotonic() > end:
                return result
            time.sleep(0.05)

    def picture(self, file: Path, first: str | None = None, last: str | None = None) -> None:
        """Keep what is shown: the whole page, or from the block of one element to that of another."""
        clip = self.run("""
            const block = (selector) => document.querySelector(selector).closest("header, .card, tr");
            const page = document.documentElement;
            const top = arguments[0] ? block(arguments[0]).getBoundingClientRect().top + scrollY - 12 : 0;
            const end = arguments[1] ? block(arguments[1]).getBoundingClientRect().bottom + scrollY + 12 : page.scrollHeight;
            return { x: 0, y: Math.max(top, 0), width: page.clientWidth, height: end - Math.max(top, 0), scale: 1 };""",
                        first, last)
        shot = self._command("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def is_too_wide(self) -> str | None:
        """Return what needs scrolling sideways, or None."""
        return self.run("""
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) { return null; }
            return [...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > room)
                .slice(0, 3).map((each) => each.outerHTML.slice(0, 120)).join("; ") || "the document";""")

    def obstacles(self) -> list[str]:
        """Return what axe-core finds serious or critical, one line each."""
        self.run(Path(os.environ["AXE"]).read_text())
        self.driver.set_script_timeout(30)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document).then((result) => done(result.violations), (error) => done(String(error)));")
        if isinstance(found, str):
            raise LaneError(f"axe-core failed: {found}")
        return [f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')}" for each in found
                if each["impact"] in _SERIOUS for node in each["nodes"]]

    def requests(self) -> list[str]:
        """Return the addresses of all requests so far."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._requests.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                self._requests.append(message["params"]["url"])
        return self._requests

    def complaints(self) -> list[str]:
        """Return what scripts have complained of, since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] == "SEVERE" and entry["source"] != "network"]

    def _command(self, name: str, **parameters: object) -> Any:
        return self.driver.execute_cdp_cmd(name, parameters)


@contextmanager
def browser(log: Path) -> Iterator[Browser]:
    """Start a browser that knows nobody, and end it."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory(prefix="qos4j-page-") as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        try:
            driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver", log_output=str(log)))
        except WebDriverException as ex:
            raise LaneError(f"the browser does not start: {ex.msg}") from ex
        try:
            yield Browser(driver)
        finally:
            driver.quit()


def small(picture: Path, target: Path) -> None:
    """Write a picture with few colours, which the page has."""
    # Comes with --update-pictures alone.
    from PIL import Image

    with Image.open(picture) as image:
        image.convert("RGB").quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
