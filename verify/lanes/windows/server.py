"""The sample's Tomcat on the stand-in: each connection that it accepts is marked by itself, and its listener is not."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

_SERVERS = Path(__file__).resolve().parents[1] / "servers"
sys.path.append(str(_SERVERS))

from capture import Capture, Packet, spelled, values  # noqa: E402
from clients import IPV4, IPV6, Answer, Http1  # noqa: E402
from lane import Lane  # noqa: E402
from report import table  # noqa: E402
from stand_in import StandIn  # noqa: E402
from windows_sample import WindowsSample, started_on_windows  # noqa: E402

_VOICE, _NON_ADAPTIVE, _MARK = 4, 2, 56
_CONNECTIONS = 3
_SHORT = 40
_PATH = "/"
_JSON_PATH = "/actuator/info"
_ADD, _REMOVE, _CLOSE = "QOSAddSocketToFlow", "QOSRemoveSocketFromFlow", "QOSCloseHandle"


def accepted_connections(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    rows = [("the sample's Tomcat", "connections", "first answers", "answers with the flow")]
    with Capture() as capture:
        for address in (IPV4, IPV6):
            rows.append(_marked(lane, capture, address))
        rows.append(_unmarked(lane, capture))
    print("\n" + table(rows) + "\n")
    lane.expect("the helper found every socket", not lane.helper.problems, lane.helper.problems)
    lane.expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")


def _marked(lane: Lane, capture: Capture, address: str) -> tuple[str, ...]:
    name = f"server-{'ipv4' if address == IPV4 else 'ipv6'}"
    stand_in, variables = lane.stand_in(name)
    first: list[Packet] = []
    second: list[Packet] = []
    with ExitStack() as connections, started_on_windows(
            lane.wine, lane.log(name), "--qos.recovery.check-interval=1s", server="voice", address=address, dll="n",
            **variables) as sample:
        clients = [connections.enter_context(Http1("http/1.1", address, sample.port)) for _ in range(_CONNECTIONS)]
        for client in clients:
            first += _packets(capture, sample, client, client.get(_PATH))
        flows = [_flow_of(lane, stand_in, sample, address, client) for client in clients]
        for client in clients:
            second += _packets(capture, sample, client, client.get(_PATH))
        lane.expect(f"{address}: DSCP {_MARK} on every segment of {_CONNECTIONS} answers once the flows are in force",
                    len(second) >= _CONNECTIONS and values(second) == [_MARK], spelled(values(second)))
        # The last connection stays open until the application ends.
        for client in clients[:-1]:
            client.close()
        removed = [stand_in.await_call(_REMOVE, flow) for flow in flows[:-1]]
        lane.expect(f"{address}: the flow of a connection that has ended is removed", all(removed), removed)
        _short_connections(lane, stand_in, sample, address)
        problem, _ = sample.interrupt(15)
        lane.expect(f"{address}: the application ends in order", problem is None, problem)
    _judge_calls(lane, stand_in, address, sample.port, flows)
    summary = stand_in.summary()
    print(f"       {summary}")
    lane.expect(f"{address}: every handle is closed once, every flow is gone, and nothing was misused",
                summary.problem() is None and summary.created == 1, summary.problem())
    return f"voice, {address}", str(_CONNECTIONS), spelled(values(first)), spelled(values(second))


def _unmarked(lane: Lane, capture: Capture) -> tuple[str, ...]:
    """The control: the same without a policy."""
    stand_in, variables = lane.stand_in("server-control")
    first: list[Packet] = []
    second: list[Packet] = []
    with ExitStack() as connections, started_on_windows(lane.wine, lane.log("server-control"), dll="n",
                                                        **variables) as sample:
        clients = [connections.enter_context(Http1("http/1.1", IPV4, sample.port)) for _ in range(_CONNECTIONS)]
        for segments in (first, second):
            for client in clients:
                segments += _packets(capture, sample, client, client.get(_PATH))
        sample.interrupt(15)
    lane.expect("without a policy: DSCP 0 on every segment", values(first + second) == [0],
                spelled(values(first + second)))
    adds = _adds(stand_in, sample.port)
    lane.expect("without a policy: no flow is asked for", not adds, adds)
    return f"no policy, {IPV4}", str(_CONNECTIONS), spelled(values(first)), spelled(values(second))


def _packets(capture: Capture, sample: WindowsSample, client: Http1, answer: Answer) -> list[Packet]:
    """Return what the server has sent with an answer, or right after it."""
    return capture.wait(lambda packet: packet.goes(sample.port, client.local_port) and packet.is_data
                        and packet.time >= answer.asked)


def _flow_of(lane: Lane, stand_in: StandIn, sample: WindowsSample, address: str, client: Http1) -> int:
    """Wait until a connection has its flow, and return that."""
    peer = f":{client.local_port}"

    def is_added(call: dict[str, Any]) -> bool:
        return call["result"] and str(call["answer"].get("remote", "")).endswith(peer)

    # A flow is asked for its mark once it is in force.
    added = stand_in.await_one(_ADD, is_added)
    flow = added["flow"] if added else 0
    asked = stand_in.await_call("QOSQueryFlow", flow)
    lane.expect(f"{address}: the SOCKET of a connection is added, to no flow, as non-adaptive",
                added is not None and asked and str(added["answer"]["local"]).endswith(f":{sample.port}")
                and [added["arguments"][name] for name in ("type", "flags", "flow", "destination")]
                == [_VOICE, _NON_ADAPTIVE, 0, None], added)
    return flow


def _short_connections(lane: Lane, stand_in: StandIn, sample: WindowsSample, address: str) -> None:
    """Connections that end while they are being added, or before."""
    before = len(_adds(stand_in, sample.port))
    statuses = {sample.call("GET", _JSON_PATH).status for _ in range(_SHORT)}
    added = len(_adds(stand_in, sample.port)) - before
    lane.expect(f"{address}: {_SHORT} connections of one request each are answered, {added} were added in time",
                statuses == {200}, statuses)
    complaints = sample.warnings("QosHandle")
    lane.expect(f"{address}: nobody complains of the listener, or of connections that have ended", complaints == 0,
                complaints)


def _judge_calls(lane: Lane, stand_in: StandIn, address: str, port: int, flows: list[int]) -> None:
    """Judge all calls of a process that has ended."""
    adds = _adds(stand_in, port)
    peers = [each["answer"]["remote"] for each in adds]
    lane.expect(f"{address}: {len(adds)} connections were added, each once, as VOICE",
                len(set(peers)) == len(peers) and {each["arguments"]["type"] for each in adds} == {_VOICE}
                and set(flows) <= {each["flow"] for each in adds}, peers)
    # What the stand-in says of one.
    listeners = [each for each in stand_in.calls(_ADD) if "listens" in each["text"]]
    lane.expect(f"{address}: no flow is asked for the listener", not listeners, listeners)
    removals = [each["flow"] for each in stand_in.calls(_REMOVE) if each["result"]]
    dropped = sum(each["dropped"] for each in stand_in.calls(_CLOSE))
    lane.expect(f"{address}: each flow is removed once, or ends with the handle",
                len(set(removals)) == len(removals) and set(flows[:-1]) <= set(removals)
                and sum(each["added"] for each in stand_in.calls(_ADD)) == len(removals) + dropped,
                (removals, dropped))


def _adds(stand_in: StandIn, port: int) -> list[dict[str, Any]]:
    """Return the successful adds of connections that a server has accepted at a port."""
    return [each for each in stand_in.calls(_ADD)
            if each["result"] and str(each["answer"].get("local", "")).endswith(f":{port}")]
