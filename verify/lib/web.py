"""Asks servers of this machine."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

# Never through a proxy of the environment.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(request: str | urllib.request.Request, seconds: float = 15.0) -> tuple[int, bytes]:
    """Return status and body of an answer, also of one that is an error. Without an answer it raises an OSError."""
    try:
        with _OPENER.open(request, timeout=seconds) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as ex:
        with ex:
            return ex.code, ex.read()


def eventually(found: Callable[[], Any], enough: Callable[[Any], bool], seconds: float = 45.0) -> Any:
    """Return what is found once it is enough, or what is found in the end: None if there was no answer."""
    end = time.monotonic() + seconds
    while True:
        try:
            result = found()
        except OSError:
            result = None
        if (result is not None and enough(result)) or time.monotonic() > end:
            return result
        time.sleep(0.5)
