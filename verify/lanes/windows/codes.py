"""Every documented error of every function: what docs/errors.md promises comes true on a Windows JVM."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from java import ROOT
from lane import Lane
from stalls import core_command
from wine import Done, java_options, windows_path

# Most of a cell's time is spent waiting, so several processes share them.
_SHARES = 4
_MOST_TOLD = 10
_PHASES = ("first call", "in recovery")
# Nobody asked, so nobody is told.
_UNTOLD = ("checking", "ending a wait")
# A socket whose peer is this machine needs nothing, who is to be tracked is tracked with the next handle, and what is
# not found need not be removed.
_NO_FAILURES = (("adding a socket", "NOT_FOUND", "first call"), ("tracking a client", "HANDLE_LOST", "first call"),
                *(("closing a flow", "NOT_FOUND", phase) for phase in _PHASES))


def codes(lane: Lane) -> None:
    lane.wine.use(lane.stand_in_dll)
    rows = _rows()
    file = lane.output / "codes.rows"
    file.write_text("".join(f"{number};{row['function']};{row['while']};{row['code']};{row['first call']};"
                            f"{row['in recovery']}\n" for number, row in enumerate(rows)))
    command = [*java_options(), *core_command(lane, "CodesProbe"), "CodesProbe", windows_path(file)]
    stand_ins = [lane.stand_in(f"codes-{share}") for share in range(_SHARES)]

    def run(share: int) -> Done:
        return lane.wine.run(lane.wine.java, *command, str(share), str(_SHARES), seconds=300,
                             environment=lane.wine.environment("n", **stand_ins[share][1]))

    start = time.monotonic()
    with ThreadPoolExecutor(_SHARES) as pool:
        outputs = list(pool.map(run, range(_SHARES)))
    took = time.monotonic() - start
    lane.log("codes").write_text("".join(done.output for done in outputs))
    lines = [line.split(";") for done in outputs for line in done.output.splitlines()]
    came = {(int(line[1]), line[2]): tuple(line[3:]) for line in lines if line[0] == "cell"}
    lane.expect("the programs end in order", all(done.code == 0 for done in outputs)
                and lines.count(["end", ""]) == _SHARES, [done.output[-1000:] for done in outputs])
    held: Counter[str] = Counter()
    problems: dict[str, list[str]] = {row["function"]: [] for row in rows}
    for number, row in enumerate(rows):
        for phase in _PHASES:
            problem = _problem(row, phase, came.get((number, phase), ("nothing", "")))
            held[row["function"]] += not problem
            problems[row["function"]] += [problem] if problem else []
    for function, wrong in problems.items():
        lane.expect(f"{function}: {held[function]} cells end as promised, with case, code and symbol", not wrong,
                    f"{len(wrong)} do not\n    " + "\n    ".join(wrong[:_MOST_TOLD]))
    print(f"       {len(rows)} errors of {len(problems)} functions, {len(rows) * len(_PHASES)} cells "
          f"in {took:.0f} s")
    for share, (stand_in, _) in enumerate(stand_ins):
        summary = stand_in.summary()
        lane.expect(f"process {share + 1} has closed each of {summary.created} handles once, and misused nothing",
                    summary.ended and summary.created == summary.closed > 0 and not summary.trouble,
                    f"{summary} {summary.trouble[:5]}")


def _rows() -> list[dict[str, str]]:
    """Read the table. Its head names the columns."""
    lines = [[cell.strip() for cell in line.strip("|\n").split("|")]
             for line in (ROOT / "docs" / "errors.md").read_text().splitlines() if line.startswith("|")]
    head = next(line for line in lines if line[0] == "function")
    return [dict(zip(head, line)) for line in lines if line[0].startswith("QOS")]


def _problem(row: dict[str, str], phase: str, came: tuple[str, ...]) -> str | None:
    state, told = came[0], ",".join(came[1:])
    code, symbol, case = row["code"], row["symbol"], row["case"]
    if row["while"] in _UNTOLD or (row["while"], case, phase) in _NO_FAILURES:
        right = told == ""
    elif told.startswith("note,"):
        right = f"{symbol} ({code})" in told if row["function"] == "QOSSetFlow" else "not needed" in told
    else:
        # What a list of flows comes to that is always too long is more than one call's failure.
        right = told in (f"{case},{code},{symbol}", f"{case},,null" if symbol == "ERROR_INSUFFICIENT_BUFFER" else "")
    if state == row[phase] and right:
        return None
    return f"{row['function']} {code} while {row['while']}, {phase}: {state}, {told} instead of {row[phase]}, {case}"
