"""A network of two hosts and the link between them, which nobody else on this machine sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from host import Host

NEAR = "10.77.0.1"
FAR = "10.77.0.2"


class Link:
    """Two hosts, near and far. What the near one sends passes its queues."""

    def __init__(self, near: Host, far: Host) -> None:
        self.near = near
        self.far = far


@contextmanager
def link(queue_length: int, queues: Sequence[str]) -> Iterator[Link]:
    """Connect two hosts, with queues of this many packets: what follows "tc" and "dev out" of each command."""
    near, far = Host(), Host()
    try:
        near.run("ip", "link", "add", "out", "txqueuelen", str(queue_length), "type", "veth", "peer", "name", "in",
                 "netns", far.path)
        near.run("ip", "address", "add", f"{NEAR}/30", "dev", "out")
        far.run("ip", "address", "add", f"{FAR}/30", "dev", "in")
        near.run("ip", "link", "set", "lo", "up")
        near.run("ip", "link", "set", "out", "up")
        far.run("ip", "link", "set", "in", "up")
        for queue in queues:
            kind, command, rest = queue.split(" ", 2)
            near.run("tc", kind, command, "dev", "out", *rest.split())
        yield Link(near, far)
    finally:
        near.close()
        far.close()
