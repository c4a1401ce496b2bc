"""What Maven Central demands of each module, and what we do besides."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_POM = "{http://maven.apache.org/POM/4.0.0}"
_GROUP = "io.github.qos4j"

# Each of them is wanted by Maven Central.
_WANTED = ("name", "description", "url", "licenses/license/name", "licenses/license/url", "developers/developer/name",
           "scm/connection", "scm/developerConnection", "scm/url")
# Of these nothing may leak out of the build.
_BUILD = ("parent", "properties", "build", "profiles", "repositories", "pluginRepositories", "distributionManagement",
          "modules", "reporting")
_TESTS = re.compile(r"(Tests?|TestCase)(\$.*)?\.class$|^org/junit/|^META-INF/native/test")
_JAVA_17 = 61


@dataclass(frozen=True)
class Module:
    """A module as its own pom has it."""

    name: str
    packaging: str
    has_code: bool
    dependencies: tuple[tuple[str, str, bool], ...]


def modules(project: Path) -> list[Module]:
    """Return the modules of a project that are published: all but the sample."""
    listed = _tree((project / "pom.xml").read_bytes()).iterfind(_path("modules/module"))
    return [_module(project / str(element.text)) for element in listed if element.text != "sample-app"]


def _module(folder: Path) -> Module:
    pom = _tree((folder / "pom.xml").read_bytes())
    used = tuple(_use(dependency) for dependency in pom.iterfind(_path("dependencies/dependency"))
                 if _text(dependency, "scope") != "test")
    return Module(_text(pom, "artifactId"), _text(pom, "packaging") or "jar", (folder / "src/main/java").is_dir(), used)


def problems(files: Mapping[str, bytes], module: Module, version: str, project: Path) -> Iterator[str]:
    """Say what is wrong with one module among the published files."""
    folder = f"{_GROUP.replace('.', '/')}/{module.name}/{version}/"
    stem = f"{folder}{module.name}-{version}"
    expected = [".pom", "-cyclonedx.json", "-cyclonedx.xml"]
    if module.packaging == "jar":
        expected += [".jar", "-sources.jar", "-javadoc.jar"]
    found = {name for name in files if name.startswith(folder)}
    for name in sorted({stem + ending for ending in expected} ^ found):
        yield f"{name} is {'not expected' if name in found else 'missing'}"
    if stem + ".pom" not in files:
        return
    pom = _tree(files[stem + ".pom"])
    yield from _pom_problems(files[stem + ".pom"].decode(), pom, module, version)
    if stem + "-cyclonedx.json" in files:
        yield from _sbom_problems(json.loads(files[stem + "-cyclonedx.json"]), pom, module, version)
    for name in sorted(found):
        if str(project).encode() in files[name]:
            yield f"{name} has the folder of the build in it"
    if module.packaging == "jar" and all(stem + ending in files for ending in expected):
        yield from _jar_problems(files, stem, pom, project)
        yield from _documentation_problems(files, stem, module)


def _pom_problems(text: str, pom: ElementTree.Element, module: Module, version: str) -> Iterator[str]:
    for path in _WANTED:
        if not _text(pom, path):
            yield f"the pom has no {path}"
    for path in _BUILD:
        if pom.find(_path(path)) is not None:
            yield f"the pom has {path}"
    if "${" in text:
        yield f"the pom has a property: {text[text.index('${'):][:40]}"
    if "SNAPSHOT" in text:
        yield "the pom names a snapshot"
    if (_text(pom, "groupId"), _text(pom, "artifactId"), _text(pom, "version")) != (_GROUP, module.name, version):
        yield "the pom has other coordinates"
    used = []
    for dependency in pom.iterfind(_path("dependencies/dependency")):
        name = _text(dependency, "artifactId")
        used.append(_use(dependency))
        if not _text(dependency, "version"):
            yield f"the pom has no version of {name}"
        if _text(dependency, "scope") not in ("", "compile", "runtime", "provided"):
            yield f"the pom has {name} with scope {_text(dependency, 'scope')}"
    if tuple(used) != module.dependencies:
        yield f"the pom has other dependencies than the module's: {sorted(set(used) ^ set(module.dependencies))}"
    managed = list(pom.iterfind(_path("dependencyManagement/dependencies/dependency")))
    if module.packaging == "pom" and not managed:
        yield "the pom manages nothing"
    if module.packaging == "jar" and managed:
        yield "the pom has dependencyManagement"
    for dependency in managed:
        if not _text(dependency, "version"):
            yield f"the pom manages {_text(dependency, 'artifactId')} without a version"


def _jar_problems(files: Mapping[str, bytes], stem: str, pom: ElementTree.Element, project: Path) -> Iterator[str]:
    licence = (project / "LICENSE").read_bytes()
    version = _text(pom, "version")
    for ending in (".jar", "-sources.jar"):
        if _entry(files[stem + ending], "META-INF/LICENSE") != licence:
            yield f"{ending} does not have the licence"
    manifest = manifest_of(files[stem + ".jar"])
    for key, value in (("Implementation-Title", _text(pom, "name")), ("Implementation-Version", version)):
        if manifest.get(key) != value:
            yield f"{key} is {manifest.get(key)!r}"
    name = manifest.get("Automatic-Module-Name", "")
    if not re.fullmatch(r"[a-z]\w*(\.[a-z]\w*)+", name):
        yield f"Automatic-Module-Name is {name!r}"
    for entry, content in _entries(files[stem + ".jar"]):
        if not entry.endswith(".class"):
            continue
        if not entry.replace("/", ".").startswith(name + "."):
            yield f"{entry} is not below {name}"
        if _TESTS.search(entry):
            yield f"{entry} is a test"
        if int.from_bytes(content[6:8], "big") != _JAVA_17:
            yield f"{entry} is not for Java 17"
    inner = _entry(files[stem + ".jar"], f"META-INF/maven/{_GROUP}/{_text(pom, 'artifactId')}/pom.xml")
    if inner != files[stem + ".pom"]:
        yield "the pom in the jar is another one"


def _documentation_problems(files: Mapping[str, bytes], stem: str, module: Module) -> Iterator[str]:
    classes = {entry.split("$")[0].removesuffix(".class") for entry, _ in _entries(files[stem + ".jar"])
               if entry.endswith(".class")}
    sources = {entry.removesuffix(".java") for entry, _ in _entries(files[stem + "-sources.jar"])}
    for name in sorted(classes - sources):
        yield f"{name} has no source"
    if not module.has_code:
        return
    pages = [entry for entry, _ in _entries(files[stem + "-javadoc.jar"])]
    if "index.html" not in pages:
        yield "the Javadoc has no start page"
    internal = [page for page in pages if page.startswith("io/github/qos4j/internal/")]
    if internal:
        yield f"the Javadoc has what is internal: {internal[0]}"


def _sbom_problems(sbom: Mapping, pom: ElementTree.Element, module: Module, version: str) -> Iterator[str]:
    own = f"pkg:maven/{_GROUP}/{module.name}@{version}"
    if not sbom["metadata"]["component"]["purl"].startswith(own):
        yield f"the SBOM is that of {sbom['metadata']['component']['purl']}"
    listed = {component["purl"].split("?")[0] for component in sbom.get("components", [])}
    for dependency in pom.iterfind(_path("dependencies/dependency")):
        purl = "pkg:maven/{}/{}@{}".format(*(_text(dependency, key) for key in ("groupId", "artifactId", "version")))
        if purl not in listed:
            yield f"the SBOM does not list {purl}"


def managed_problems(files: Mapping[str, bytes], modules: list[Module], version: str) -> Iterator[str]:
    """Say which versions a BOM manages that are not those of the modules, or does not manage."""
    used = {(_GROUP, module.name): version for module in modules}
    poms = {module.name: _tree(content) for module in modules for name, content in files.items()
            if name.endswith(f"/{module.name}-{version}.pom")}
    for pom in poms.values():
        used |= {(_text(each, "groupId"), _text(each, "artifactId")): _text(each, "version")
                 for each in pom.iterfind(_path("dependencies/dependency"))}
    for module in modules:
        if module.packaging != "pom" or module.name not in poms:
            continue
        managed = {(_text(each, "groupId"), _text(each, "artifactId")): _text(each, "version")
                   for each in poms[module.name].iterfind(_path("dependencyManagement/dependencies/dependency"))}
        for other in modules:
            if other.packaging == "jar" and (_GROUP, other.name) not in managed:
                yield f"{module.name} does not manage {other.name}"
        for key, value in managed.items():
            if value != used.get(key, value):
                yield f"{module.name} manages {value} of {key[1]}, but {used[key]} is used"


def checksum_problems(files: Mapping[str, bytes], published: Mapping[str, bytes]) -> Iterator[str]:
    """Say for which files the checksums that Maven Central wants are missing or wrong."""
    for name, content in published.items():
        for kind in ("md5", "sha1"):
            if files.get(f"{name}.{kind}", b"").decode().strip() != hashlib.new(kind, content).hexdigest():
                yield f"{name}.{kind} is missing or wrong"


def shared_packages(jars: Mapping[str, bytes]) -> list[str]:
    """Return the packages that more than one of these jars has, which no module path takes."""
    owners: dict[str, set[str]] = {}
    for jar, content in jars.items():
        for entry, _ in _entries(content):
            if entry.endswith(".class"):
                owners.setdefault(entry.rpartition("/")[0], set()).add(jar)
    return [package for package, those in owners.items() if len(those) > 1]


def manifest_of(jar: bytes) -> dict[str, str]:
    """Return the main attributes of a jar."""
    text = _entry(jar, "META-INF/MANIFEST.MF").decode().replace("\r\n", "\n").replace("\n ", "")
    return dict(line.split(": ", 1) for line in text.split("\n\n")[0].splitlines())


def _entries(jar: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(jar)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def _entry(jar: bytes, name: str) -> bytes:
    return dict(_entries(jar)).get(name, b"")


def _tree(pom: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(pom)


def _use(dependency: ElementTree.Element) -> tuple[str, str, bool]:
    """Return group and artifact of a dependency, and whether it is optional."""
    return _text(dependency, "groupId"), _text(dependency, "artifactId"), _text(dependency, "optional") == "true"


def _path(path: str) -> str:
    return "/".join(_POM + part for part in path.split("/"))


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(_path(path)) or "").strip()
