"""The part about a container: docs/container, judged without an engine for containers.

The image is made by doing what the Dockerfile says, step by step, each stage in a tree of its own: this machine's
libraries and a JDK, which cannot be written to, and what the steps have copied. The container is a process in such a
tree with the rights that the Deployment gives: its user, no capability and no way to get one, a tree that cannot be
written to but for the volumes, a network of its own.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capture import Capture
from host import Host
from java import BUILD, ROOT, run
from jdks import Jdk
from marks import judge_end, judge_flow, judge_sample
from report import Expect, LaneError, Report
from sample import Sample, started

_OUTPUT = BUILD / "aot" / "container"
_DOCUMENTS = ROOT / "docs" / "container"

# What a base image brings: this machine's, without its /etc and whatever is in its home folders.
_BASE = ("/usr", "/bin", "/sbin", "/lib", "/lib64")
_DEVICES = ("null", "zero", "random", "urandom")


@dataclass
class Stage:
    """What the steps of one FROM have made."""

    files: Path
    workdir: str = "/"
    user: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)


def judge(jdk: Jdk, report: Report, expect: Expect) -> None:
    """Check the Deployment, build the image, and run it as the Deployment says."""
    deployment = _manifests(expect)
    if deployment is None:
        return
    reason = _cannot_mount()
    if reason:
        report.skip("the container", reason)
        return
    shutil.rmtree(_OUTPUT, ignore_errors=True)
    try:
        image, problem = _built(jdk), ""
    except LaneError as ex:
        image, problem = None, str(ex)
    expect("each step of the Dockerfile can be done", image is not None, problem)
    if image is None:
        return
    pod = deployment["spec"]["template"]["spec"]
    _marks(jdk, image, pod, expect)
    _unpacking(jdk, image, pod, expect)


def _manifests(expect: Expect) -> dict[str, Any] | None:
    """Validate all documents against the fields of Kubernetes, and return the Deployment."""
    # Fetched by the lane, and not there for its --help.
    import kubernetes_validate
    import yaml

    deployment = None
    version = kubernetes_validate.latest_version()
    for document in yaml.safe_load_all((_DOCUMENTS / "qos4j-sample.yaml").read_text()):
        try:
            kubernetes_validate.validate(document, version, strict=True)
            problem = None
        except kubernetes_validate.ValidationError as ex:
            problem = ex.message
        expect(f"{document['kind']} is valid for Kubernetes {version}", problem is None, f"{problem}")
        if document["kind"] == "Deployment":
            deployment = document
    expect("there is a Deployment", deployment is not None, "there is none")
    return deployment


def _cannot_mount() -> str | None:
    try:
        run(["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt && chroot / true"])
        return None
    except LaneError:
        return "a tree of its own needs root"


# The image


def _built(jdk: Jdk) -> Stage:
    """Do what the Dockerfile says."""
    stages: dict[str, Stage] = {}
    stage = None
    for words, line in _instructions((_DOCUMENTS / "Dockerfile").read_text()):
        if words[0] == "FROM":
            stage = Stage(_OUTPUT / f"stage-{len(stages)}")
            stage.files.mkdir(parents=True)
            stages[words[3] if len(words) > 3 else str(len(stages))] = stage
        elif stage is None:
            raise LaneError(f"before FROM: {line}")
        elif words[0] == "WORKDIR":
            stage.workdir = words[1]
            _in_stage(stage, words[1]).mkdir(parents=True, exist_ok=True)
        elif words[0] == "COPY":
            _copy(words[1:], stage, stages)
        elif words[0] == "ENV":
            stage.environment.update(word.split("=", 1) for word in words[1:])
        elif words[0] == "RUN":
            _step(jdk, stage, line.split(maxsplit=1)[1])
        elif words[0] == "USER":
            stage.user = words[1]
        elif words[0] == "ENTRYPOINT":
            stage.entrypoint = [word.strip('",') for word in re.findall(r'"[^"]*"', line)]
        elif words[0] != "EXPOSE":
            raise LaneError(f"not understood: {line}")
    return stage


def _instructions(text: str) -> Iterator[tuple[list[str], str]]:
    for line in re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines():
        if line.strip():
            # What a step runs is the shell's to read.
            yield line.split() if line.startswith("RUN") else shlex.split(line), line


def _in_stage(stage: Stage, path: str) -> Path:
    return stage.files / (path if path.startswith("/") else f"{stage.workdir}/{path}").lstrip("/")


def _copy(words: Sequence[str], stage: Stage, stages: Mapping[str, Stage]) -> None:
    *sources, target = [word for word in words if not word.startswith("--")]
    other = next((word.split("=", 1)[1] for word in words if word.startswith("--from=")), None)
    root = stages[other].files if other else ROOT
    for source in sources:
        found = sorted(root.glob(source.strip("/")))
        if not found:
            raise LaneError(f"COPY finds no {source}")
        to = _in_stage(stage, target)
        for each in found:
            if each.is_dir():
                shutil.copytree(each, to, dirs_exist_ok=True)
            else:
                shutil.copy2(each, to / each.name if target.endswith("/") else to)


def _step(jdk: Jdk, stage: Stage, command: str) -> None:
    run(_in_tree(jdk, stage, ["sh", "-c", command], writable=True), seconds=300)


# The tree


def _in_tree(jdk: Jdk, stage: Stage, command: Sequence[str], writable: bool = False, user: Sequence[str] = (),
             volumes: Sequence[tuple[str, str]] = (), environment: Mapping[str, str] = {}) -> list[str]:
    """Return what runs a command in the tree of a stage, the command's own words being the last ones."""
    tree = _OUTPUT / "tree"
    tree.mkdir(exist_ok=True)
    lines = ["set -e", f"mount -t tmpfs none {tree}", f"cd {tree}", "mkdir -p proc dev tmp java"]
    for path in filter(Path.exists, map(Path, _BASE)):
        name = path.name
        if path.is_symlink():
            lines.append(f"ln -s {path.readlink()} {name}")
        else:
            lines += [f"mkdir {name}", f"mount --bind {path} {name}", f"mount -o remount,bind,ro {name}"]
    lines += [f"mount --bind {jdk.home} java", "mount -o remount,bind,ro java", "mount --rbind /proc proc"]
    lines += [f"touch dev/{device} && mount --bind /dev/{device} dev/{device}" for device in _DEVICES]
    # What a JDK of Debian has in /etc.
    lines += ["mkdir -p etc", "for each in /etc/java* /etc/ld.so.cache /etc/ssl; do [ ! -e $each ] || cp -a $each etc; done"]
    for folder in sorted(stage.files.iterdir()):
        lines += [f"mkdir -p {folder.name}", f"mount --bind {folder} {folder.name}"]
        if not writable:
            lines.append(f"mount -o remount,bind,ro {folder.name}")
    if writable:
        lines.append("mount -t tmpfs none tmp")
    for path, options in volumes:
        lines += [f"mkdir -p .{path}", f"mount -t tmpfs -o mode=1777,{options} none .{path}"]
    if not writable:
        lines.append(f"mount -o remount,ro {tree}")
    variables = {"PATH": "/java/bin:/usr/bin:/bin", **stage.environment, **environment}
    lines.append(f"exec chroot . {shlex.join(user)} env -i {shlex.join(f'{k}={v}' for k, v in variables.items())} "
                 f'sh -c \'cd "$0" && exec "$@"\' {stage.workdir} "$@"')
    return ["unshare", "--mount", "sh", "-c", "\n".join(lines), "tree", *command]


# The container


@contextmanager
def _container(jdk: Jdk, image: Stage, pod: Mapping[str, Any], name: str, volumes: Sequence[tuple[str, str]],
               options: str | None = None) -> Iterator[tuple[Sample, Capture]]:
    """Run the image as the pod says, in a network of its own."""
    container, context = pod["containers"][0], pod["securityContext"]
    if (container["securityContext"] != {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                         "capabilities": {"drop": ["ALL"]}} or not context["runAsNonRoot"]):
        raise LaneError("the Deployment's rights are not those that are judged here")
    user, group = context["runAsUser"], context["runAsGroup"]
    if image.user != f"{user}:{group}":
        raise LaneError(f"the image's user is {image.user}, the Deployment's {user}:{group}")
    rights = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--bounding-set=-all",
              "--inh-caps=-all", "--no-new-privs", "--"]
    environment = {} if options is None else {"JDK_JAVA_OPTIONS": options}
    host = Host()
    try:
        host.run("ip", "link", "set", "lo", "up")
        command = host.command(*_in_tree(jdk, image, [*image.entrypoint, *container["args"]], user=rights,
                                         volumes=volumes, environment=environment))
        with host.entered(), Capture() as capture, started(command, _OUTPUT / f"{name}.log") as sample:
            yield sample, capture
    finally:
        host.close()


def _volumes(pod: Mapping[str, Any], options: str = "nosuid,nodev") -> list[tuple[str, str]]:
    return [(mount["mountPath"], options) for mount in pod["containers"][0]["volumeMounts"]]


def _marks(jdk: Jdk, image: Stage, pod: Mapping[str, Any], expect: Expect) -> None:
    # As hardened nodes mount what pods may write to.
    with _container(jdk, image, pod, "container", _volumes(pod, "nosuid,nodev,noexec")) as (sample, capture):
        status = Path(f"/proc/{sample.process.pid}/status").read_text()
        found = {name: re.search(rf"^{name}:\s*(.+)$", status, re.MULTILINE)[1].split() for name in
                 ("Uid", "CapEff", "CapBnd", "NoNewPrivs")}
        expect("it runs without root, capabilities and a way to get them",
               set(found["Uid"]) == {str(pod["securityContext"]["runAsUser"])} and found["NoNewPrivs"] == ["1"]
               and not int(found["CapEff"][0], 16) and not int(found["CapBnd"][0], 16), f"{found}")
        mounts = Path(f"/proc/{sample.process.pid}/mounts").read_text().splitlines()
        writable = {line.split()[1] for line in mounts if "rw" in line.split()[3].split(",")
                    and not re.match(r"/(proc|dev)(/|$)", line.split()[1])}
        expect("it can write to its volumes alone", writable == {"/tmp"}, f"{writable}")
        cached = [file for file in sample.mapped_files() if file.endswith("application.aot")]
        expect("it uses its AOT cache", bool(cached), "it is not mapped")
        native = sample.native_libraries()
        expect("JNA's library is the image's own",
               len(native) == 1 and native[0].endswith("/application/native/libjnidispatch.so"), f"{native}")
        judge_sample(sample, capture, expect)
        for probe in ("liveness", "readiness"):
            answer = sample.call("GET", f"/actuator/health/{probe}")
            expect(f"its {probe} probe is answered", answer.status == 200, f"{answer}")
        judge_end(sample, expect)


def _unpacking(jdk: Jdk, image: Stage, pod: Mapping[str, Any], expect: Expect) -> None:
    """Run it without the library in the image, so that JNA has to unpack its own."""
    folder = "-Djna.tmpdir=/tmp"
    with _container(jdk, image, pod, "noexec", _volumes(pod, "nosuid,nodev,noexec"), folder) as (sample, _):
        answer = sample.await_health("/actuator/health/qos", "UNKNOWN")
        details = (answer.body or {}).get("details", {})
        expect("unpacked to a volume that is noexec, it marks nothing and health says so",
               (answer.status, (answer.body or {}).get("status")) == (200, "UNKNOWN"), f"{answer}")
        remedy = str(details.get("error", {}).get("remedy"))
        print(f"       reason: {details.get('reason')}\n       remedy: {remedy}")
        expect("its remedy names jna.tmpdir", "jna.tmpdir" in remedy, remedy)
    with _container(jdk, image, pod, "exec", _volumes(pod), folder) as (sample, capture):
        judge_flow(sample, capture, lambda what, held, problem:
                   expect(f"unpacked to one that is not, {what}", held, problem))
