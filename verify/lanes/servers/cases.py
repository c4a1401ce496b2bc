"""What is judged: applications to start, and what must be seen of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from application import EPOLL, JETTY, NIO, SERVERS, TOMCAT, Application, Server
from clients import H2, H2C, HTTP, HTTPS, IPV4, IPV6
from jdks import Jdk
from kernel import priority
from sample import free_port

# Policies, each with a code point of its own, so that what is seen tells which one it was.
_WEB, _NEAR, _OPS, _BULK, _DOWNLOADS = 34, 18, 26, 10, 12
_WEB_LATER, _NEAR_LATER = 24, 14

# That of the traffic type.
_BACKGROUND = 8

_NEAR_ADDRESS = "127.0.0.2"

# SO_PRIORITY of AudioVideo.
_PRIORITY = 6

_WEB_POLICY = ("--qos.policies.web.traffic-type=audio-video", f"--qos.policies.web.dscp={_WEB}")
_WEB_SERVER = (*_WEB_POLICY, "--qos.server.policy=web")
_EACH = (*_WEB_SERVER, "--qos.server.each-connection=true")
_NEAR_POLICY = (f"--qos.policies.near.remote-address={_NEAR_ADDRESS}", f"--qos.policies.near.dscp={_NEAR}")
_REQUESTS = (f"--qos.policies.bulk.dscp={_BULK}", f"--qos.policies.downloads.dscp={_DOWNLOADS}",
             "--qos.policies.downloads.path=/path/**")

# So that a large answer has to wait for its client, and leaves after its request is over.
_PAUSE = 0.3


@dataclass(frozen=True)
class Cell:
    """What was seen, and what should have been. Details are for those who ask why it is wrong."""

    column: str
    seen: str
    expected: str
    note: str = ""
    details: str = ""

    @property
    def problem(self) -> str | None:
        if self.seen == self.expected:
            return None
        return f"{self.seen}, expected {self.expected}" + (f": {self.details}" if self.details else "")

    def __str__(self) -> str:
        return ("!" if self.problem else "") + self.seen + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Row:
    """Cells of one line of a table. Those of one line may come from several applications."""

    label: tuple[str, ...]
    cells: list[Cell]


@dataclass(frozen=True)
class Case:
    """An application to start, and what to look at."""

    server: Server
    jdk: Jdk
    name: str
    tls: bool
    arguments: tuple[str, ...]
    judge: Callable[[Application], Iterator[Row]]


@dataclass(frozen=True)
class Part:
    """A table."""

    title: str
    label: tuple[str, ...]
    cases: Callable[[Sequence[Jdk], bool], Iterator[Case]]


def _label(server: Server, jdk: Jdk, *more: str) -> tuple[str, ...]:
    return (server.name, str(jdk.feature), *more)


def _quiet(application: Application, column: str = "warnings") -> Cell:
    warnings = application.warnings()
    return Cell(column, str(len(warnings)), "0", details="; ".join(line[:300] for line in warnings))


# Each server, protocol and address family.

_COLUMNS = {HTTP: "HTTP/1.1", H2C: "h2c", HTTPS: "HTTPS", H2: "h2"}
_FAMILIES = {IPV4: "IPv4", IPV6: "IPv6"}


def _marks(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        for jdk in jdks:
            for policy, arguments, dscp in (("web", _WEB_SERVER, _WEB), ("-", (), 0)):
                for tls in (False, True):
                    if not (quick and (policy == "-" or server is NIO) and tls):
                        yield _marks_case(server, jdk, policy, arguments, dscp, tls)


def _marks_case(server: Server, jdk: Jdk, policy: str, arguments: tuple[str, ...], dscp: int, tls: bool) -> Case:
    def judge(application: Application) -> Iterator[Row]:
        cells = []
        for protocol in (HTTPS, H2) if tls else (HTTP, H2C):
            for address, family in _FAMILIES.items():
                with application.talking(protocol, address) as conversation:
                    conversation.get("/small")
                    cells.append(Cell(f"{_COLUMNS[protocol]} {family}", conversation.marks("/page"), f"{dscp}/{dscp}"))
        if tls:
            cells.append(_quiet(application, "warnings, TLS"))
        else:
            about = application.about()
            syn_acks = application.syn_acks()
            if server in (EPOLL, NIO):
                # Reactor Netty shows its listener when it is bound, which is milliseconds before it is marked.
                syn_acks = syn_acks.removeprefix("0+")
            cells += [Cell("SYN-ACKs since its start", syn_acks, str(dscp)), _quiet(application),
                      Cell("it reports", ", ".join(filter(None, (about["server"], about["transport"]))), server.reports)]
        yield Row(_label(server, jdk, policy), cells)

    return Case(server, jdk, f"policy {policy}{', TLS' if tls else ''}", tls, arguments, judge)


# Each connection by itself.

_CONNECTIONS = 5

# Flows of closed connections are forgotten at the next check at the latest.
_CHECK_OFTEN = ("--qos.recovery.check-interval=1s",)
_FORGET_SECONDS = 10.0


def _each(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        if not (quick and server is NIO):
            yield _each_case(server, jdks[-1], True)
        if not quick:
            yield _each_case(server, jdks[-1], False)


def _each_case(server: Server, jdk: Jdk, each: bool) -> Case:
    def flows(connections: int) -> str:
        # The listener has one in any case.
        return f"{1 + (connections if each else 0)} with {_WEB}"

    def judge(application: Application) -> Iterator[Row]:
        # The connection that asks has a flow as well.
        before = _awaited_flows(application, flows(1))
        with ExitStack() as stack:
            opened = [stack.enter_context(application.talking()) for _ in range(_CONNECTIONS)]
            marks = {conversation.marks("/small") for conversation in opened}
            priorities = {priority(application.pid, application.port, conversation.client.local_port)
                          for conversation in opened}
            meanwhile = _flows(application)
        yield Row(_label(server, jdk, str(each).lower()), [
            Cell("SYN-ACK/data", "+".join(sorted(marks)), f"{_WEB}/{_WEB}"),
            Cell("SO_PRIORITY", "+".join(map(str, sorted(priorities))), str(_PRIORITY if each else 0)),
            Cell("flows before", before, flows(1)),
            Cell(f"{_CONNECTIONS} connections open", meanwhile, flows(1 + _CONNECTIONS)),
            Cell("closed", _awaited_flows(application, flows(1)), flows(1)), _quiet(application)])

    return Case(server, jdk, f"each connection {each}", False, (*(_EACH if each else _WEB_SERVER), *_CHECK_OFTEN), judge)


def _flows(application: Application) -> str:
    # One without a mark is that of a connection that was closed, and not yet found out.
    counted = Counter(flow["applied"] for flow in application.flows()
                      if flow["state"] == "ACTIVE" and flow["applied"] is not None)
    return ", ".join(f"{count} with {dscp}" for dscp, count in counted.items()) or "none"


def _awaited_flows(application: Application, expected: str) -> str:
    end = time.monotonic() + _FORGET_SECONDS
    while (seen := _flows(application)) != expected and time.monotonic() < end:
        time.sleep(0.2)
    return seen


# Policies by peer.


def _peers(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        for policy, arguments, dscp in (("web", _WEB_SERVER, _WEB), ("-", (), 0)):
            for tls in (False, True):
                if not quick or policy == "web" and tls and server is not NIO:
                    yield _peers_case(server, jdks[-1], policy, (*arguments, *_NEAR_POLICY), dscp, tls)


def _peers_case(server: Server, jdk: Jdk, policy: str, arguments: tuple[str, ...], dscp: int, tls: bool) -> Case:
    def judge(application: Application) -> Iterator[Row]:
        cells = []
        # Twice, since one must not take the other's mark.
        for turn in ("", ", again"):
            for source, data in ((IPV4, dscp), (_NEAR_ADDRESS, _NEAR)):
                with application.talking(source=source) as conversation:
                    conversation.get("/small")
                    # Nobody knows a peer before it is accepted, and the SYN-ACK is the listener's.
                    cells.append(Cell(f"from {source}{turn}", conversation.marks("/page"), f"{dscp}/{data}"))
        yield Row(_label(server, jdk, policy, application.protocol), [*cells, _quiet(application)])

    return Case(server, jdk, f"peers, policy {policy}{', TLS' if tls else ''}", tls, arguments, judge)


# A management server of its own.


def _management(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    own = ("--qos.management.server.policy=ops",)
    ops = (f"--qos.policies.ops.dscp={_OPS}",)
    for server in SERVERS:
        if quick and server is NIO:
            continue
        yield _management_case(server, jdks[-1], "web", "ops", (*_WEB_SERVER, *ops, *own), _WEB, _OPS)
        if not quick or server is TOMCAT:
            yield _management_case(server, jdks[-1], "web", "-", _WEB_SERVER, _WEB, 0)
        if not quick:
            yield _management_case(server, jdks[-1], "-", "ops", (*ops, *own), 0, _OPS)


def _management_case(server: Server, jdk: Jdk, main_policy: str, management_policy: str, arguments: tuple[str, ...],
                     main: int, management: int) -> Case:
    port = free_port()

    def judge(application: Application) -> Iterator[Row]:
        cells = []
        for address, family in _FAMILIES.items():
            for name, path, at, dscp in (("main", "/small", application.port, main),
                                         ("management", "/actuator/health", port, management)):
                with application.talking(address=address, port=at) as conversation:
                    cells.append(Cell(f"{name}, {family}", conversation.marks(path), f"{dscp}/{dscp}"))
        yield Row(_label(server, jdk, main_policy, management_policy), [*cells, _quiet(application)])

    return Case(server, jdk, f"management, {main_policy}, {management_policy}", False,
                (f"--management.server.port={port}", *arguments), judge)


# Requests.


@dataclass(frozen=True)
class _Own:
    """What marks the connections that requests come on."""

    name: str
    arguments: tuple[str, ...]
    syn_ack: int
    dscp: int


_LISTENER = _Own("listener", _WEB_SERVER, _WEB, _WEB)
_CONNECTION = _Own("each connection", _EACH, _WEB, _WEB)
_NOTHING = _Own("-", (), 0, 0)


def _requests(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        if quick:
            if server is not NIO:
                yield _requests_case(server, jdks[-1], _LISTENER, True)
            continue
        for jdk in jdks:
            for tls in (False, True):
                yield _requests_case(server, jdk, _LISTENER, tls)
        for own in (_CONNECTION, _NOTHING):
            yield _requests_case(server, jdks[-1], own, False)


def _requests_case(server: Server, jdk: Jdk, own: _Own, tls: bool, more: tuple[str, ...] = ()) -> Case:
    def judge(application: Application) -> Iterator[Row]:
        for protocol in (HTTPS, H2) if tls else (HTTP, H2C):
            may = protocol in (HTTPS, HTTP)
            with application.talking(protocol) as conversation:
                cells = [Cell("first", conversation.marks("/small"), f"{own.syn_ack}/{own.dscp}")]
                # A policy's path comes before an annotation.
                for path, dscp in (("/type/big", _BACKGROUND), ("/small", own.dscp), ("/path/big", _DOWNLOADS),
                                   ("/big", own.dscp), ("/named/big", _BULK), ("/path/named/big", _DOWNLOADS),
                                   ("/small", own.dscp)):
                    seen, segments = conversation.mark(path, 0 if path == "/small" else _PAUSE)
                    cells.append(Cell(f"{len(cells) + 1}: {path}", seen, str(dscp if may else own.dscp),
                                      f"{segments}" if segments > 1 else ""))
            warnings = application.warnings()
            told = [line for line in warnings if "HTTP/2" in line]
            # Once, although several requests cannot be marked.
            cells.append(Cell("warnings, of HTTP/2", f"{len(warnings)}, {len(told)}", "0, 0" if may else "1, 1",
                              details="; ".join(line[:300] for line in warnings)))
            yield Row(_label(server, jdk, own.name, protocol), cells)

    return Case(server, jdk, f"requests, {own.name}{', TLS' if tls else ''}", tls,
                (*own.arguments, *_REQUESTS, *more), judge)


# Virtual threads.


def _virtual(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for jdk in jdks[-1:]:
        # Before 21 there are none.
        if jdk.feature >= 21:
            for server in (TOMCAT, JETTY):
                for tls in (False,) if quick else (False, True):
                    yield _virtual_case(server, jdk, tls)


def _virtual_case(server: Server, jdk: Jdk, tls: bool) -> Case:
    requests = _requests_case(server, jdk, _LISTENER, tls, ("--spring.threads.virtual.enabled=true",))

    def judge(application: Application) -> Iterator[Row]:
        virtual = application.about()["virtual"]
        for row in requests.judge(application):
            yield replace(row, cells=[Cell("on a virtual thread", str(virtual).lower(), "true"), *row.cells])

    return replace(requests, name=f"virtual threads{', TLS' if tls else ''}", judge=judge)


# Changes while running.

_BACKLOG = 1.2
_CHANGE = f"/change?qos.policies.web.dscp={_WEB_LATER}&qos.policies.near.dscp={_NEAR_LATER}"


def _changes(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        if not (quick and server is NIO):
            yield _changes_case(server, jdks[-1], _LISTENER)
        if not quick:
            yield _changes_case(server, jdks[-1], _CONNECTION)


def _changes_case(server: Server, jdk: Jdk, own: _Own) -> Case:
    # What is inherited cannot follow, a flow does.
    later = _WEB_LATER if own is _CONNECTION else _WEB

    def judge(application: Application) -> Iterator[Row]:
        cells = []
        with application.talking() as first:
            first.marks("/small")
        # Until then a listener that was marked late may have connections that are older than its mark.
        time.sleep(_BACKLOG)
        with application.talking() as far, application.talking(source=_NEAR_ADDRESS) as near:
            cells += [Cell("before", far.marks("/small"), f"{_WEB}/{_WEB}"),
                      Cell(f"{_NEAR_ADDRESS} before", near.marks("/small"), f"{_WEB}/{_NEAR}")]
            application.change(_CHANGE)
            cells += [Cell("the same after", far.mark("/page")[0], str(later)),
                      Cell(f"{_NEAR_ADDRESS}, the same after", near.mark("/page")[0], str(_NEAR_LATER))]
        with application.talking() as far, application.talking(source=_NEAR_ADDRESS) as near:
            cells += [Cell("a new one after", far.marks("/page"), f"{_WEB_LATER}/{_WEB_LATER}"),
                      Cell(f"{_NEAR_ADDRESS}, a new one after", near.marks("/page"), f"{_WEB_LATER}/{_NEAR_LATER}")]
        yield Row(_label(server, jdk, own.name), [*cells, _quiet(application)])

    return Case(server, jdk, f"changes, {own.name}", False, (*own.arguments, *_NEAR_POLICY), judge)


# What a failing run looks like.


def _controls(jdks: Sequence[Jdk], quick: bool) -> Iterator[Case]:
    for server in SERVERS:
        if not (quick and server is NIO):
            yield _controls_case(server, jdks[-1], "--qos.enabled=false")
        if not quick:
            yield _controls_case(server, jdks[-1], "--qos.backend=none")


def _controls_case(server: Server, jdk: Jdk, control: str) -> Case:
    def judge(application: Application) -> Iterator[Row]:
        cells = []
        for address, family in _FAMILIES.items():
            with application.talking(address=address) as conversation:
                cells.append(Cell(f"/small {family}", conversation.marks("/small"), "0/0"))
                cells += [Cell(f"{path} {family}", conversation.mark(path)[0], "0")
                          for path in ("/type/big", "/path/big")]
        with application.talking(source=_NEAR_ADDRESS) as conversation:
            cells.append(Cell(f"from {_NEAR_ADDRESS}", conversation.marks("/small"), "0/0"))
        yield Row(_label(server, jdk, control[2:]), cells)

    return Case(server, jdk, f"control {control[2:]}", False, (*_EACH, *_NEAR_POLICY, *_REQUESTS, control), judge)


_SERVER = ("server", "JDK")

PARTS = {
    "marks": Part("DSCP of the SYN-ACK / of all data", (*_SERVER, "qos.server.policy"), _marks),
    "each": Part("Each connection by itself: what the wire shows, what the kernel has, and the open flows",
                 (*_SERVER, "each-connection"), _each),
    "peers": Part("A policy by peer: DSCP of the SYN-ACK, which is the listener's, / of all data",
                  (*_SERVER, "qos.server.policy", "protocol"), _peers),
    "management": Part("A management server of its own: DSCP of the SYN-ACK / of all data",
                       (*_SERVER, "qos.server.policy", "qos.management.server.policy"), _management),
    "requests": Part("Requests over one connection, one after the other: DSCP of their answers (and segments)",
                     (*_SERVER, "connection marked by", "protocol"), _requests),
    "virtual": Part("The same with virtual threads", (*_SERVER, "connection marked by", "protocol"), _virtual),
    "changes": Part("A change of the policies while connections are open: DSCP of the SYN-ACK / of all data, or of data",
                    (*_SERVER, "connection marked by"), _changes),
    "controls": Part("Control: the same without marking. All must be 0, or the capture could not tell",
                     (*_SERVER, "with"), _controls),
}
