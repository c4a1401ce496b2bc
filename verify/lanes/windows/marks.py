"""The sample on the stand-in: marks on the wire, the service's states, and an orderly end."""

from __future__ import annotations

from capture import UDP, Capture, Packet, spelled, values
from lane import HEALTH_SECONDS, Lane
from peers import Peers
from report import table
from stand_in import StandIn
from windows_sample import WindowsSample, port_of, started_on_windows

_VOICE = 56


def marks_on_the_wire(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    lane.wine.run("sc", "delete", "QWAVE")
    stand_in, variables = lane.stand_in("marks")
    with Peers() as peers, Capture() as capture, \
            started_on_windows(lane.wine, lane.log("marks"), dll="n", **variables) as sample:
        lane.expect("the DLL comes from the system directory",
                    stand_in.loaded_from() == ["C:\\windows\\system32\\qwave.dll"], stand_in.loaded_from())
        _service(lane, sample)
        rows = [("flow on a dual-stack socket", "DSCP with the flow", "packets", "after DELETE", "packets")]
        for protocol in ("udp", "tcp"):
            for host in ("127.0.0.1", "::1"):
                rows.append(_flow(lane, sample, capture, protocol, host, peers.port(protocol, host), stand_in))
        print("\n" + table(rows) + "\n")
        _loopback(lane, sample, peers, stand_in)
        problem, took = sample.interrupt(10)
        lane.expect("the application ends in order", problem is None, problem)
    summary = stand_in.summary()
    print(f"       {summary}; {took:.1f} s to the end")
    lane.expect("every handle is closed once, every flow is gone, and nothing was misused",
                summary.problem() is None, summary.problem())
    lane.expect("there were handles and flows at all", summary.created == 1 and summary.added >= 5, summary)
    lane.expect("the helper found every socket", not lane.helper.problems, lane.helper.problems)
    lane.expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")


def _service(lane: Lane, sample: WindowsSample) -> None:
    """Compare health with every state of the service. The handle stays open meanwhile."""
    wine = lane.wine

    def judge(situation: str, state: str, status: str, code: int) -> None:
        answer, details, took = sample.await_details({"service": {"name": "QWAVE", "state": state}})
        found = (details.get("service"), (answer.body or {}).get("status"), answer.status)
        lane.expect(f"service {situation}: {status}, {code}, state '{state}', in {took:.2f} s",
                    found == ({"name": "QWAVE", "state": state}, status, code) and took < HEALTH_SECONDS
                    and details.get("handle") == "OPEN" and details.get("backend") == "qwave",
                    f"{answer} in {took:.2f} s")

    judge("absent", "not installed", "DOWN", 503)
    wine.service("create", "QWAVE", "binPath=", "C:\\windows\\system32\\qwave-service.exe", "start=", "demand")
    judge("stopped", "stopped", "DOWN", 503)
    wine.service("start", "QWAVE")
    judge("running", "running", "UP", 200)
    wine.service("stop", "QWAVE")
    judge("stopped under the application", "stopped", "DOWN", 503)
    wine.service("start", "QWAVE")
    judge("started again", "running", "UP", 200)
    with wine.hanging_service_manager():
        for attempt in ("first", "second"):
            answer, details, took = sample.health()
            lane.expect(f"service manager hanging, {attempt} question: the status follows the handle, in {took:.2f} s",
                        (answer.status, (answer.body or {}).get("status")) == (200, "UP")
                        and details.get("service", {}).get("state") == "unknown" and took < HEALTH_SECONDS,
                        f"{answer} in {took:.2f} s")
    judge("manager answering again", "running", "UP", 200)


def _flow(lane: Lane, sample: WindowsSample, capture: Capture, protocol: str, host: str, port: int,
          stand_in: StandIn) -> tuple[str, ...]:
    """Open a flow, look at its packets, close it, and look again."""
    name = f"{protocol} to {host}"
    flow = sample.open_flow(protocol, host, port)
    own = port_of(flow)
    flow = sample.await_flow(flow["id"], "ACTIVE", "FAILED")
    marked = packets_of(capture, own, port)
    lane.expect(f"{name}: DSCP {_VOICE} on every packet of the flow",
                flow.get("state") == "ACTIVE" and values(marked) == [_VOICE], f"{spelled(values(marked))}, {flow}")
    removed = len(stand_in.calls("QOSRemoveSocketFromFlow"))
    sample.close_flow(flow.get("id", "0"))
    stand_in.await_calls("QOSRemoveSocketFromFlow", removed + 1)
    after = packets_of(capture, own, port)
    lane.expect(f"{name}: DSCP 0 on every packet after DELETE", values(after) == [0], spelled(values(after)))
    return (name, spelled(values(marked)), str(len(marked)), spelled(values(after)), str(len(after)))


def packets_of(capture: Capture, source: int, target: int, count: int = 15) -> list[Packet]:
    """Return packets of a socket that are sent from now on, acknowledgements included."""
    def wanted(packet: Packet) -> bool:
        return packet.goes(source, target)

    # What was on its way when we began does not count: sending and capturing are not one moment.
    begin = len(capture.packets(wanted)) + 2
    return capture.wait(wanted, begin + count, 10)[begin:]


def _loopback(lane: Lane, sample: WindowsSample, peers: Peers, stand_in: StandIn) -> None:
    """Refuse a peer on this machine, as the real API is reported to."""
    stand_in.tell("refuse-loopback")
    flow = sample.open_flow(UDP, "127.0.0.1", peers.port(UDP, "127.0.0.1"))
    flow = sample.await_flow(flow["id"], "ACTIVE", "FAILED")
    lane.expect("loopback refused with 1168: ACTIVE, 'not needed'",
                flow.get("state") == "ACTIVE" and str(flow.get("note")).startswith("not needed"), flow)
    sample.close_flow(flow.get("id", "0"))
    stand_in.tell()
