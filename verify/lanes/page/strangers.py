"""A web site that tries to use the sample through the browser of somebody who visits it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# With and without asking before: whatever a page may send elsewhere.
_PAGE = """<!DOCTYPE html><title>stranger</title><p id="done"></p><script type="module">
const target = "http://127.0.0.1:%d";
const flow = JSON.stringify({ protocol: "udp", host: "127.0.0.1", port: 9, trafficType: "VOICE" });
const writes = [["POST", "/actuator/qos/pause", "{}"], ["POST", "/actuator/qos/pause", null],
    ["POST", "/actuator/qos/flows/1", '{"trafficType": "control"}'], ["POST", "/api/flows", flow],
    ["POST", "/api/recording/lose", "{}"], ["DELETE", "/api/flows/1", null]];
const types = ["application/json", "text/plain", "application/x-www-form-urlencoded", null];
let tried = 0;
let read = 0;
async function attempt(path, options) {
    tried++;
    try {
        const response = await fetch(target + path, options);
        await response.text();
        read += response.type === "opaque" ? 0 : 1;
    } catch { }
}
for (const [method, path, body] of writes) {
    for (const type of types) {
        for (const mode of ["cors", "no-cors"]) {
            await attempt(path, { method, body, mode, headers: type ? { "Content-Type": type } : {} });
        }
    }
    navigator.sendBeacon(target + path, body ?? "");
}
await attempt("/actuator/qos", { mode: "cors" });
await attempt("/api/flows", { mode: "cors" });
document.getElementById("done").textContent = `tried ${tried}, read ${read}`;
</script>"""


_CALLS = (("GET", "/actuator/qos"), ("GET", "/api/flows"), ("POST", "/actuator/qos/pause"), ("DELETE", "/api/flows/1"))

# What must be refused: what it is, method, path and headers.
FOREIGN = tuple((f"{method} {path} for a foreign name", method, path, {"Host": "rebound.example"})
                for method, path in _CALLS) + tuple(
    (f"{method} {path} of a page that is {site}", method, path, {"Sec-Fetch-Site": site})
    for method, path in _CALLS if method != "GET" for site in ("cross-site", "same-site"))


def status_of(port: int, method: str, path: str, headers: dict[str, str]) -> int:
    """Send a request as a page that got round its browser would, and return the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request(method, path, "{}" if method == "POST" else None,
                           {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


@contextmanager
def stranger(port: int) -> Iterator[str]:
    """Serve that page from an origin of its own, and return its address."""
    page = (_PAGE % port).encode()

    class Handler(BaseHTTPRequestHandler):

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
