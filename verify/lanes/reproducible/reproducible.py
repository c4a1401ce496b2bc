"""The reproducible lane: the same sources give the same bytes, which are what Maven Central and users ask for."""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import bundle
import central
from java import (BUILD, ROOT, project_version, repository_options, run, run_logged, stop_on_signals,
                  unprivileged)
from jdks import Jdk, chosen_jdks
from report import LaneError, Report, table

_LANE = Path(__file__).resolve().parent
_OUTPUT = BUILD / "reproducible"
# What these builds install stays here; what they need is taken from the user's repository where that has it.
_REPOSITORY = _OUTPUT / "repository"
_BASELINE = _OUTPUT / "baseline"

_SECONDS = 900

_API = "io/github/qos4j/FlowRate"
_INTERNAL = "io/github/qos4j/internal/util/Assert"


@dataclass(frozen=True)
class Surroundings:
    """Where and how a build runs."""

    name: str
    folder: Path
    # JVM options for Maven and all that it starts.
    java: str
    environment: dict[str, str] = field(default_factory=dict)


def _surroundings(jdk: Jdk) -> tuple[Surroundings, Surroundings]:
    """Return two that differ in all that differs from one builder's machine to another's."""
    base = _OUTPUT / f"jdk-{jdk.feature}"
    return (Surroundings("first", base / "first", ""),
            Surroundings("second", base / "somewhere" / "else",
                         "-Duser.language=tr -Duser.country=TR -Duser.timezone=Pacific/Kiritimati "
                         "-Dfile.encoding=ISO-8859-1 -Duser.name=somebody",
                         {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"}))


def _clone(target: Path) -> str:
    """Make a clone whose version is the release that comes next, and return that."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    run(["git", "clone", "--quiet", str(ROOT), str(target)])
    version = project_version(target)
    release = version.removesuffix("-SNAPSHOT")
    for name in run(["git", "-C", str(target), "ls-files", "pom.xml", "*/pom.xml"]).split():
        pom = target / name
        pom.write_text(pom.read_text().replace(version, release))
    return release


def _maven(jdk: Jdk, where: Surroundings, log: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """Run Maven, and return its exit code and what it printed."""
    environment = {**os.environ, "JAVA_HOME": str(jdk.home), **where.environment, **environment}
    if where.java:
        environment["JAVA_TOOL_OPTIONS"] = where.java
    # Maven's archives keep the rights of files, so whoever wants the same bytes needs the usual mask.
    return run_logged(["./mvnw", "-B", *repository_options(_REPOSITORY, _BASELINE), *arguments],
                      _OUTPUT / f"{log}-{jdk.feature}.log", _SECONDS, cwd=where.folder, env=environment, umask=0o022)


def _build(jdk: Jdk, where: Surroundings, keys: Path | None = None) -> dict[str, bytes]:
    """Build what is published, up to the upload, signed if there is a key for it, and return it."""
    started = time.monotonic()
    code, output = _maven(jdk, where, f"build-{where.name}", "-Prelease", "-DskipUpload", "-Dmaven.test.skip",
                          "deploy", *([] if keys else ["-Dgpg.skip"]), **({"GNUPGHOME": str(keys)} if keys else {}))
    if code:
        raise LaneError(f"{jdk}: the {where.name} build failed\n{_errors(output)}")
    print(f"  {where.name} build: {time.monotonic() - started:.0f} s in {where.folder.relative_to(_OUTPUT)}, "
          f"{where.java or 'as it is here'}")
    return bundle.read(where.folder / "target" / "central-publishing" / "central-bundle.zip")


@contextmanager
def _throwaway_key(report: Report) -> Iterator[Path | None]:
    """Make a key in a home of its own, which is gone afterwards."""
    if not shutil.which("gpg"):
        report.skip("signatures", "gpg is not installed")
        yield None
        return
    # Not below the output: the paths of the agent's sockets must be short.
    home = Path(tempfile.mkdtemp(prefix="qos4j-"))
    gpg = ["gpg", "--homedir", str(home), "--batch"]
    try:
        run([*gpg, "--passphrase", "", "--quick-generate-key", "verify <verify@localhost>", "default", "default", "1d"])
        yield home
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)


def _signatures(files: dict[str, bytes], home: Path, report: Report) -> None:
    """Check the signature of each file that is published."""
    wrong = []
    for name, content in bundle.published(files).items():
        signed, signature = home / "signed", home / "signature"
        signed.write_bytes(content)
        signature.write_bytes(files.get(f"{name}.asc", b""))
        done = subprocess.run(["gpg", "--homedir", str(home), "--batch", "--verify", str(signature), str(signed)],
                              check=False, capture_output=True)
        if done.returncode:
            wrong.append(name)
    report.expect("each published file has a signature that holds", not wrong, f"not {', '.join(wrong[:3])}")


def _same(jdk: Jdk, first: dict[str, bytes], second: dict[str, bytes], report: Report) -> None:
    """Compare all that two builds publish."""
    different = bundle.differences(first, second)
    kinds: dict[str, list[str]] = {}
    for name in first:
        kinds.setdefault(re.sub(r".*?-\d[\w.]*?(?=[-.][a-z])", "", name.rpartition("/")[2]), []).append(name)
    rows = [["files", "how many", "bytes", "different"]]
    for kind, names in sorted(kinds.items()):
        rows.append([kind, str(len(names)), f"{sum(len(first[name]) for name in names):,}",
                     str(sum(name in different for name in names))])
    print(f"\n{table(rows)}\n")
    report.expect(f"{jdk}: {len(first)} files are the same, byte by byte", len(first) > 10 and not different,
                  "; ".join(f"{name}: {what}" for name, what in different.items()) or "too few")


def _planted(files: dict[str, bytes], report: Report) -> None:
    """Show that one byte, and one time in an archive, are told as what they are."""
    pom = next(name for name in files if name.endswith(".pom"))
    changed = {**files, pom: files[pom].replace(b"qos4j", b"qos4J", 1)}
    report.expect("one letter that differs is told", list(bundle.differences(files, changed)) == [pom], "it is not")
    jar = next(name for name in files if name.endswith("-sources.jar"))
    changed = {**files, jar: _rewritten(files[jar], lambda entry, content: content, (2020, 1, 1, 0, 0, 0))}
    told = bundle.differences(files, changed)
    report.expect("a time that differs in one jar is told", list(told) == [jar] and "the time" in told[jar], f"{told}")


def _rewritten(jar: bytes, content: Callable[[str, bytes], bytes],
               date: tuple[int, int, int, int, int, int] | None = None) -> bytes:
    """Return a jar with its entries changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(jar)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            changed = content(entry.filename, source.read(entry))
            entry.date_time = date or entry.date_time
            copy.writestr(entry, changed)
    return target.getvalue()


def _demands(files: dict[str, bytes], version: str, project: Path, report: Report) -> None:
    """Ask of each module what Maven Central asks, and show that it would be told if that were not so."""
    every = bundle.published(files)
    modules = central.modules(project)
    for module in modules:
        found = list(central.problems(every, module, version, project))
        report.expect(f"{module.name}: all that Maven Central wants, and nothing of the build", not found,
                      "; ".join(found))
    found = list(central.managed_problems(every, modules, version))
    report.expect("a BOM, where there is one, has the versions of all modules", not found, "; ".join(found))
    others = {name.split("/")[3] for name in every} - {module.name for module in modules}
    report.expect("nothing else is published", not others, ", ".join(sorted(others)))
    wrong = list(central.checksum_problems(files, every))
    report.expect("each file has its checksums", not wrong, "; ".join(wrong[:3]))
    jars = {name: content for name, content in every.items() if re.search(r"\d\.jar$", name)}
    shared = central.shared_packages(jars)
    report.expect("no two modules have the same package", len(jars) > 3 and not shared, f"{shared}")
    names = [central.manifest_of(content).get("Automatic-Module-Name", "") for content in jars.values()]
    report.expect(f"each has a module name of its own: {', '.join(sorted(names))}", len(set(names)) == len(jars),
                  "not so")

    core = next(module for module in modules if module.name == "qos-core")
    stem = f"io/github/qos4j/qos-core/{version}/qos-core-{version}"
    broken = {
        "a pom without a name": {stem + ".pom": re.sub(b"<name>qos4j ::.*?</name>", b"", every[stem + ".pom"])},
        "a pom with a parent": {stem + ".pom": every[stem + ".pom"].replace(b"<name>", b"<parent/><name>", 1)},
        "a dependency on a snapshot": {
            stem + ".pom": re.sub(rb"(<artifactId>jna<.*?)(</version>)", rb"\1-SNAPSHOT\2", every[stem + ".pom"],
                                  flags=re.DOTALL)},
        "missing sources": {stem + "-sources.jar": None},
        "a jar of tests": {stem + "-tests.jar": b""},
        "a jar without a licence": {stem + ".jar": _rewritten(
            every[stem + ".jar"], lambda entry, content: b"" if entry == "META-INF/LICENSE" else content)},
    }
    for name, change in broken.items():
        changed = {path: content for path, content in {**every, **change}.items() if content is not None}
        report.expect(f"{name} would be told", any(central.problems(changed, core, version, project)), "it is not")


def _installed(files: dict[str, bytes], report: Report) -> None:
    """Compare what an installation puts into a local repository."""
    poms = [name for name, content in bundle.published(files).items() if name.endswith(".pom")]
    other = [name for name in poms if (_REPOSITORY / name).read_bytes() != files[name]]
    report.expect("what ./mvnw install puts into a local repository has the same poms", not other, ", ".join(other))


def _on_module_path(files: dict[str, bytes], where: Surroundings, jdks: list[Jdk], report: Report) -> None:
    """Have a named module use the core."""
    folder = _OUTPUT / "module"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "path").mkdir(parents=True)
    core = next(name for name in files if re.search(r"/qos-core-\d[^/]*\d\.jar$", name))
    (folder / "path" / core.rpartition("/")[2]).write_bytes(files[core])
    with zipfile.ZipFile(next((where.folder / "sample-app" / "target").glob("*.jar"))) as sample:
        for name in sample.namelist():
            if re.match(r"BOOT-INF/lib/(jna|jspecify)-\d", name):
                (folder / "path" / Path(name).name).write_bytes(sample.read(name))
    sources = [str(source) for source in sorted((_LANE / "src").rglob("*.java"))]
    run([jdks[0].javac, "--release", "17", "-Xlint:all,-requires-automatic", "-p", str(folder / "path"),
         "-d", str(folder / "classes"), *sources])
    for jdk in jdks:
        try:
            # JNA has a module name of its own, so it alone is given the right.
            said = run([*unprivileged(), jdk.java, "--enable-native-access=com.sun.jna",
                        "-p", f"{folder / 'path'}:{folder / 'classes'}", "-m", "opening/opening.Opening"]).strip()
        except LaneError as ex:
            said = str(ex)
        report.expect(f"{jdk}: a named module that requires io.github.qos4j marks a socket",
                      said.startswith("io.github.qos4j;socket;") and "56" in said, said)


def _baseline(files: dict[str, bytes], version: str, baseline: str, change: Callable[[str, bytes], bytes]) -> None:
    """Put the modules where a build finds them as an earlier release, whose classes may be others."""
    for name, content in bundle.published(files).items():
        if not re.search(r"\d\.(jar|pom)$", name):
            continue
        target = _BASELINE / name.replace(version, baseline)
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".pom"):
            target.write_bytes(content.replace(version.encode(), baseline.encode()))
        else:
            target.write_bytes(_rewritten(content, change))


def _with_method(jdk: Jdk, files: dict[str, bytes], name: str) -> bytes:
    """Return one class of the core with one more public method."""
    folder = _OUTPUT / "planted"
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "src" / f"{name}.java"
    source.parent.mkdir(parents=True)
    jar = next(content for path, content in files.items() if re.search(r"/qos-core-\d[^/]*\d-sources\.jar$", path))
    with zipfile.ZipFile(io.BytesIO(jar)) as archive:
        text = archive.read(f"{name}.java").decode()
    end = text.rindex("}")
    source.write_text(text[:end] + "\tpublic static void planted() {\n\t}\n\n}\n")
    (folder / "core.jar").write_bytes(next(content for path, content in files.items()
                                           if re.search(r"/qos-core-\d[^/]*\d\.jar$", path)))
    path = ":".join(map(str, (folder / "core.jar", *(_OUTPUT / "module" / "path").glob("jspecify-*.jar"))))
    run([jdk.javac, "--release", "17", "-parameters", "-cp", path, "-d", str(folder / "classes"), str(source)])
    return (folder / "classes" / f"{name}.class").read_bytes()


def _api(jdk: Jdk, files: dict[str, bytes], version: str, where: Surroundings, report: Report) -> None:
    """Compare the API with releases: one that is alike but for what is internal, and one that had a method more."""
    internal, public = _with_method(jdk, files, _INTERNAL), _with_method(jdk, files, _API)
    _baseline(files, version, "0.0.1", lambda entry, content: internal if entry == f"{_INTERNAL}.class" else content)
    _baseline(files, version, "0.0.2", lambda entry, content: public if entry == f"{_API}.class" else content)
    options = ("-Dmaven.main.skip", "-Dmaven.test.skip", "-Dspring-javaformat.skip")
    modules = [module for module in central.modules(where.folder) if module.packaging == "jar"]
    code, output = _maven(jdk, where, "api-alike", "-Dapi.baseline=0.0.1", *options,
                          "-pl", ",".join(module.name for module in modules), "verify")
    compared = [module.name for module in modules
                if (where.folder / module.name / "target" / "japicmp" / "compare-api.xml").is_file()]
    report.expect(f"the API of {len(modules)} modules is compared with a release; what is internal may change",
                  not code and len(compared) == len(modules),
                  f"exit code {code}, compared {compared}\n{_errors(output)}")
    code, output = _maven(jdk, where, "api-lacking", "-Dapi.baseline=0.0.2", *options, "-pl", "qos-core", "verify")
    report.expect("a build that lacks a public method of a release fails, and says which",
                  code != 0 and "planted()" in output and "METHOD_REMOVED" in output,
                  f"exit code {code}\n{_errors(output)}")


def _errors(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if line.startswith("[ERROR]"))[:2000]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/reproducible", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="build with the oldest JDK alone")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    return parser.parse_args()


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    shutil.rmtree(_BASELINE, ignore_errors=True)
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        if run(["git", "-C", str(ROOT), "status", "--porcelain"]):
            print("Changes that are not committed are not in what is built")
        jdks = chosen_jdks(options.jdk, False, report)
        for jdk in jdks[:1] if options.quick else jdks:
            print(f"\n{jdk}: two builds of what is published")
            first, second = _surroundings(jdk)
            version = _clone(first.folder)
            _clone(second.folder)
            with _throwaway_key(report) as home:
                files = _build(jdk, first, home)
                if home:
                    _signatures(files, home, report)
            _same(jdk, bundle.published(files), bundle.published(_build(jdk, second)), report)
            if jdk is jdks[0]:
                _planted(bundle.published(files), report)
                print("\nWhat is published")
                _demands(files, version, first.folder, report)
                _installed(files, report)
                print("\nWhat is done with it")
                _on_module_path(files, first, jdks, report)
                _api(jdk, files, version, first, report)
    except LaneError as ex:
        report.expect("the lane can go on", False, str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
