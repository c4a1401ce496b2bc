"""1,000 calls that are pending at a time, and calls that take their time while the handle is closed."""

from __future__ import annotations

import random
from collections import Counter

from lane import Lane
from stalls import core_command
from wine import Done, java_options

_PENDING = 1000
_MOST_THREADS = 4
_HALF = _PENDING // 2
_CANCELLED, _IO_PENDING = 995, 997
_CLOSE_TIMEOUT = 2000


def pending(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("pending")
    seed = random.SystemRandom().randrange(1 << 32)
    done, printed = _run(lane, "pending", "PendingProbe", variables, str(seed))
    print(f"       seed {seed}")
    if not lane.expect("the program ends in order", done.code == 0 and "end" in printed, done.output[-3000:]):
        return
    for end, expected in (("occur", f"{_HALF},0,0"), ("close", f"0,{_HALF},0")):
        before, after = map(int, printed[f"{end}: threads"].split(","))
        lane.expect(f"{_PENDING} pending notifications need {after - before} more threads than none",
                    after - before <= _MOST_THREADS, printed)
        came = [printed[f"{end}: {kind}"] for kind in ("congested", "uncongested")]
        lane.expect(f"all {_PENDING} complete with what was waited for, in any order, while garbage is collected"
                    if end == "occur" else f"closing the handle with {_PENDING} pending cancels all",
                    came == [expected] * 2, came)
    events = stand_in.events()
    armed = [each["arguments"]["overlapped"] for each in stand_in.calls("QOSNotifyFlow")
             if each["error"] == _IO_PENDING]
    completed = [each for each in events if each["event"] == "completed"]
    lane.expect("by the stand-in's log each has completed once, half of them as cancelled", len(armed) == 2 * _PENDING
                and len({each["call"] for each in completed}) == len(completed)
                and Counter(each["error"] for each in completed) == {0: _PENDING, _CANCELLED: _PENDING},
                Counter(each["error"] for each in completed))
    lane.expect("no two of those that were pending together had the same OVERLAPPED",
                all(len(set(half)) == _PENDING for half in (armed[:_PENDING], armed[_PENDING:])), len(set(armed)))
    closing = [number for number, each in enumerate(events)
               if each["event"] == "begin" and each["function"] == "QOSCloseHandle"]
    last = max(number for number, each in enumerate(events) if each["event"] == "completed")
    lane.expect("the handle is closed once all have completed", len(closing) == 2 and last < closing[-1],
                (last, closing))
    summary = stand_in.summary()
    lane.expect("no memory was changed or freed while it was the system's, and nothing was misused",
                summary.problem() is None, summary.problem())


def removal(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("removal")
    done, printed = _run(lane, "removal", "RemovalProbe", variables)
    if not lane.expect("the program goes on and ends in order", done.code == 0 and "end" in printed
                       and printed["afterwards"] == "true", done.output[-3000:]):
        return
    took, *states = printed["500"].split(",")
    events = [(each["event"], each.get("function"), each.get("error")) for each in stand_in.events()
              if each.get("handle") == 1]
    removed = events.index(("end", "QOSRemoveSocketFromFlow", 0))
    closing = events.index(("begin", "QOSCloseHandle", None))
    lane.expect(f"a removal that takes 500 ms is over before the handle is closed, after {took} ms",
                removed < closing and int(took) < _CLOSE_TIMEOUT and states == ["CLOSED", "CLOSED"],
                (removed, closing, printed))
    said = [line for line in done.output.splitlines() if "'500'" in line and "' is open: " not in line]
    lane.expect("and nothing is said", not said, said)
    took, *states = printed["forever"].split(",")
    lane.expect(f"a removal without end: close gives up after {took} ms of {_CLOSE_TIMEOUT}",
                _CLOSE_TIMEOUT - 50 <= int(took) < _CLOSE_TIMEOUT + 1500 and states == ["CLOSED", "CLOSED"], printed)
    lane.expect("and says so", done.output.count(f"QoS handle 'forever' (backend qwave) has not closed within "
                                                 f"{_CLOSE_TIMEOUT} ms: a call still hangs") == 1, done.output)
    closed = [each["handle"] for each in stand_in.calls("QOSCloseHandle")]
    hanging = len(stand_in.calls("QOSRemoveSocketFromFlow", "begin")) - len(stand_in.calls("QOSRemoveSocketFromFlow"))
    lane.expect("its handle is not closed under it", closed == [1, 3] and hanging == 1, (closed, hanging))


def _run(lane: Lane, name: str, program: str, variables: dict[str, str], *arguments: str
         ) -> tuple[Done, dict[str, str]]:
    """Run a program, and return what it printed by name."""
    done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, program), program, *arguments,
                         seconds=150, environment=lane.wine.environment("n", **variables))
    lane.log(name).write_text(done.output)
    return done, dict(line.partition(";")[::2] for line in done.output.splitlines() if ";" in line)
