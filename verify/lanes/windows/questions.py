"""What the lane relies on: the stand-in, and the program that asks the real API where this lane cannot."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from capture import SYN, Capture
from lane import Lane
from stalls import core_command
from wine import java_options


_IO_PENDING = 997
_DISCARD = 9
# What the test in C does on purpose.
_MISUSES = ("was ever created", "is not a socket", "belongs to handle", "belongs to another process", "removed twice",
            "closed twice", "used after it was closed", "the OVERLAPPED of call", "the Size of call",
            "the Buffer of call", "left behind: handle", "left behind: flow")


def stand_in_itself(lane: Lane) -> None:
    """Call the stand-in with right and wrong arguments. What it let pass, the product could do wrong unseen."""
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("stand-in")
    problems = len(lane.helper.problems)
    with Capture() as capture:
        done = lane.wine.run(lane.output / "native" / "qwave_test.exe",
                             environment=lane.wine.environment("n", **variables))
    lane.log("stand-in").write_text(done.output)
    lines = done.output.splitlines()
    held = sum(line.startswith("ok ") for line in lines)
    lane.expect(f"it answers as documented in {held} cases", done.code == 0 and lines[-1:] == ["end, 0 failed"],
                [line for line in lines if not line.startswith("ok ")])
    print("\n".join(f"       {line}" for line in lines if line.startswith("note ")))
    events = stand_in.events()
    named = [each["text"] for each in events if each["event"] in ("misuse", "trouble")]
    for text in _MISUSES:
        lane.expect(f"it reports '{text}'", any(text in each for each in named), named)
    others = [each for each in named if not any(text in each for text in _MISUSES)]
    lane.expect("and nothing that the test does not do", not others, others)
    lane.expect("the helper found every socket", len(lane.helper.problems) == problems, lane.helper.problems)
    _log(lane, events)
    _wire(lane, capture, lines)


def _wire(lane: Lane, capture: Capture, lines: list[str]) -> None:
    """Look at the packets. Each datagram tells what it should carry."""
    found = [(packet, match) for packet in capture.packets(lambda packet: packet.is_data)
             if (match := re.match(rb"dscp (\d+) (.+)", packet.payload))]
    wrong = [f"{packet.source}: {packet.dscp} {match[0].decode()}" for packet, match in found
             if packet.dscp != int(match[1])]
    lane.expect(f"each of {len(found)} datagrams has the mark of its moment, over IPv4 and IPv6",
                f"sent {len(found)} datagrams" in lines and bool(found) and not wrong, wrong)
    opening = {packet.ip: packet.dscp for packet in capture.packets(lambda packet: packet.flags == SYN)
               if packet.target_port == _DISCARD}
    lane.expect("connections are marked from their first packet on", opening == {4: 56, 6: 56}, opening)


def _log(lane: Lane, events: list[dict[str, Any]]) -> None:
    """Look into the log, which is what others rely on."""
    begun = {each["call"]: each for each in events if each["event"] == "begin"}
    ended = {each["call"]: each for each in events if each["event"] == "end"}
    lane.expect(f"each of {len(begun)} calls is in the log with its beginning, its end, and the same arguments",
                begun.keys() == ended.keys() and all(ended[call]["arguments"] == each["arguments"]
                                                     for call, each in begun.items()), len(ended))
    pending = {call for call, each in ended.items() if each["error"] == _IO_PENDING}
    # Each once, and waiting calls as well.
    completed = Counter(each["call"] for each in events if each["event"] == "completed")
    lane.expect(f"each of {len(pending)} overlapped calls completes once", pending <= completed.keys()
                and set(completed.values()) == {1}, pending - completed.keys())
    adds = [each for each in ended.values() if each["function"] == "QOSAddSocketToFlow" and each["result"]]
    fullest = max((each["answer"] for each in adds), key=lambda answer: answer["peers"])
    lane.expect("it tells a flow's sockets and peers", (fullest["sockets"], fullest["peers"]) == (3, 1002), fullest)
    lane.expect("it knows every socket", all(each["answer"]["inode"] for each in adds), adds)
    tracked = [each["answer"]["tracked"] for each in ended.values() if each["function"] == "QOSStartTrackingClient"
               and each["result"]]
    lane.expect("it tells who is tracked", ["192.0.2.1", "2001:db8::1"] in tracked, tracked)
    made = sum(each["added"] for each in ended.values())
    gone = sum(each["dropped"] for each in events if "dropped" in each)
    left = sum(each["event"] == "misuse" and each["text"].startswith("left behind: flow") for each in events)
    lane.expect(f"{made} flows were made, {gone} ended, {left} left", made == gone + left, "")


def api_questions(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("questions")
    done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, "ApiQuestions"), "ApiQuestions",
                         environment=lane.wine.environment("n", **variables))
    lane.log("questions").write_text(done.output)
    for question, answer in (("may this user create a handle", "yes"), ("does adding alone mark", "DSCP 56"),
                             ("add a duplicated socket", "yes"),
                             ("its marks after the duplicate is closed", "DSCP 56"),
                             ("remove a flow by its id after its socket is closed", "yes"),
                             ("remove a flow twice", "no: 1168"), ("close it a second time", "no: 87")):
        lane.expect(f"'{question}': the stand-in answers '{answer}'",
                    any(line.startswith(question) and f" {answer}" in line for line in done.output.splitlines()),
                    done.output)
    # The program misuses the API on purpose.
    named = [each["text"] for each in stand_in.events() if each["event"] == "misuse"]
    lane.expect("the stand-in reports 'removed twice'", any("removed twice" in each for each in named), named)
