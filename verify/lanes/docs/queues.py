"""A network with an interface eth0, for commands about queues, and whether these do what is said of them."""

from __future__ import annotations

import re
import socket
import subprocess

from host import Host

_NEAR = ("10.77.0.1", "fd77::1")
_FAR = ("10.77.0.2", "fd77::2")
_MAC = "02:00:00:00:00:02"

# Where the classes of docs/network.md put code points: those of both profiles, and what is unmarked.
_HTB = {0: "1:20", 8: "1:30", 34: "1:10", 40: "1:10", 46: "1:10", 56: "1:10"}
_EACH = 20


class Queues:
    """A host with one interface, whose neighbour is there as far as the host knows."""

    def __init__(self) -> None:
        self._host = Host()
        self._host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "far0")
        for interface in ("eth0", "far0"):
            self._host.run("ip", "link", "set", interface, "up")
        self._host.run("ip", "address", "add", f"{_NEAR[0]}/24", "dev", "eth0")
        self._host.run("ip", "address", "add", f"{_NEAR[1]}/64", "dev", "eth0", "nodad")
        for address in _FAR:
            self._host.run("ip", "neigh", "add", address, "lladdr", _MAC, "dev", "eth0")

    def close(self) -> None:
        self._host.close()

    def command(self) -> tuple[str, ...]:
        """Return what a command has to begin with to run here."""
        return tuple(self._host.command())

    def problem(self, check: str) -> str | None:
        """Return what is wrong with the queues, or None."""
        return self._htb() if check == "htb" else f"there is no check {check!r}"

    def _htb(self) -> str | None:
        for dscp, expected in _HTB.items():
            for family, address in ((socket.AF_INET, _FAR[0]), (socket.AF_INET6, _FAR[1])):
                before = self._sent()
                self._send(family, address, dscp)
                counted = {name: count - before.get(name, 0) for name, count in self._sent().items()}
                # Unmarked is also what the system sends of its own accord.
                others = [name for name, count in counted.items() if count >= _EACH and name not in (expected, "1:1")]
                if counted.get(expected, 0) < _EACH or others:
                    return f"DSCP {dscp} of {family.name} is not in {expected}: {counted}"
        return None

    def _send(self, family: socket.AddressFamily, address: str, dscp: int) -> None:
        with self._host.socket(socket.SOCK_DGRAM, family) as sender:
            if family == socket.AF_INET:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
            else:
                sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
            for _ in range(_EACH):
                sender.sendto(b"qos4j", (address, 9))

    def _sent(self) -> dict[str, int]:
        """Return how many packets each class has sent."""
        done = subprocess.run(self._host.command("tc", "-s", "class", "show", "dev", "eth0"), capture_output=True,
                              text=True, check=True)
        return {name: int(count) for name, count in
                re.findall(r"^class htb (\S+) .*\n\s*Sent \d+ bytes (\d+) pkt", done.stdout, re.MULTILINE)}
