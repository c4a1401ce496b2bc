"""The newcomer lane: an empty application, made of what the documents show, marks and tests its marks."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from java import (BUILD, ROOT, USERS_REPOSITORY, project_version, repository_options, run_logged,
                  stop_on_signals)
from jdks import OLDEST, Jdk, chosen_jdks, find_jdks
from report import LaneError, Report
from sample import started
from snippets import snippet

_OUTPUT = BUILD / "newcomer"
_OWN = Path(os.environ["NEWCOMER_REPOSITORY"])
_BOOT = re.search(r"<spring-boot\.version>(.+?)<", (ROOT / "pom.xml").read_text())[1]
_VERSION = project_version()
_JNA = re.search(r"<jna\.version>(.+?)<", (ROOT / "pom.xml").read_text())[1]

_EXPOSED = "--management.endpoints.web.exposure.include=health,qos"
_DETAILS = "--management.endpoint.health.show-details=always"

_APPLICATION = """package newcomer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class Application {

	public static void main(String[] args) {
		SpringApplication.run(Application.class, args);
	}

}
"""

# Just what a new project has, and in it what the documents show.
_POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<parent>
		<groupId>org.springframework.boot</groupId>
		<artifactId>spring-boot-starter-parent</artifactId>
		<version>{boot}</version>
	</parent>
	<groupId>newcomer</groupId>
	<artifactId>newcomer</artifactId>
	<version>1</version>
	<properties>
		<java.version>17</java.version>
	</properties>
{management}
	<dependencies>
		<dependency>
			<groupId>org.springframework.boot</groupId>
			<artifactId>spring-boot-starter-webmvc</artifactId>
		</dependency>
{snippets}
	</dependencies>
	<build>
		<plugins>
			<plugin>
				<groupId>org.springframework.boot</groupId>
				<artifactId>spring-boot-maven-plugin</artifactId>
			</plugin>
		</plugins>
	</build>
</project>
"""

_BOM = """	<dependencyManagement>
		<dependencies>
			<dependency>
				<groupId>io.github.qos4j</groupId>
				<artifactId>qos-bom</artifactId>
				<version>{version}</version>
				<type>pom</type>
				<scope>import</scope>
			</dependency>
		</dependencies>
	</dependencyManagement>"""

_PLATFORM = """<dependency>
	<groupId>net.java.dev.jna</groupId>
	<artifactId>jna-platform</artifactId>
</dependency>"""

# Spring Boot's plugin for Gradle is left out, so that old Gradles can build it.
_GRADLE = """apply plugin: 'java'

{snippet}
{test}
dependencies {{
	implementation 'org.springframework.boot:spring-boot-starter-webmvc:{boot}'
	testImplementation 'org.springframework.boot:spring-boot-starter-webmvc-test:{boot}'
}}

compileJava.options.compilerArgs << '-parameters'

task classPath {{
	dependsOn classes, testClasses
	doLast {{
		println sourceSets.main.runtimeClasspath.asPath
	}}
}}
"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify/newcomer",
                                     description="Makes an application of what the documents show, and runs it.")
    parser.add_argument("--quick", action="store_true", help="one JDK")
    parser.add_argument("--no-build", action="store_true", help="use what an earlier run has installed")
    parser.add_argument("--jdk", action="append", metavar="HOME", type=Path,
                        help="a JDK to run with, repeatable; otherwise every JDK that is found")
    return parser.parse_args()


def _write_sources(folder: Path) -> None:
    """Write an application with the property, the service and the test that the documents show."""
    sources = folder / "src/main/java/newcomer"
    tests = folder / "src/test/java/newcomer"
    resources = folder / "src/main/resources"
    for each in (sources, tests, resources):
        each.mkdir(parents=True)
    (sources / "Application.java").write_text(_APPLICATION)
    (sources / "Calls.java").write_text("package newcomer;\n\n" + snippet("java", "@Service", "class Calls"))
    (tests / "TrafficTests.java").write_text(
        "package newcomer;\n\n" + snippet("java", "@AutoConfigureTestQos", "class TrafficTests"))
    (resources / "application.properties").write_text(snippet("properties", "qos.server.policy=audio-video"))


def _run(command: Sequence[str], jdk: Jdk, folder: Path, log: str, **environment: str) -> str:
    """Run a build, and return what it printed."""
    code, text = run_logged(command, _OUTPUT / log, 200, cwd=folder,
                            env={**os.environ, "JAVA_HOME": str(jdk.home), **environment})
    if code:
        raise LaneError(f"exit code {code}: {' '.join(command)}\n" + "\n".join(text.splitlines()[-30:]))
    return text


def _maven(jdk: Jdk, folder: Path, log: str, *arguments: str) -> str:
    return _run([str(ROOT / "mvnw"), "-B", "-ntp", *repository_options(_OWN), *arguments], jdk, folder, log)


def _with_maven(jdk: Jdk, folder: Path, report: Report) -> None:
    print(f"\nMaven, {jdk}")
    folder.mkdir()
    dependencies = snippet("xml", "<artifactId>qos-spring-boot-starter</artifactId>")
    test = snippet("xml", "<artifactId>qos-spring-boot-starter-test</artifactId>")
    (folder / "pom.xml").write_text(_POM.format(boot=_BOOT, management="", snippets=dependencies + test))
    _write_sources(folder)
    _maven(jdk, folder, f"maven-{jdk.feature}.log", "package")
    suite = ElementTree.parse(folder / "target/surefire-reports/TEST-newcomer.TrafficTests.xml").getroot()
    ran = {case.get("name") for case in suite.iter("testcase") if len(case) == 0 or case.find("system-out") is not None}
    report.expect("its test runs and passes", len(ran) > 1 and suite.get("failures") == suite.get("errors") == "0",
                  f"{suite.attrib}")
    _start([jdk.java, "-jar", str(folder / "target/newcomer-1.jar")], f"application-{jdk.feature}.log", report)


def _with_bom(jdk: Jdk, folder: Path, report: Report) -> None:
    print(f"\nThe BOM, {jdk}")
    folder.mkdir()
    starter = re.sub(r"\s*<version>.*?</version>", "",
                     snippet("xml", "<artifactId>qos-spring-boot-starter</artifactId>"))
    (folder / "pom.xml").write_text(_POM.format(boot=_BOOT, management=_BOM.format(version=_VERSION),
                                                snippets=starter + _PLATFORM))
    listed = _maven(jdk, folder, f"bom-{jdk.feature}.log", "dependency:tree")
    for artifact, version in (("io.github.qos4j:qos-core", _VERSION), ("io.github.qos4j:qos-netty", _VERSION),
                              ("net.java.dev.jna:jna", _JNA), ("net.java.dev.jna:jna-platform", _JNA)):
        found = re.findall(rf" {re.escape(artifact)}:jar:([\w.-]+):", listed)
        report.expect(f"{artifact} is {version}", found == [version], f"it is {found}")


def _start(command: Sequence[str], log: str, report: Report) -> None:
    """Start the application, and ask it what it marks."""
    with started(command, _OUTPUT / log, _EXPOSED, _DETAILS) as application:
        health = application.call("GET", "/actuator/health").body or {}
        qos = health.get("components", {}).get("qos", {})
        report.expect("it starts and is healthy", health.get("status") == qos.get("status") == "UP"
                      and qos.get("details", {}).get("handle") == "OPEN", f"health is {health}")
        flows = (application.call("GET", "/actuator/qos/flows").body or {}).get("flows", [])
        marked = [flow for flow in flows if flow.get("trafficType") == "audio-video" and flow.get("inForce")
                  and (flow.get("applied") or {}).get("value") == 40]
        report.expect("one property marks what its server sends", len(marked) == 1, f"flows are {flows}")
        report.expect("it ends when asked to", (problem := application.stop()) is None, f"it {problem}")


def _with_gradle(jdks: Sequence[Jdk], folder: Path, report: Report) -> None:
    if not shutil.which("gradle"):
        report.skip("Gradle", "gradle is not installed")
        return
    # The newest one that every Gradle since 4.4 with Debian's patches, or since 7.3, can run on.
    jdk = next((jdk for jdk in [*jdks, *find_jdks()] if jdk.feature == OLDEST), None)
    if jdk is None:
        report.skip("Gradle", f"it needs JDK {OLDEST}")
        return
    print(f"\nGradle, {jdk}")
    folder.mkdir()
    (folder / "settings.gradle").write_text("rootProject.name = 'newcomer'\n")
    (folder / "build.gradle").write_text(_GRADLE.format(
        boot=_BOOT, snippet=snippet("groovy", "implementation", ":qos-spring-boot-starter:", "mavenLocal()"),
        test=snippet("groovy", "testImplementation", ":qos-spring-boot-starter-test:")))
    _write_sources(folder)
    local = _local_repository(folder)
    printed = _run(["gradle", "--no-daemon", "-q", f"-Dmaven.repo.local={local}", "classPath"], jdk, folder, "gradle.log",
                   GRADLE_USER_HOME=str(_OUTPUT / "gradle"))
    classes = list((folder / "build/classes/java/test").rglob("TrafficTests.class"))
    report.expect("its application and its test compile", len(classes) == 1, "there is no class of the test")
    class_path = printed.strip().splitlines()[-1]
    _start([jdk.java, "-cp", class_path, "newcomer.Application"], "application-gradle.log", report)


def _local_repository(folder: Path) -> Path:
    """Return a local repository with what Maven has, for Gradle knows but one: links, and what the lane has installed."""
    local = folder / "repository"
    if USERS_REPOSITORY.is_dir():
        shutil.copytree(USERS_REPOSITORY, local, copy_function=os.symlink, ignore=shutil.ignore_patterns("qos4j"))
    shutil.copytree(_OWN, local, copy_function=_replace, dirs_exist_ok=True)
    return local


def _replace(source: str, target: str) -> None:
    Path(target).unlink(missing_ok=True)
    os.symlink(source, target)


def main() -> int:
    options = _options()
    stop_on_signals()
    report = Report()
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        jdks = chosen_jdks(options.jdk, options.quick, report)
        # Outside of the checkout, where nothing of its build is inherited.
        with tempfile.TemporaryDirectory(prefix="qos4j-newcomer-") as folder:
            for jdk in jdks:
                _with_maven(jdk, Path(folder, f"maven-{jdk.feature}"), report)
            _with_bom(jdks[0], Path(folder, "bom"), report)
            _with_gradle(jdks, Path(folder, "gradle"), report)
    except LaneError as ex:
        report.check("the lane", str(ex))
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
