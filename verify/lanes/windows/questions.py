"""What the lane relies on: the stand-in, and the program that asks the real API where this lane cannot."""

from __future__ import annotations

from lane import Lane
from stalls import core_command
from wine import java_options


def stand_in_itself(lane: Lane) -> None:
    """Call the stand-in with right and wrong arguments. What it let pass, the product could do wrong unseen."""
    lane.wine.use(lane.stand_in_dll)
    stand_in, variables = lane.stand_in("stand-in")
    done = lane.wine.run(lane.output / "native" / "qwave_test.exe",
                         environment=lane.wine.environment("n", **variables))
    lane.log("stand-in").write_text(done.output)
    lines = done.output.splitlines()
    held = sum(line.startswith("ok ") for line in lines)
    lane.expect(f"it answers as documented in {held} cases", done.code == 0 and lines[-1:] == ["end, 0 failed"],
                [line for line in lines if not line.startswith("ok ")])
    named = [each["text"] for each in stand_in.events() if each["event"] == "misuse"]
    for text in ("was ever created", "is not a socket", "belongs to handle", "closed twice",
                 "used after it was closed", "left behind: handle", "left behind: flow"):
        lane.expect(f"it reports '{text}'", any(text in each for each in named), named)


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
