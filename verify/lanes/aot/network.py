"""The part about what becomes of a mark between pods.

Two nodes with a wire between them, and a pod on each, which are network namespaces. The pods are on one network that
VXLAN makes of the nodes' wire, as overlays for clusters do. A mark is a mark, so plain sockets send.
"""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

from host import Host
from marks import VOICE, Expect

_NETWORK, _VXLAN_PORT, _PORT = "10.9.0", 4789, 7000

# Offsets in a frame: the IPv4 header, and the one within a datagram of VXLAN.
_OUTER, _INNER = 14, 64


@dataclass(frozen=True)
class _Seen:
    """The code points of datagrams on the nodes' wire, and of the same where they arrive."""

    outer: set[int]
    arrived: set[int]


def judge(expect: Expect) -> None:
    """Send marked datagrams from pod to pod, with the overlay's header as it is and as it can be."""
    plain, inherited = _send(), _send("tos", "inherit")
    expect(f"a mark arrives at another pod, over VXLAN (DSCP {_spelled(plain.arrived)})", plain.arrived == {VOICE},
           "it does not")
    expect(f"between nodes routers see the overlay's own header, which is unmarked (DSCP {_spelled(plain.outer)})",
           plain.outer == {0}, "it is something else")
    expect(f"unless the overlay is told to copy the mark (DSCP {_spelled(inherited.outer)})",
           inherited == _Seen({VOICE}, {VOICE}), f"{inherited}")


def _spelled(codes: set[int]) -> str:
    return "+".join(map(str, sorted(codes))) or "-"


def _send(*options: str) -> _Seen:
    pods, nodes = (Host(), Host()), (Host(), Host())
    try:
        _connect(pods, nodes, options)
        with _listen(nodes[1], "wire") as wire, _listen(pods[1], "pod") as arrival:
            with pods[1].socket(socket.SOCK_DGRAM) as receiver, pods[0].socket(socket.SOCK_DGRAM) as sender:
                receiver.bind((f"{_NETWORK}.2", _PORT))
                receiver.settimeout(10)
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, VOICE << 2)
                sender.sendto(b"first", (f"{_NETWORK}.2", _PORT))
                receiver.recv(100)
                sender.sendto(b"second", (f"{_NETWORK}.2", _PORT))
                receiver.recv(100)
            time.sleep(0.2)
            return _Seen(_codes(wire, _INNER), _codes(arrival, _OUTER))
    finally:
        for host in (*pods, *nodes):
            host.close()


def _connect(pods: tuple[Host, Host], nodes: tuple[Host, Host], options: tuple[str, ...]) -> None:
    for host in (*pods, *nodes):
        host.run("ip", "link", "set", "lo", "up")
    _veth(nodes[0], "wire", nodes[1], "wire")
    for number, (pod, node) in enumerate(zip(pods, nodes), 1):
        _veth(pod, "pod", node, "pod")
        node.run("ip", "address", "add", f"192.168.9.{number}/24", "dev", "wire")
        node.run("ip", "link", "add", "overlay", "type", "vxlan", "id", "42", "local", f"192.168.9.{number}", "remote",
                 f"192.168.9.{3 - number}", "dstport", str(_VXLAN_PORT), "dev", "wire", *options)
        node.run("ip", "link", "add", "switch", "type", "bridge")
        for interface in ("pod", "overlay"):
            node.run("ip", "link", "set", interface, "master", "switch")
        for interface in ("wire", "pod", "overlay", "switch"):
            node.run("ip", "link", "set", interface, "up")
        pod.run("ip", "address", "add", f"{_NETWORK}.{number}/24", "dev", "pod")
        pod.run("ip", "link", "set", "pod", "up")


def _veth(host: Host, name: str, peer: Host, peer_name: str) -> None:
    host.run("ip", "link", "add", name, "type", "veth", "peer", "name", peer_name, "netns", peer.path)


def _listen(host: Host, interface: str) -> socket.socket:
    with host.entered():
        listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0003))
    listener.bind((interface, 0))
    listener.setblocking(False)
    return listener


def _codes(listener: socket.socket, header: int) -> set[int]:
    """Return the outermost code points of our datagrams, whose own header is at an offset."""
    codes = set()
    while True:
        try:
            frame = listener.recv(2048)
        except BlockingIOError:
            return codes
        if (frame[12:14] == b"\x08\x00" and frame[header + 9:header + 10] == bytes([socket.IPPROTO_UDP])
                and frame[header + 22:header + 24] == struct.pack("!H", _PORT)):
            codes.add(frame[_OUTER + 1] >> 2)
