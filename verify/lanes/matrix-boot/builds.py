"""Builds one application after the other as a user does: by Maven, from a pom of its own that names the starter."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from java import BUILD, ROOT, module_jar, project_version, repository_options, run_logged

OUTPUT = BUILD / "matrix-boot"
_SOURCES = Path(__file__).resolve().parent / "src"
_PROJECTS = OUTPUT / "projects"

# Maven's own, so that neither our jars nor the many others come into the user's, from which it only reads.
_REPOSITORY = OUTPUT / "repository"

_GROUP = "io.github.qos4j"
_MODULES = ("qos-core", "qos-netty", "qos-spring-boot-autoconfigure", "qos-spring-boot-starter")
_SECONDS = 900.0

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
"""

_PARENT = """	<groupId>matrix</groupId>
	<artifactId>matrix</artifactId>
	<version>1</version>
	<packaging>pom</packaging>
	<modules>
{modules}
	</modules>
	<properties>
		<maven.compiler.release>17</maven.compiler.release>
		<maven.compiler.parameters>true</maven.compiler.parameters>
		<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
		<mdep.outputFile>${{project.build.directory}}/class-path</mdep.outputFile>
	</properties>
	<build>
		<pluginManagement>
			<plugins>
				<plugin>
					<groupId>org.apache.maven.plugins</groupId>
					<artifactId>maven-compiler-plugin</artifactId>
					<version>3.15.0</version>
				</plugin>
				<plugin>
					<groupId>org.apache.maven.plugins</groupId>
					<artifactId>maven-resources-plugin</artifactId>
					<version>3.5.0</version>
				</plugin>
				<plugin>
					<groupId>org.apache.maven.plugins</groupId>
					<artifactId>maven-dependency-plugin</artifactId>
					<version>3.10.0</version>
				</plugin>
			</plugins>
		</pluginManagement>
	</build>
</project>
"""

_MODULE = """	<parent>
		<groupId>matrix</groupId>
		<artifactId>matrix</artifactId>
		<version>1</version>
	</parent>
	<artifactId>{name}</artifactId>
	<dependencyManagement>
		<dependencies>
			<dependency>
				<groupId>org.springframework.boot</groupId>
				<artifactId>spring-boot-dependencies</artifactId>
				<version>{boot}</version>
				<type>pom</type>
				<scope>import</scope>
			</dependency>
		</dependencies>
	</dependencyManagement>
	<dependencies>
{dependencies}
		<dependency>
			<groupId>{group}</groupId>
			<artifactId>qos-spring-boot-starter</artifactId>
			<version>{version}</version>{exclusions}
		</dependency>
	</dependencies>
</project>
"""

_DEPENDENCY = """		<dependency>
			<groupId>{}</groupId>
			<artifactId>{}</artifactId>
		</dependency>"""

_WITHOUT_ACTUATOR = """
			<exclusions>
				<exclusion>
					<groupId>org.springframework.boot</groupId>
					<artifactId>spring-boot-starter-actuator</artifactId>
				</exclusion>
			</exclusions>"""


@dataclass(frozen=True)
class Project:
    """An application to build: a Spring Boot, what it has beside our starter, and which sources."""

    boot: str
    name: str
    libraries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("common",)
    actuator: bool = True

    @property
    def artifact(self) -> str:
        return f"boot-{self.boot}-{self.name}".replace(" ", "-")

    @property
    def folder(self) -> Path:
        return _PROJECTS / self.artifact

    def __str__(self) -> str:
        return f"Spring Boot {self.boot}, {self.name}"

    @property
    def class_path(self) -> str | None:
        """The class path of the built application, or None if it could not be built."""
        jars = self.folder / "target" / "class-path"
        classes = self.folder / "target" / "classes"
        main = classes / "matrix" / "MatrixApplication.class"
        return f"{classes}:{jars.read_text().strip()}" if jars.is_file() and main.is_file() else None

    def write(self, version: str) -> None:
        """Write the project anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for source in self.sources:
            shutil.copytree(_SOURCES / source, self.folder / "src" / "main" / "java", dirs_exist_ok=True)
        dependencies = "\n".join(_DEPENDENCY.format(*_coordinates(library)) for library in self.libraries)
        (self.folder / "pom.xml").write_text(_HEAD + _MODULE.format(
            name=self.artifact, boot=self.boot, dependencies=dependencies, group=_GROUP, version=version,
            exclusions="" if self.actuator else _WITHOUT_ACTUATOR))


def _coordinates(library: str) -> list[str]:
    """Return group and artifact. Spring Boot's own are named without their group."""
    return library.split(":") if ":" in library else ["org.springframework.boot", library]


def build(projects: Iterable[Project]) -> str:
    """Build all projects in one run of Maven, and return what it printed. Those that fail have no class path."""
    projects = list(projects)
    version = _put_ours()
    _PROJECTS.mkdir(parents=True, exist_ok=True)
    for project in projects:
        project.write(version)
    modules = "\n".join(f"\t\t<module>{project.artifact}</module>" for project in projects)
    (_PROJECTS / "pom.xml").write_text(_HEAD + _PARENT.format(modules=modules))
    command = [str(ROOT / "mvnw"), "-B", "-q", "-f", str(_PROJECTS / "pom.xml"), "--fail-at-end",
               *repository_options(_REPOSITORY), "compile", "dependency:build-classpath"]
    return run_logged(command, OUTPUT / "maven.log", _SECONDS)[1]


def _put_ours() -> str:
    """Put our jars into the lane's repository, as a release does, and return their version."""
    version = project_version()
    shutil.rmtree(_REPOSITORY.joinpath(*_GROUP.split(".")), ignore_errors=True)
    _put("qos4j-parent", version, ROOT / "pom.xml")
    for module in _MODULES:
        _put(module, version, _pom(ROOT / module), module_jar(module))
    return version


def _pom(module: Path) -> Path:
    """Return the pom that users get: the flattened one where there is one."""
    flattened = [module / ".flattened-pom.xml", module / "target" / ".flattened-pom.xml"]
    return next((pom for pom in flattened if pom.is_file()), module / "pom.xml")


def _put(artifact: str, version: str, pom: Path, jar: Path | None = None) -> None:
    folder = _REPOSITORY.joinpath(*_GROUP.split("."), artifact, version)
    folder.mkdir(parents=True)
    shutil.copyfile(pom, folder / f"{artifact}-{version}.pom")
    if jar:
        shutil.copyfile(jar, folder / f"{artifact}-{version}.jar")
