"""The docs lane: the site builds, no link is dead, and every command of the pages runs or says why it does not."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from commands import ELSEWHERE, SHELL, Shell, Way, problem_of_proof, way_of
from java import BUILD, ROOT, running, sample_jar, stop_on_signals, unprivileged
from jdks import Jdk, chosen_jdks
from links import Links
from pages import Block, Page
from queues import Queues
from report import LaneError, Report, table
from sample import Sample, free_port, started
from snippets import Dependencies, is_snippet, problem_of_snippet
from website import check_site, problem_of_strict_build

_OUTPUT = BUILD / "docs"

# The port of the documentation. The lane has a network of its own.
_PORT = 8080

# What the documentation takes for granted of an application besides what the sample has: a policy of this name, and a
# peer that answers probes.
_ARGUMENTS = ["--qos.policies.media.traffic-type=audio-video", "--qos.policies.media.remote-port=1",
              "--sample.responder.port=2177"]


def _paths() -> list[str]:
    """Return all pages of the project: what is committed or could be."""
    done = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard",
                           "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(path for path in set(done.stdout.split("\n")) if path and (ROOT / path).is_file())


def _check_links(pages: list[Page], report: Report) -> None:
    print("\nLinks")
    links = Links(ROOT, pages)
    problems = [f"{link}: {problem}" for page in pages for link in page.links() if (problem := links.problem(link))]
    report.expect(f"{links.within} links within {len(pages)} pages lead somewhere, and {links.outside} to the web have "
                  "its form", links.within > 50 and not problems, "; ".join(problems))
    programs = {program: page.path for page in pages for program in page.programs()}
    gone = [f"{program} of {page}" for program, page in programs.items()
            if not (ROOT / program.removeprefix("./")).exists()]
    report.expect(f"{len(programs)} programs that are named are there", bool(programs) and not gone, f"{gone}")


class Commands:
    """Proves blocks of commands, one after the other, against one sample."""

    def __init__(self, jdk: Jdk, report: Report, stack: ExitStack) -> None:
        self._jdk = jdk
        self._report = report
        self._stack = stack
        self._queues: dict[str, Queues] = {}
        self.shell = Shell(ROOT, _OUTPUT / "home")
        self.rows = [("block", "proved by", "")]
        self.ways: Counter[str] = Counter()

    def prove(self, block: Block) -> None:
        way = way_of(block)
        problem = self._problem(block, way)
        self._report.check(str(block), problem)
        self.ways[way.kind if way else "nothing"] += 1
        self.rows.append((str(block), f"{way.kind} {way.text}".strip()[:90] if way else "nothing",
                          "ok" if problem is None else f"FAIL {problem}"))

    def _problem(self, block: Block, way: Way | None) -> str | None:
        if way is None:
            return (f"a block of {block.language} that is not run, and no comment above it that says why: "
                    f"<!-- {block.comment} -->")
        if way.kind == "proved by":
            return problem_of_proof(ROOT, way.text)
        if way.kind == "run":
            return self.shell.problem(block.text, shows=way.text)
        if way.kind == "network":
            queues = self._queues.get(block.page)
            if queues is None:
                queues = self._queues[block.page] = Queues()
                self._stack.callback(queues.close)
            return self.shell.problem(block.text, prefix=queues.command()) or queues.problem(way.text)
        if way.kind == "sample":
            return self._problem_of_sample(way.text)
        return None

    def _problem_of_sample(self, arguments: str) -> str | None:
        """The sample starts with the arguments of a block and is well."""
        if not arguments:
            return "it has no arguments of the sample"
        try:
            # The answers to probes of this one are elsewhere.
            with started([*unprivileged(), self._jdk.java, "-jar", str(sample_jar())], _OUTPUT / "arguments.log",
                         *arguments.replace("=2177", f"={free_port()}").split()) as sample:
                health = sample.await_health("/actuator/health/qos", "UP")
                return None if (health.body or {}).get("status") == "UP" else f"health is {health.body}"
        except LaneError as ex:
            return str(ex)


@contextmanager
def _sample(jdk: Jdk) -> Iterator[Sample]:
    log = _OUTPUT / "sample.log"
    command = [*unprivileged(), jdk.java, "-jar", str(sample_jar()), f"--server.port={_PORT}", *_ARGUMENTS]
    with running(command, log) as process:
        sample = Sample(process, _PORT, log)
        sample.await_start()
        yield sample


def _check_blocks(jdk: Jdk, pages: list[Page], dependencies: Dependencies, sample: Sample, report: Report) -> None:
    print("\nCommands")
    blocks = [block for page in pages for block in page.blocks()]
    with ExitStack() as stack:
        commands = Commands(jdk, report, stack)
        for block in blocks:
            if block.language in SHELL + ELSEWHERE:
                commands.prove(block)
        print(table(commands.rows))
        report.expect(f"commands are proved: {', '.join(f'{count} {way}' for way, count in commands.ways.items())}",
                      commands.ways["run"] > 5 and not commands.ways["nothing"], "too few, or some are not")
    print("\nSnippets")
    for block in filter(is_snippet, blocks):
        report.expect(f"{block}: {block.comment or block.language}",
                      *_expected(problem_of_snippet(block, dependencies, sample)))


def _expected(problem: str | None) -> tuple[bool, str]:
    return problem is None, problem or ""


# What the lane must find, each in the first place where it can: a page's text, and what is said of it.
_PLANTED = [
    ("a dead link", "[x](nowhere.md)", "there is no"),
    ("a dead picture", "<img src=\"nowhere.png\">", "there is no"),
    ("a dead anchor", "# Here\n[x](#there)", "has no heading"),
    ("a link out of the project", "[x](../../../etc/passwd)", "leaves the project"),
    ("a link to the web that is none", "[x](https://nowhere)", "no address"),
]
_PLANTED_COMMANDS = [
    ("a command that fails", "```sh\nfalse\n```", "exit code"),
    ("a command in a list that fails", "1. x\n\n\t```sh\n\tfalse\n\t```", "exit code"),
    ("a command that fails in the middle", "```sh\nfalse\ntrue\n```", "exit code"),
    ("a pipe that fails", "```bash\nfalse | cat\n```", "exit code"),
    ("an answer that is an error", "```sh\ncurl localhost:8080/actuator/nothing\n```", "404"),
    ("an option that does not exist", "```sh\nmkdir --no-such-option x\n```", "exit code"),
    ("a command that shows something else", "<!-- run; shows: tos 0xe0 -->\n```sh\necho tos 0x0\n```", "does not show"),
    ("PowerShell without a word", "```powershell\nGet-Service QWAVE\n```", "says why"),
    ("a reason that is none", "<!-- not run: no -->\n```sh\ntrue\n```", "says why"),
    ("a comment that is misspelt", "<!-- not runn: it needs a switch -->\n```sh\ntrue\n```", "says why"),
    ("a proof by a lane that is not there", "<!-- proved by: verify/nothing -->\n```sh\ntrue\n```", "there is no"),
    ("a proof by a command that is not there", "<!-- command: fly -->\n```sh\ntrue\n```", "does not run"),
    ("queues that go by no mark",
     "<!-- run on a network of its own; then: htb -->\n```sh\ntc qdisc replace dev eth0 root handle 1: htb default 20\n"
     "tc class add dev eth0 parent 1: classid 1:20 htb rate 10mbit\n```", "is not in"),
    ("a property of the sample that stops it",
     "<!-- run: the sample with these arguments -->\n```sh\n./mvnw spring-boot:run "
     "-Dspring-boot.run.arguments=--qos.backend=wave\n```", "exit code"),
]
_PLANTED_SNIPPETS = [
    ("XML that is none", "```xml\n<dependency>\n```", "no XML"),
    ("a module that is not there",
     "```xml\n<dependency><groupId>io.github.qos4j</groupId><artifactId>qos-starter</artifactId></dependency>\n```",
     "no pom"),
    ("another group",
     "```xml\n<dependency><groupId>io.github.qos</groupId><artifactId>qos-spring-boot-starter</artifactId></dependency>\n"
     "```", "no pom"),
    ("another version", "```groovy\nimplementation 'io.github.qos4j:qos-spring-boot-starter:9.9'\n```", "version"),
    ("JSON with a member too many",
     "<!-- answered by: /actuator/health -->\n```json\n{\"status\": \"UP\", \"planted\": 1}\n```", "has no .planted"),
    ("JSON whose comment is misspelt", "<!-- answerd by: /actuator/health -->\n```json\n{\"status\": \"UP\"}\n```",
     "what answers it"),
    ("JSON without a comment", "```json\n{\"status\": \"UP\"}\n```", "what answers it"),
    ("a line that was never logged", "<!-- logged by the sample -->\n```text\nplanted, and never logged\n```",
     "has not logged"),
    ("text whose comment is misspelt", "<!-- logged by sample -->\n```text\nplanted\n```", "not understood"),
]


def _check_itself(jdk: Jdk, dependencies: Dependencies, sample: Sample, report: Report) -> None:
    """Plant what is wrong, and see that it is found."""
    print("\nThe lane itself: what is planted is found")
    folder = _OUTPUT / "planted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

    def page(text: str) -> Page:
        (folder / "page.md").write_text(text + "\n")
        return Page(folder, "page.md")

    def found(name: str, problem: str | None, expected: str) -> None:
        report.expect(name, problem is not None and expected in problem, f"found is {problem!r} and not {expected!r}")

    for name, text, expected in _PLANTED:
        planted = page(text)
        found(name, Links(folder, [planted]).problem(planted.links()[0]), expected)
    with ExitStack() as stack:
        for name, text, expected in _PLANTED_COMMANDS:
            one = Report()
            Commands(jdk, one, stack).prove(page(text).blocks()[0])
            found(name, one.failures[0] if one.failures else None, expected)
    for name, text, expected in _PLANTED_SNIPPETS:
        block = page(text).blocks()[0]
        found(name, problem_of_snippet(block, dependencies, sample) if is_snippet(block) else None, expected)
    for name, link in (("a dead link", "nowhere.md"), ("a dead anchor", "index.md#nowhere")):
        report.expect(f"{name}, by the site's build", *_expected(problem_of_strict_build(_OUTPUT / "strict", link)))


def main() -> int:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(prog="verify/docs", epilog="--no-build uses what was built before.",
                                     description="Builds the site of the documentation, follows its links and runs its "
                                     "commands.")
    parser.add_argument("--quick", action="store_true", help="the same: there is no shorter form")
    parser.add_argument("--jdk", type=Path, action="append", metavar="HOME", help="the JDK of the sample")
    arguments = parser.parse_args()
    stop_on_signals()
    report = Report()
    try:
        # JDKs do not differ in what is looked at here.
        jdk = chosen_jdks(arguments.jdk, True, report)[0]
        paths = _paths()
        pages = [Page(ROOT, path) for path in paths]
        _check_links(pages, report)
        print("\nThe site")
        check_site([path for path in paths if path.startswith("docs/")], report)
        dependencies = Dependencies(ROOT)
        with _sample(jdk) as sample:
            _check_blocks(jdk, pages, dependencies, sample, report)
            _check_itself(jdk, dependencies, sample, report)
    except LaneError as ex:
        report.expect("the lane runs to its end", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
