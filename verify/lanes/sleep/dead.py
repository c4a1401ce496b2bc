"""A system that opens a handle and fails every other call, until it recovers; and a removal that it refuses."""

from __future__ import annotations

import time

from capture import Capture
from machine import Machine, SleepLane, running_on_windows
from report import LaneError
from wire import Trace, Wire

# All but QOSCreateHandle. A handle that fails to close is closed all the same.
_DEAD_FUNCTIONS = ("QOSCloseHandle", "QOSAddSocketToFlow", "QOSRemoveSocketFromFlow", "QOSSetFlow", "QOSQueryFlow",
                   "QOSNotifyFlow", "QOSCancel", "QOSEnumerateFlows", "QOSStartTrackingClient",
                   "QOSStopTrackingClient")
_CODE = 1164
_FLOWS = 50
_PERIOD = 0.1
_CHECK_INTERVAL = 2.0

_SECONDS_DEAD = 60.0
_SECONDS_DEAD_QUICK = 20.0
_LONGEST_WAIT = 15.0
# From the last attempt on, until all flows are marked again.
_MORE_SECONDS = 5.0
_MOST_SESSIONS = 100
# The first one, one after it was lost, and at least one that was tried after a wait.
_LEAST_SESSIONS = 3

_REFUSAL = 1117
# The first wait, and what a timer may be late.
_MOST_REMOVAL = 1.0 + 0.5
_SETTLING = 1.0
_ENDED = 0


def dead_system(lane: SleepLane) -> None:
    """Have the system die, open handles all the same, and recover; then have it refuse a removal."""
    with running_on_windows(lane, "dead") as machine:
        with Capture() as capture:
            wire = Wire(capture, machine.program.open(_CHECK_INTERVAL, _FLOWS, _PERIOD, _LONGEST_WAIT))
            unmarked = wire.unmarked()
            lane.expect(f"{_FLOWS} flows are marked", not unmarked, unmarked)
            _die_and_recover(lane, machine, wire)
            _refuse_removal(lane, machine, wire)
        lane.expect("the capture lost nothing", capture.lost == 0, f"{capture.lost} packets")
        machine.close()
        machine.end()


def _die_and_recover(lane: SleepLane, machine: Machine, wire: Wire) -> None:
    seconds = _SECONDS_DEAD_QUICK if lane.quick else _SECONDS_DEAD
    limit = _LONGEST_WAIT + _MORE_SECONDS
    wire.forget()
    died = machine.sleep(_CODE, *(f"fail {function} {_CODE}" for function in _DEAD_FUNCTIONS)).time
    marked = wire.wait(Trace.is_gone, _CHECK_INTERVAL)
    lane.expect("dead: all marks are gone", not marked, [str(trace.flow) for trace in marked])
    # Waits for the time itself, and keeps reading what is captured.
    wire.wait(lambda _: False, died + seconds - time.time())
    counts, sessions = machine.program.count_flows(), _sessions(machine)
    lane.expect(f"dead for {seconds:.0f} s: no flow is active, and all are waited for",
                (counts.active, counts.pending) == (0, _FLOWS), counts)
    wire.forget()
    machine.stand_in.tell()
    recovered = time.time()
    unmarked = wire.wait(lambda trace: trace.is_marked_since(recovered), limit)
    took = time.time() - recovered
    lane.expect(f"recovered: all {_FLOWS} marks are back after {took:.1f} s, within the longest wait and "
                f"{_MORE_SECONDS:.0f} s", not unmarked, [str(trace.flow) for trace in unmarked])
    counts = machine.program.count_flows()
    while counts.active < _FLOWS and time.time() < recovered + limit:
        time.sleep(0.1)
        counts = machine.program.count_flows()
    lane.expect(f"recovered: all {_FLOWS} flows are active", counts.active == _FLOWS, counts)
    strange = [f"{trace.flow}: {trace.strange}" for trace in wire.traces + wire.plain if trace.strange]
    lane.expect("recovered: no flow has another one's mark, and what has no flow has none", not strange, strange)
    calls, in_all = machine.calls, _sessions(machine)
    lane.expect("recovered: there is one native handle", in_all - calls.closed == 1,
                f"{in_all} created, {calls.closed} closed")
    lane.expect(f"recovered: {in_all} sessions in all, {sessions} of them until then, fewer than {_MOST_SESSIONS}",
                _LEAST_SESSIONS <= in_all < _MOST_SESSIONS, "too many, or no attempt")


def _refuse_removal(lane: SleepLane, machine: Machine, wire: Wire) -> None:
    sessions, seen = _sessions(machine), len(machine.calls.poll())
    wire.forget()
    machine.stand_in.tell(f"fail QOSRemoveSocketFromFlow {_REFUSAL} first=1")
    machine.program.end_flow(_ENDED)
    refused = machine.calls.wait(lambda call: call.function == "QOSRemoveSocketFromFlow", seen, "no flow is removed")
    marked = wire.wait(lambda trace: trace.flow.number != _ENDED or _is_unmarked_now(trace), 5)
    if marked:
        raise LaneError(f"a flow is marked for ever whose removal was refused once: {marked[0].flow}")
    ended = next(trace for trace in wire.traces if trace.flow.number == _ENDED)
    took = ended.gone - refused.time
    lane.expect(f"removal refused with {_REFUSAL}: asked for again, and its socket sends unmarked after {took:.1f} s, "
                f"within {_MOST_REMOVAL:.1f} s and a period", refused.error == _REFUSAL
                and took < _MOST_REMOVAL + _PERIOD, f"the first answer was {refused.error}")
    wire.forget()
    time.sleep(_SETTLING)
    wire.poll()
    strange = [f"{trace.flow}: {trace.packets[-1].dscp if trace.packets else 'silent'}" for trace in wire.traces
               if not (_is_unmarked_now(trace) if trace is ended else trace.is_marked_since(0))]
    lane.expect("removal refused: the others are marked, and it is not", not strange, strange)
    removals = [call.error for call in machine.calls.poll()[seen:] if call.function == "QOSRemoveSocketFromFlow"]
    lane.expect("removal refused: the session stays, and the second removal is the last one",
                _sessions(machine) == sessions and removals == [_REFUSAL, 0], f"{_sessions(machine)}, {removals}")


def _is_unmarked_now(trace: Trace) -> bool:
    return bool(trace.packets) and trace.packets[-1].dscp == 0


def _sessions(machine: Machine) -> int:
    machine.calls.poll()
    return machine.calls.created
