"""The sample on a stand-in that loses all handles, as sleep and standby make the real one do."""

from __future__ import annotations

import time

from capture import Capture, spelled, values
from lane import Lane
from marks import packets_of
from peers import Peers
from windows_sample import port_of, started_on_windows

_CODES = (1164, 31, 6)
_VOICE = 56


def sleep_and_resume(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("sleep")
    with Peers() as peers, Capture() as capture, started_on_windows(
            lane.wine, lane.log("sleep"), "--qos.recovery.check-interval=1s", "--qos.recovery.initial-backoff=200ms",
            dll="n", **variables) as sample:
        kinds = [("udp", "127.0.0.1"), ("udp", "::1"), ("tcp", "127.0.0.1"), ("tcp", "::1")]
        sockets = []
        for protocol, host in kinds:
            flow = sample.open_flow(protocol, host, peers.port(protocol, host))
            sockets.append((port_of(flow), peers.port(protocol, host)))
            sample.await_flow(flow["id"], "ACTIVE", "FAILED")
        before = [spelled(values(packets_of(capture, *ports))) for ports in sockets]
        lane.expect("four sockets are marked", before == [str(_VOICE)] * 4, before)
        for number, code in enumerate(_CODES, 1):
            seen = len(capture.packets())
            start = time.monotonic()
            stand_in.tell(f"kill-handles {number} {code}")
            gone, back = set(), set()
            while len(back) < len(sockets) and time.monotonic() < start + 20:
                time.sleep(0.1)
                new = capture.packets()[seen:]
                seen += len(new)
                for packet in new:
                    ports = (packet.source_port, packet.target_port)
                    if ports in sockets and packet.dscp == 0:
                        gone.add(ports)
                    elif ports in gone and packet.dscp == _VOICE:
                        back.add(ports)
            took = time.monotonic() - start
            lane.expect(f"handles lost with {code}: four marks go, and are back after {took:.1f} s",
                        len(gone) == len(back) == len(sockets),
                        f"{len(gone)} gone, {len(back)} back; {sample.health()[1]}")
        _, details, _ = sample.await_details({"handle": "OPEN", "flows": {"active": 5, "pending": 0, "failed": 0}})
        lane.expect("all flows are active again", details.get("flows") == {"active": 5, "pending": 0, "failed": 0},
                    details)
        problem, _ = sample.interrupt(10)
        lane.expect("the application ends in order", problem is None, problem)
    summary = stand_in.summary()
    print(f"       {summary.created} handles created, {summary.closed} closed")
    lane.expect("dead handles are closed too, each once", summary.created == summary.closed == 1 + len(_CODES)
                and not summary.trouble, f"{summary} {summary.trouble}")
