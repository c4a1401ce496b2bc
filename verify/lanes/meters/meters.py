"""The meters lane: a real Prometheus reads the sample's meters, which are the documented ones, and nobody waits."""

from __future__ import annotations

import argparse
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from fleet import fleet
from java import BUILD, Exploded, compile_java, run, sample_jar, stop_on_signals
from jdks import Jdk, chosen_jdks
from prometheus import documented, get, started_prometheus
from report import LaneError, Report
from sample import Sample, free_port, started
from spread import Median, ratio_of
from web import eventually

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "meters"
_CLASSES = _OUTPUT / "classes"

# What promtool returns of a text that it understands: without complaints, and with some.
_UNDERSTOOD = (0, 3)

# More than the events that are kept for a listener, and the files that this needs.
_FLOWS = 10_500
_FILES = 11_000


def _prometheus(jdk: Jdk, report: Report) -> None:
    """Have Prometheus scrape the sample, and compare what it knows with the documentation."""
    series = set().union(*documented().values())
    report.expect(f"{len(series)} series are documented", len(series) > 10, "docs/meters.md is not understood")
    echo = free_port()
    arguments = [f"--sample.echo.port={echo}", "--qos.metrics.sample-interval=200ms",
                 "--qos.process.enabled=true", "--qos.process.interval=200ms",
                 "--qos.policies.media.traffic-type=audio-video", "--qos.policies.media.remote-port=1"]
    with started([jdk.java, "-jar", str(sample_jar())], _OUTPUT / f"sample-{jdk.feature}.log", *arguments) as sample:
        for kind in ("VOICE", "BACKGROUND"):
            answer = sample.call("POST", "/api/flows", {"protocol": "tcp", "host": "127.0.0.1", "port": echo,
                                                        "trafficType": kind})
            report.expect(f"{jdk}: a {kind} flow is added", answer.status in (200, 201), f"status {answer.status}")
        time.sleep(1)
        _promtool(jdk, sample, report)
        _scraped(jdk, sample, series, report)


def _promtool(jdk: Jdk, sample: Sample, report: Report) -> None:
    text = get(f"http://127.0.0.1:{sample.port}/actuator/prometheus")
    (_OUTPUT / f"metrics-{jdk.feature}.txt").write_text(text)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=30,
                          check=False)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if line]
    others = {name for name in re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE) if not name.startswith("qos_")}
    of_others = [line for line in complaints if line.split(" ", 1)[0] in others]
    if of_others:
        print(f"  {len(of_others)} complaints about meters of others: {of_others[0]} ...")
    ours = [line for line in complaints if line not in of_others]
    report.expect(f"{jdk}: promtool check metrics finds nothing in {text.count('# TYPE qos_')} meters of ours",
                  done.returncode in _UNDERSTOOD and not ours and "# TYPE qos_" in text,
                  f"exit code {done.returncode}; {'; '.join(ours) or 'no complaint'}")
    addresses = re.findall(r"^qos_.*(?:\d+\.\d+\.\d+\.\d+|::).*$", text, re.MULTILINE)
    report.expect(f"{jdk}: no address is in them", not addresses, "; ".join(addresses))
    flows = sum(float(value) for value in re.findall(r"^qos_flows\{.*\} (\S+)$", text, re.MULTILINE))
    counts = sample.call("GET", "/actuator/health").body["components"]["qos"]["details"]["flows"]
    report.expect(f"{jdk}: {flows:.0f} flows are in them, as health has it", flows == sum(counts.values()), f"{counts}")


def _scraped(jdk: Jdk, sample: Sample, series: set[str], report: Report) -> None:
    with started_prometheus(_OUTPUT / f"prometheus-{jdk.feature}", [sample]) as prometheus:
        names = eventually(prometheus.names, lambda found: found >= series) or set()
        report.expect(f"{jdk}: Prometheus knows every documented series", names >= series, f"not {sorted(series - names)}")
        report.expect(f"{jdk}: and no other of ours", names <= series, f"{sorted(names - series)}")
        for query, claim in (("qos_flows{state='ACTIVE',traffic_type='voice'} > 0", "of active voice flows"),
                             ("qos_handle_state{state='OPEN',handle='qosHandle'} == 1", "that the handle is open"),
                             ("qos_flow_rtt_seconds_count{traffic_type='voice'} > 0", "of round-trip times"),
                             ("qos_process_look_seconds_count > 0", "of looks through the process")):
            result = eventually(lambda query=query: prometheus.ask(query), bool) or []
            report.expect(f"{jdk}: it is told {claim}", bool(result), f"{query} has no result")


def _scrape(jdk: Jdk, class_path: str, quick: bool, report: Report) -> None:
    """Compare the time that adding a flow takes with and without meters being read."""
    print(f"\n{jdk}: adding a flow beside 1,000 open ones, while meters are read ten times a second")
    ratio, noise = _read_or_not(jdk, class_path, quick, report)
    if quick and ratio.low > max(noise.high, 1):
        # Other load on this machine may have been in the way of so few rounds.
        print("  It is measured once more")
        ratio, noise = _read_or_not(jdk, class_path, quick, report)
    report.expect(f"{jdk}: it takes no longer than A against A tells apart", ratio.low <= max(noise.high, 1),
                  f"at least {ratio.low:.3f} x, noise at most {noise.high:.3f} x")


def _read_or_not(jdk: Jdk, class_path: str, quick: bool, report: Report) -> tuple[Median, Median]:
    rounds, millis, flows = (40, 200, 1_000) if quick else (100, 250, 1_000)
    seed = random.randrange(1 << 31)
    output = run([jdk.java, "--enable-native-access=ALL-UNNAMED", "-cp", class_path, "MetersProbe", "scrape",
                  str(flows), str(rounds), str(millis), str(seed)], seconds=300)
    measured = [tuple(map(float, line.split(";"))) for line in output.splitlines()]
    report.expect(f"{jdk}: {len(measured)} rounds were measured, each scrape of {measured[-1][3]:,.0f} bytes",
                  len(measured) == rounds and measured[-1][3] > 1_000, "that is not all")
    quiet, again, scraped, _ = zip(*measured)
    ratio, noise = ratio_of(scraped, quiet), ratio_of(again, quiet)
    print(f"  seed {seed}: read / not read {ratio}; not read / not read {noise}: the medians, with intervals of 95 %")
    return ratio, noise


def _blocked(jdk: Jdk, class_path: str, report: Report) -> None:
    """Have a listener block for ever."""
    print(f"\n{jdk}: a listener that never returns")
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files != resource.RLIM_INFINITY and files < _FILES:
        report.skip(f"{jdk}: a listener that never returns", f"it needs {_FILES:,} open files, and may have {files:,}")
        return
    output = run([jdk.java, "--enable-native-access=ALL-UNNAMED", "-cp", class_path, "MetersProbe", "blocked",
                  str(_FLOWS)], seconds=120)
    claims = [line.split(";") for line in output.splitlines()]
    for claim, held in claims:
        report.expect(f"{jdk}: {claim}", held == "true", "they are not" if held == "false" else held)
    report.expect(f"{jdk}: all was tried", len(claims) == 7, f"{len(claims)} claims")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/meters", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, one JDK")
    parser.add_argument("--no-build", action="store_true", help="use what ./mvnw package has built already")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    parser.add_argument("--only", choices=("fleet", "prometheus", "scrape", "blocked"), action="append",
                        help="this part alone; repeatable")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        class_path = f"{_CLASSES}:{Exploded(_OUTPUT / 'application').library_path()}"
        shutil.rmtree(_CLASSES, ignore_errors=True)
        _CLASSES.mkdir(parents=True)
        jdks = chosen_jdks(options.jdk, options.quick, report)
        compile_java(jdks[-1], _LANE / "src" / "MetersProbe.java", class_path, _CLASSES)
        if not options.only or "fleet" in options.only:
            # What Prometheus makes of meters does not depend on the JDK.
            fleet(jdks[-1], report)
        for jdk in jdks:
            if not options.only or "prometheus" in options.only:
                print(f"\n{jdk}: Prometheus and the sample")
                _prometheus(jdk, report)
            if not options.only or "scrape" in options.only:
                _scrape(jdk, class_path, options.quick, report)
            if not options.only or "blocked" in options.only:
                _blocked(jdk, class_path, report)
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
