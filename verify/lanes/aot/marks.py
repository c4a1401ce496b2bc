"""What is judged of a sample, however it was prepared."""

from __future__ import annotations

import time

from capture import Capture, Packet, spelled, values
from report import Expect
from sample import Sample

VOICE, AUDIO_VIDEO, BACKGROUND = 56, 40, 8


def judge_sample(sample: Sample, capture: Capture, expect: Expect, reports: bool = False) -> None:
    """Check health, a flow, the server's policy and, where there is one, a handler with a traffic type."""
    answer = sample.await_health("/actuator/health/qos", "UP")
    expect("health of qos is UP", (answer.body or {}).get("status") == "UP", f"{answer}")
    judge_flow(sample, capture, expect)
    found = _answers(sample, capture, "/api/echo")
    expect(f"the server's policy is on what it answers, its SYN-ACK included (DSCP {spelled(values(found))})",
           values(found) == [AUDIO_VIDEO] and any(packet.is_syn for packet in found), f"{len(found)} packets")
    if reports:
        data = [packet for packet in _answers(sample, capture, "/report") if packet.is_data]
        expect(f"@QosTraffic is on the answer of its handler (DSCP {spelled(values(data))})",
               values(data) == [BACKGROUND], f"{len(data)} packets")


def judge_flow(sample: Sample, capture: Capture, expect: Expect) -> None:
    """Add a flow of voice to the sample's own echo, and look at its packets."""
    echoes = sample.call("GET", "/api/echo").body or []
    echo = next((each for each in echoes if each["protocol"].lower() == "udp"), None)
    if echo is None:
        expect("the sample has an echo", False, f"{echoes}")
        return
    added = sample.call("POST", "/api/flows", {"protocol": "udp", "host": echo["host"], "port": echo["port"],
                                              "trafficType": "VOICE"})
    local = int(str((added.body or {}).get("localAddress", ":0")).rsplit(":", 1)[-1])
    packets = capture.wait(lambda packet: packet.goes(local, echo["port"]), 2)
    expect(f"a new flow is {(added.body or {}).get('state')}", (added.body or {}).get("state") == "ACTIVE", f"{added}")
    expect(f"its packets are marked (DSCP {spelled(values(packets))})", values(packets) == [VOICE],
           f"{len(packets)} packets of {added}")


def judge_end(sample: Sample, expect: Expect) -> None:
    """Have the sample end, and look at its log."""
    problem = sample.stop()
    expect("it ends on SIGTERM", problem is None, f"{problem}")
    text = sample.log_text()
    warnings = [line for line in text.splitlines() if " WARN " in line or " ERROR " in line or "WARNING:" in line]
    expect("its log has no warning", not warnings, "; ".join(warnings[:3]))


def _answers(sample: Sample, capture: Capture, path: str) -> list[Packet]:
    """Return the packets of one connection from the server."""
    before = time.time()
    sample.call("GET", path)

    def ours(packet: Packet) -> bool:
        return packet.source_port == sample.port and packet.time >= before

    capture.wait(lambda packet: ours(packet) and packet.is_data)
    time.sleep(0.2)
    return capture.packets(ours)
