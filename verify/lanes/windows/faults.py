"""The sample on a stand-in that fails: every documented error in health, and in the log once."""

from __future__ import annotations

from typing import Any

from capture import UDP, Capture, spelled, values
from lane import Lane
from marks import packets_of
from peers import Peers
from stalls import core_command
from stand_in import StandIn
from wine import java_options
from windows_sample import SHUTDOWN_ENDPOINT, WindowsSample, port_of, started_on_windows

_GENERIC = {8: "ERROR_NOT_ENOUGH_MEMORY", 1450: "ERROR_NO_SYSTEM_RESOURCES", 1117: "ERROR_IO_DEVICE",
            1164: "ERROR_DEVICE_REINITIALIZATION_NEEDED"}
_CREATE = {31: "ERROR_GEN_FAILURE", 87: "ERROR_INVALID_PARAMETER", 8: "ERROR_NOT_ENOUGH_MEMORY",
           1450: "ERROR_NO_SYSTEM_RESOURCES", 4309: "ERROR_RESOURCE_DISABLED", 1068: "ERROR_SERVICE_DEPENDENCY_FAIL"}
_ADD = {6: "ERROR_INVALID_HANDLE", 87: "ERROR_INVALID_PARAMETER", 50: "ERROR_NOT_SUPPORTED",
        1225: "ERROR_CONNECTION_REFUSED", 1232: "ERROR_HOST_UNREACHABLE", 57: "ERROR_ADAP_HDW_ERR",
        67: "ERROR_BAD_NET_NAME", 5: "ERROR_ACCESS_DENIED", **_GENERIC}
_REMOVE = {995: "ERROR_OPERATION_ABORTED", 6: "ERROR_INVALID_HANDLE",
           1232: "ERROR_HOST_UNREACHABLE", **_GENERIC}
_CLOSE = {87: "ERROR_INVALID_PARAMETER"}
# What a caller can do nothing about has no remedy.
_WITHOUT_REMEDY = {("QOSRemoveSocketFromFlow", 995)}
# The flow to be removed is gone already, which is no failure.
_GONE = 1168


def errors(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("errors")
    first = next(iter(_CREATE))
    stand_in.tell(f"fail QOSCreateHandle {first}")
    with Peers() as peers, Capture() as capture, started_on_windows(
            lane.wine, lane.log("errors"), "--qos.recovery.initial-backoff=100ms", "--qos.recovery.max-backoff=200ms",
            "--qos.marking.types.background=AF11", *SHUTDOWN_ENDPOINT, dll="n", **variables) as sample:
        for code, name in _CREATE.items():
            stand_in.tell(f"fail QOSCreateHandle {code}")
            _judge(lane, sample, "QOSCreateHandle", code, name, "DOWN", 503)
        stand_in.tell()
        _, details, _ = sample.await_details({"handle": "OPEN"})
        lane.expect("the handle opens once the error is gone", details.get("handle") == "OPEN", details)
        port = peers.port(UDP, "127.0.0.1")
        for code, name in _ADD.items():
            stand_in.tell(f"fail QOSAddSocketToFlow {code}")
            flow = sample.open_flow(UDP, "127.0.0.1", port)
            flow = sample.await_flow(flow["id"], "FAILED", "ACTIVE")
            _judge(lane, sample, "QOSAddSocketToFlow", code, name)
            sent = packets_of(capture, port_of(flow), port, 2)
            lane.expect(f"QOSAddSocketToFlow {code}: the flow is FAILED and its socket sends unmarked",
                        flow.get("state") == "FAILED" and values(sent) == [0], f"{flow} {spelled(values(sent))}")
            sample.close_flow(flow.get("id", "0"))
        stand_in.tell()
        for code, name in _REMOVE.items():
            flow = sample.open_flow(UDP, "127.0.0.1", port)
            flow = sample.await_flow(flow["id"], "ACTIVE", "FAILED")
            # It is tried again and then left unmarked, which ends the error.
            stand_in.tell(f"fail QOSRemoveSocketFromFlow {code}", "hold QOSSetFlow")
            sample.close_flow(flow.get("id", "0"))
            _judge(lane, sample, "QOSRemoveSocketFromFlow", code, name)
            stand_in.tell()
        _remove_what_is_gone(lane, sample, stand_in, port)
        _privileges(lane, sample, stand_in, capture, port)
        close_code, close_name = next(iter(_CLOSE.items()))
        stand_in.tell(f"fail QOSCloseHandle {close_code}")
        # Not with Ctrl+C: java.util.logging stops as soon as the JVM begins to end, and what comes then is lost.
        problem = sample.shut_down(15)
        lane.expect("the application ends in order although the handle does not", problem is None, problem)
        for operation, codes in (("QOSCreateHandle", _CREATE), ("QOSAddSocketToFlow", _ADD),
                                 ("QOSRemoveSocketFromFlow", _REMOVE), ("QOSCloseHandle", _CLOSE)):
            counts = {code: sample.warnings(f"{operation} failed: {name} ({code})") for code, name in codes.items()}
            lane.expect(f"{operation}: each of {len(codes)} errors is in the log once",
                        set(counts.values()) == {1}, counts)
    summary = stand_in.summary()
    failed = sum(not each["result"] for each in stand_in.calls("QOSCreateHandle"))
    lane.expect("no failed create was closed, and every handle was closed once",
                failed >= len(_CREATE) and summary.created == summary.closed and not summary.trouble,
                f"{failed} failed creates; {summary} {summary.trouble}")


def _remove_what_is_gone(lane: Lane, sample: WindowsSample, stand_in: StandIn, port: int) -> None:
    flow = sample.open_flow(UDP, "127.0.0.1", port)
    flow = sample.await_flow(flow["id"], "ACTIVE", "FAILED")
    before = len(stand_in.calls("QOSRemoveSocketFromFlow"))
    stand_in.tell(f"fail QOSRemoveSocketFromFlow {_GONE}")
    sample.close_flow(flow.get("id", "0"))
    asked = stand_in.await_calls("QOSRemoveSocketFromFlow", before + 1)
    stand_in.tell()
    lane.expect(f"QOSRemoveSocketFromFlow {_GONE}: the flow is gone, and nothing is said",
                asked and sample.warnings(f"({_GONE})") == 0, f"{asked}, {sample.warnings(f'({_GONE})')}")


def close_error(lane: Lane) -> None:
    """A program without Spring: whoever closes a handle can ask it afterwards."""
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("close-error")
    code, name = next(iter(_CLOSE.items()))
    stand_in.tell(f"fail QOSCloseHandle {code}")
    done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, "LoadProbe"), "LoadProbe",
                         environment=lane.wine.environment("n", **variables))
    lane.log("close-error").write_text(done.output)
    failure = f"QOSCloseHandle failed: {name} ({code})"
    lane.expect(f"QOSCloseHandle {code}: the closed handle tells it as INVALID",
                f"CLOSED, INVALID, {failure}" in done.output, done.output)
    lane.expect("it is in the log once, and the call was made once",
                done.output.count(f"complaint: {failure}") == 1 and len(stand_in.calls("QOSCloseHandle")) == 1,
                done.output)


def _judge(lane: Lane, sample: WindowsSample, operation: str, code: int, name: str, status: str | None = None,
           http: int | None = None) -> None:
    answer, details, _ = sample.await_details({"error": {"operation": operation, "code": code}})
    error: dict[str, Any] = details.get("error") or {}
    held = (error.get("operation"), error.get("code"), error.get("name")) == (operation, code, name)
    held = held and (bool(error.get("remedy")) or (operation, code) in _WITHOUT_REMEDY)
    if status:
        held = held and ((answer.body or {}).get("status"), answer.status) == (status, http)
    lane.expect(f"{operation} {code} is in health as {name}", held, answer)


def _privileges(lane: Lane, sample: WindowsSample, stand_in: StandIn, capture: Capture, port: int) -> None:
    """A DSCP of one's own, with the privilege and without it."""
    for order, expected, noted in ((), 10, False), (("drop-privileges",), 8, True):
        stand_in.tell(*order)
        flow = sample.open_flow(UDP, "127.0.0.1", port, "BACKGROUND")
        flow = sample.await_flow(flow["id"], "ACTIVE", "FAILED")
        found = values(packets_of(capture, port_of(flow), port))
        lane.expect(f"a DSCP of one's own {'without' if noted else 'with'} the privilege: {expected}",
                    found == [expected] and ("ERROR_ACCESS_DENIED (5)" in str(flow.get("note"))) == noted,
                    f"{spelled(found)} {flow}")
        sample.close_flow(flow.get("id", "0"))
    stand_in.tell()
