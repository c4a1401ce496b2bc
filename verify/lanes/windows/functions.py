"""Every function of qWAVE through the public API: what the stand-in was called with, and what the API made of it."""

from __future__ import annotations

from typing import Any

from capture import UDP, Capture, values
from lane import Lane
from peers import Peers
from stalls import core_command
from stand_in import StandIn
from wine import java_options

_FUNCTIONS = ("QOSCreateHandle", "QOSCloseHandle", "QOSAddSocketToFlow", "QOSRemoveSocketFromFlow", "QOSSetFlow",
              "QOSQueryFlow", "QOSNotifyFlow", "QOSCancel", "QOSEnumerateFlows", "QOSStartTrackingClient",
              "QOSStopTrackingClient")
_ADAPTIVE, _NON_ADAPTIVE, _FRESH = 0, 2, 1
_VOICE, _BACKGROUND, _AUDIO_VIDEO = 4, 1, 3
_MARK = 56
_PEERS = 1000
_FLOWS = 70
_REMEDIES = ("StandardProtocolFamily.INET", "connect it", "-Djava.net.preferIPv4Stack=true")
_PENDING, _TOO_SMALL, _NOT_FOUND = 997, 122, 1168


def functions(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("functions")
    with Peers() as peers, Capture() as capture:
        port = peers.port(UDP, "127.0.0.1")
        done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, "FunctionsProbe"), "FunctionsProbe",
                             str(port), seconds=100, environment=lane.wine.environment("n", **variables))
    lane.log("functions").write_text(done.output)
    printed = dict(line.partition(";")[::2] for line in done.output.splitlines() if ";" in line)
    if not lane.expect("the program ends in order", done.code == 0 and "end" in printed, done.output[-3000:]):
        return
    calls = _Calls(stand_in)
    for function in _FUNCTIONS:
        lane.expect(f"{function} is called {len(calls.of(function))} times", bool(calls.of(function)), "never")
    _handles(lane, calls)
    _sockets(lane, calls, printed, port)
    _changes(lane, calls, printed)
    _questions(lane, calls, printed)
    _notifications(lane, calls, printed)
    _others(lane, calls, printed)
    _dual_stack(lane, calls, printed, capture, port)
    summary = stand_in.summary()
    lane.expect("every handle is closed once, every flow is gone, and nothing was misused",
                summary.problem() is None, summary.problem())


class _Calls:
    """The calls of a log that have ended."""

    def __init__(self, stand_in: StandIn) -> None:
        self.events = stand_in.events()
        self._ends = [each for each in self.events if each["event"] == "end"]
        self.handles = [each["arguments"]["qos_handle"] for each in self.of("QOSCloseHandle")]

    def of(self, function: str, flow: int | None = None) -> list[dict[str, Any]]:
        return [each for each in self._ends
                if each["function"] == function and (flow is None or each["flow"] == flow)]

    def arguments(self, function: str, flow: int, *names: str) -> list[tuple[Any, ...]]:
        """Return some arguments of each call for a flow."""
        return [tuple(each["arguments"].get(name) for name in names) for each in self.of(function, flow)]

    def flows_of(self, port: str) -> list[int]:
        """Return the flows that a socket was added to, in this order."""
        return list(dict.fromkeys(each["flow"] for each in self.of("QOSAddSocketToFlow")
                                  if str(each["answer"].get("local", "")).endswith(f":{port}")))


def _handles(lane: Lane, calls: _Calls) -> None:
    lane.expect("QOSCreateHandle asks for version 1.0",
                {each["arguments"]["version"] for each in calls.of("QOSCreateHandle")} == {"1.0"},
                calls.of("QOSCreateHandle"))
    used = {each["arguments"]["qos_handle"] for function in _FUNCTIONS[1:] for each in calls.of(function)}
    made = {each["answer"]["qos_handle"] for each in calls.of("QOSCreateHandle")}
    lane.expect("all others are called with what it returned", len(made) == 1 and used == made, (used, made))


def _sockets(lane: Lane, calls: _Calls, printed: dict[str, str], port: int) -> None:
    ports = printed["sockets"].split(",")
    flow = calls.flows_of(ports[0])[0]
    adds = calls.arguments("QOSAddSocketToFlow", flow, "flow", "type", "flags", "destination")
    lane.expect("a connected socket is added without a destination, to no flow, as non-adaptive",
                adds[0] == (0, _VOICE, _NON_ADAPTIVE, None), adds)
    lane.expect("further sockets are added to the same flow",
                adds[1:] == [(flow, _VOICE, _NON_ADAPTIVE, None)] * 2
                and all(calls.flows_of(each) == [flow] for each in ports)
                and calls.of("QOSAddSocketToFlow", flow)[-1]["answer"]["sockets"] == 3, adds)
    _ended(lane, calls, "its end", flow)
    flow = calls.flows_of(printed["peers"])[0]
    adds = calls.arguments("QOSAddSocketToFlow", flow, "flow", "flags", "destination")
    wanted = [f"127.0.{1 + i // 250}.{1 + i % 250}:{port}" for i in range(_PEERS)]
    lane.expect(f"{_PEERS} peers are destinations of one socket on one flow",
                adds == [(flow if i else 0, _NON_ADAPTIVE, each) for i, each in enumerate(wanted)]
                and [calls.of("QOSAddSocketToFlow", flow)[-1]["answer"][name] for name in ("sockets", "peers")]
                == [1, _PEERS], f"{len(adds)} adds, {adds[:2]}, {adds[-1:]}")
    _ended(lane, calls, f"the end of {_PEERS} peers", flow)


def _ended(lane: Lane, calls: _Calls, name: str, flow: int) -> None:
    removals = calls.arguments("QOSRemoveSocketFromFlow", flow, "socket", "flow", "flags")
    lane.expect(f"{name}: the flow is removed once, with all that it has, without flags",
                removals == [(0, flow, 0)], removals)


def _changes(lane: Lane, calls: _Calls, printed: dict[str, str]) -> None:
    first, *later = calls.flows_of(printed["changes"])
    names = ("operation", "size", "value", "bandwidth", "shaping", "reason", "flags", "overlapped")
    sets = calls.arguments("QOSSetFlow", first, *names)
    lane.expect("traffic type, DSCP, traffic type and rate are set live, without flags and OVERLAPPED", sets == [
        (0, 4, _BACKGROUND, None, None, None, 0, None), (2, 4, 46, None, None, None, 0, None),
        (0, 4, _AUDIO_VIDEO, None, None, None, 0, None), (1, 16, None, 5_000_000_000, 2, 2, 0, None)], sets)
    marks = [each["answer"].get("dscp") for each in calls.of("QOSSetFlow", first)]
    lane.expect("and in force at once", marks == [8, 46, 40, 40], marks)
    lane.expect("the rate is answered", printed["rate"] == "5000000000", printed["rate"])
    _ended(lane, calls, "the rate's end", first)
    adds = [calls.arguments("QOSAddSocketToFlow", each, "flow", "type", "flags") for each in later]
    lane.expect("the flow is then added anew, without a rate", adds == [[(0, _AUDIO_VIDEO, _NON_ADAPTIVE)]]
                and not calls.of("QOSSetFlow", later[0]) and printed["rate ended"] == "OptionalLong.empty",
                (adds, printed["rate ended"]))


def _questions(lane: Lane, calls: _Calls, printed: dict[str, str]) -> None:
    flow = calls.flows_of(printed["questions"])[0]
    adds = calls.arguments("QOSAddSocketToFlow", flow, "flow", "type", "flags")
    lane.expect("an adaptive flow is added without flags", adds == [(0, _VOICE, _ADAPTIVE)], adds)
    rates = calls.arguments("QOSSetFlow", flow, "operation", "size", "bandwidth", "shaping", "reason")
    lane.expect("and given its rate", rates == [(1, 16, 1_000_000, 1, 0)], rates)
    asked = calls.arguments("QOSQueryFlow", flow, "operation", "size", "flags", "overlapped")
    cached, fresh, priority, rate = (0, 40, 0, None), (0, 40, _FRESH, None), (1, 16, 0, None), (2, 8, 0, None)
    lane.expect("fundamentals, anew, marks and rate are asked for with their sizes and flags",
                set(asked) == {cached, fresh, priority, rate} and asked.count(cached) == 2, asked)
    lane.expect("the path is being measured, then it is measured, figure by figure",
                printed["measuring"] == "MEASURING" and printed["measured anew"] == "MEASURED"
                and all(text in printed["measured"] for text in
                        ("MEASURED", "bottleneckBitsPerSecond=OptionalLong[8000000000]",
                         "availableBitsPerSecond=OptionalLong.empty", "roundTripMicros=OptionalLong[1234]")),
                (printed["measuring"], printed["measured"]))
    lane.expect("the marks are told, and another one under a policy",
                f"conformantDscp={_MARK} " in printed["priority"] and "conformantLinkPriority=7" in printed["priority"]
                and printed["priority under a policy"].startswith("10 "),
                (printed["priority"], printed["priority under a policy"]))
    lane.expect("the rate is told", printed["outgoing rate"] == "1000000", printed["outgoing rate"])


def _notifications(lane: Lane, calls: _Calls, printed: dict[str, str]) -> None:
    for kind in ("congested", "uncongested", "available"):
        lane.expect(f"'{kind}' reaches a future and a listener",
                    (printed[f"future {kind}"], printed[f"listener {kind}"]) == ("true", "true"), printed)
    flow = calls.flows_of(printed["notifications"])[0]
    armed = calls.of("QOSNotifyFlow", flow)
    told = {tuple(each["arguments"][name] for name in ("operation", "size", "target", "flags")) for each in armed}
    lane.expect("each asks for its operation: no buffer, or a UINT64 with the bandwidth, and no flags",
                told == {(0, None, None, 0), (1, None, None, 0), (2, 8, 6_000_000_000, 0)}, told)
    lane.expect(f"each of {len(armed)} has an OVERLAPPED and is pending",
                all(each["arguments"]["overlapped"] and each["error"] == _PENDING for each in armed), armed)
    pending: dict[str, dict[str, Any]] = {}
    twice: list[Any] = []
    for event in calls.events:
        if event.get("function") == "QOSNotifyFlow" and event["event"] == "completed":
            pending.pop(event["overlapped"], None)
        elif event.get("function") == "QOSNotifyFlow" and event["event"] == "end":
            twice += [event] if event["arguments"]["overlapped"] in pending else []
            pending[event["arguments"]["overlapped"]] = event
    lane.expect("no OVERLAPPED is used for two pending calls, and none is left pending", not twice and not pending,
                (twice, pending))
    cancels = calls.of("QOSCancel")
    used = {each["arguments"]["overlapped"] for each in armed}
    # A call that has been cancelled, but whose packet has not come, may be cancelled again: that finds nothing.
    lane.expect(f"each of {len(cancels)} cancels names the OVERLAPPED of a call",
                all(each["arguments"]["overlapped"] in used and each["error"] in (0, _NOT_FOUND) for each in cancels)
                and sum(each["result"] for each in cancels) >= 4, cancels)
    lane.expect("the flow lives on", printed["flow"] == "ACTIVE", printed["flow"])


def _others(lane: Lane, calls: _Calls, printed: dict[str, str]) -> None:
    sizes = [(each["arguments"]["size"], each["error"]) for each in calls.of("QOSEnumerateFlows")]
    lane.expect("an enumeration that grows is asked for with more room each time, until it fits",
                [error for _, error in sizes] == [_TOO_SMALL, _TOO_SMALL, 0]
                and sorted(sizes) == sizes, sizes)
    # The foreign ones, those that came up meanwhile, and the one of the handle's own that it asks for now and then.
    wanted = _FLOWS + 1 + 600
    count, foreign = printed["enumeration"].split(",")
    lane.expect(f"{count} flows are told, the ids of others' without a sign", int(count) in (wanted, wanted + 1)
                and foreign == "true", printed["enumeration"])
    for function in ("QOSStartTrackingClient", "QOSStopTrackingClient"):
        told = [(each["arguments"]["destination"], each["arguments"]["flags"]) for each in calls.of(function)]
        lane.expect(f"{function} names the client, over IPv4 and IPv6, without flags",
                    told == [("192.0.2.1:0", 0), ("[2001:db8::1]:0", 0)], told)
    tracked = [each["answer"]["tracked"] for each in calls.of("QOSStopTrackingClient")]
    lane.expect("nobody is tracked in the end", tracked[-1:] == [[]], tracked)


def _dual_stack(lane: Lane, calls: _Calls, printed: dict[str, str], capture: Capture, port: int) -> None:
    own, state = printed["dual stack"].split(";")
    marks = values(capture.packets(lambda packet: packet.is_data and packet.goes(int(own), port)))
    lane.expect("a dual-stack socket for an IPv4 peer fails, and the remedies are named",
                state == "FAILED" and printed["refused"].startswith("NOT_SUPPORTED")
                and all(remedy in printed["refused"] for remedy in _REMEDIES)
                and not calls.flows_of(own) and marks == [0], (state, printed["refused"], marks))
