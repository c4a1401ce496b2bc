"""Where there is no qWAVE: with Wine's own DLL, which fails, with none, and with files that are not what they should be."""

from __future__ import annotations

import json

from capture import UDP, Capture, spelled, values
from lane import Lane
from marks import packets_of
from peers import Peers
from stalls import core_command
from wine import java_options
from windows_sample import port_of, started_on_windows


def wines_own_dll(lane: Lane) -> None:
    """Nobody of ours wrote that one: it loads, refuses to open a handle, and ends the process if asked for more."""
    lane.wine.use(lane.wine.original)
    log = lane.log("wines-own")
    with started_on_windows(lane.wine, log, dll="b") as sample:
        answer, details, _ = sample.await_details({"error": {"code": 1056}})
        error = details.get("error") or {}
        print(f"       {json.dumps(details)}")
        lane.expect("the application starts, and health is DOWN with 1056 and a remedy",
                    (answer.status, (answer.body or {}).get("status")) == (503, "DOWN")
                    and (error.get("operation"), error.get("name")) == ("QOSCreateHandle",
                                                                        "ERROR_SERVICE_ALREADY_RUNNING")
                    and bool(error.get("remedy")), answer)
        lane.expect("it is logged once", sample.warnings("(1056)") == 1, sample.warnings("(1056)"))
        problem, _ = sample.interrupt(10)
        lane.expect("the application ends in order", problem is None, problem)
        # Wine says so when a program calls what it lacks, which QOSCloseHandle is.
        lane.expect("QOSCloseHandle is never called", "unimplemented function" not in sample.log_text(),
                    "Wine reports a call that it does not know")


def no_dll(lane: Lane) -> None:
    lane.wine.use(None)
    with Peers() as peers, Capture() as capture, started_on_windows(lane.wine, lane.log("no-dll"), dll="n") as sample:
        answer, details, _ = sample.await_details({"backend": "none"})
        print(f"       {json.dumps(details)}")
        remedy = str((details.get("error") or {}).get("remedy"))
        lane.expect("the application starts, and health is DOWN",
                    (answer.status, (answer.body or {}).get("status")) == (503, "DOWN"), answer)
        lane.expect("the remedy names Install-WindowsFeature qWave", "Install-WindowsFeature qWave" in remedy, answer)
        port = peers.port(UDP, "127.0.0.1")
        flow = sample.open_flow(UDP, "127.0.0.1", port)
        found = values(packets_of(capture, port_of(flow), port))
        lane.expect("traffic goes on, unmarked", found == [0], f"{spelled(found)} {flow}")
        problem, _ = sample.interrupt(10)
        lane.expect("the application ends in order", problem is None, problem)


def broken_dll(lane: Lane) -> None:
    """JNA works, so it is not what has to be repaired."""
    no_library = lane.output / "no-library.dll"
    no_library.write_text("not a library")
    for title, dll, reason in (("a file that is no library", no_library, "cannot be loaded"),
                               ("a library without the functions", lane.wine.java_home / "bin" / "jimage.dll",
                                "lacks the function QOS")):
        lane.wine.use(dll)
        done = lane.wine.run(lane.wine.java, *java_options(), *core_command(lane, "LoadProbe"), "LoadProbe",
                             environment=lane.wine.environment("n"))
        lane.log("broken").write_text(done.output)
        lane.expect(f"{title}: qwave.dll is what is named",
                    f"qwave.dll {reason}" in done.output and "JNA" not in done.output, done.output)
