"""Which releases of Spring Boot are tried, what an application has with each, and what is promised of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from builds import Project


class Promise(Enum):
    """What is promised with a release."""

    # Flows, policies for servers and clients, health, endpoint and meters.
    ALL = auto()
    # Flows that are added, and one warning about the rest.
    FLOWS = auto()
    # One warning.
    NOTHING = auto()


@dataclass(frozen=True)
class Case:
    """An application to build and to start, and what is promised of it."""

    project: Project
    promise: Promise
    quick: bool = False
    every_jdk: bool = True
    json: bool = True

    def has(self, source: str) -> bool:
        return source in self.project.sources

    @property
    def has_actuator(self) -> bool:
        return self.project.actuator and self.has("web")


_PROMETHEUS = "io.micrometer:micrometer-registry-prometheus"
_HTTP_CLIENT = "org.apache.httpcomponents.client5:httpclient5"

_WEB = ("common", "web")
_CLIENT = (*_WEB, "client")

# Whatever the auto-configuration knows of, as long as Spring Boot 3 has it.
_EVERYTHING = ("spring-boot-starter-web", "spring-boot-starter-webflux", _PROMETHEUS, "spring-boot-starter-data-redis",
               "spring-boot-starter-amqp", _HTTP_CLIENT)

# Not every repository has all modules of the newest releases, so these applications take what does not need them, module
# by module: with 4.1.2 nothing that writes JSON, with 4.2.0-M1 no actuator, and with both not the starter for the web.
_MODULES = ("spring-boot-starter", "spring-boot-webmvc", "spring-boot-starter-tomcat")


def cases(quick: bool) -> list[Case]:
    """Return what is tried, in the order of the releases."""
    return [case for case in _all() if case.quick or not quick]


def _all() -> Iterator[Case]:
    for boot in ("2.7.18", "3.0.13", "3.2.12", "3.3.13", "3.4.13"):
        yield Case(Project(boot, "web", ("spring-boot-starter-web", _PROMETHEUS), _WEB), Promise.NOTHING,
                   quick=boot in ("2.7.18", "3.4.13"), every_jdk=False)
    yield Case(Project("3.4.13", "webflux", ("spring-boot-starter-webflux",), _WEB, False), Promise.NOTHING,
               every_jdk=False)
    yield Case(Project("3.4.13", "plain", ("spring-boot-starter",), actuator=False), Promise.NOTHING, every_jdk=False)

    for boot in ("3.5.0", "3.5.9", "3.5.16"):
        yield Case(Project(boot, "everything", _EVERYTHING, _CLIENT), Promise.FLOWS, quick=boot == "3.5.16",
                   every_jdk=boot == "3.5.16")
    for name, libraries in (("web", ("spring-boot-starter-web",)), ("webflux", ("spring-boot-starter-webflux",))):
        yield Case(Project("3.5.16", name, libraries, _WEB), Promise.FLOWS, every_jdk=False)
        yield Case(Project("3.5.16", f"{name} without actuator", libraries, _WEB, False), Promise.FLOWS,
                   every_jdk=False)
    yield Case(Project("3.5.16", "plain", ("spring-boot-starter",), actuator=False), Promise.FLOWS, every_jdk=False)

    for boot in ("4.0.9", "4.1.1"):
        yield Case(Project(boot, "web", ("spring-boot-starter-webmvc", _PROMETHEUS, "spring-boot-restclient",
                                         _HTTP_CLIENT), _CLIENT), Promise.ALL, quick=True)
        yield Case(Project(boot, "plain", ("spring-boot-starter",), actuator=False), Promise.ALL, every_jdk=False)
    yield Case(Project("4.1.2", "web", (*_MODULES, _PROMETHEUS), _WEB), Promise.ALL, quick=True, json=False)
    yield Case(Project("4.2.0-M1", "web without actuator", _MODULES, _WEB, False), Promise.ALL)
    yield Case(Project("4.2.0-M1", "plain", ("spring-boot-starter",), actuator=False), Promise.ALL, quick=True)
