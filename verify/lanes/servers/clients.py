"""Clients of web servers that show which connection a request goes over: HTTP/1.1 and HTTP/2, with and without TLS."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from dataclasses import dataclass

from report import LaneError

HTTP, HTTPS, H2, H2C = PROTOCOLS = ("http/1.1", "https", "h2", "h2c")
IPV4, IPV6 = "127.0.0.1", "::1"

_SECONDS = 20.0

# From RFC 9113.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 0x01, 0x01, 0x04
_INITIAL_WINDOW_SIZE = 4
_LARGEST_WINDOW = (1 << 31) - 1
_FIRST_WINDOW = (1 << 16) - 1


@dataclass(frozen=True)
class Answer:
    """An answer to a request, and between which moments, on the clock of packets, it was on its way."""

    body: bytes
    asked: float
    complete: float


class Client:
    """One connection to a server on this machine, which stays open from request to request."""

    def __init__(self, protocol: str, address: str, port: int, source: str | None = None) -> None:
        self._socket = socket.create_connection((address, port), _SECONDS, (source, 0) if source else None)
        self.local_port = self._socket.getsockname()[1]
        self._received = b""
        if protocol in (HTTPS, H2):
            self._socket = _tls(protocol).wrap_socket(self._socket)
            chosen = self._socket.selected_alpn_protocol()
            # A server that knows HTTP/1.1 alone may choose nothing.
            self._require(chosen == _alpn(protocol) or not chosen and protocol == HTTPS, f"the server chose {chosen}")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def get(self, path: str, pause: float = 0.0) -> Answer:
        """Ask for something, and take the answer only after a pause, so that a large one has to wait."""
        asked = time.time()
        self._ask(path)
        time.sleep(pause)
        return Answer(self._answer(path), asked, time.time())

    def _ask(self, path: str) -> None:
        raise NotImplementedError

    def _answer(self, path: str) -> bytes:
        raise NotImplementedError

    def _take(self, count: int) -> bytes:
        """Return the next bytes of the connection."""
        parts, length = [self._received], len(self._received)
        while length < count:
            parts.append(self._read())
            length += len(parts[-1])
        received = b"".join(parts)
        self._received = received[count:]
        return received[:count]

    def _take_until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._received += self._read()
        taken, _, self._received = self._received.partition(end)
        return taken

    def _read(self) -> bytes:
        received = self._socket.recv(1 << 18)
        self._require(bool(received), "the server closed the connection")
        return received

    @staticmethod
    def _require(held: bool, problem: str) -> None:
        if not held:
            raise LaneError(problem)


class Http1(Client):
    """HTTP/1.1 over a connection that is kept."""

    def _ask(self, path: str) -> None:
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n".encode())

    def _answer(self, path: str) -> bytes:
        status, *lines = self._take_until(b"\r\n\r\n").decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._take(int(headers.get("content-length", 0)))
        self._require(" 200" in status, f"{path}: {status}: {body[:200]!r}")
        return body

    def _chunks(self) -> bytes:
        chunks = []
        while size := int(self._take_until(b"\r\n"), 16):
            chunks.append(self._take(size))
            self._take(2)
        self._take(2)
        return b"".join(chunks)


class Http2(Client):
    """HTTP/2, one stream after the other, with windows that hold every answer."""

    def __init__(self, protocol: str, address: str, port: int, source: str | None = None) -> None:
        super().__init__(protocol, address, port, source)
        self._scheme = b"\x87" if protocol == H2 else b"\x86"
        self._stream = -1
        self._socket.sendall(
            _PREFACE + _frame(_SETTINGS, 0, 0, struct.pack("!HI", _INITIAL_WINDOW_SIZE, _LARGEST_WINDOW))
            + _frame(_WINDOW_UPDATE, 0, 0, struct.pack("!I", _LARGEST_WINDOW - _FIRST_WINDOW)))

    def _ask(self, path: str) -> None:
        self._stream += 2
        # Of HPACK's static table: 2 is GET, 4 the path, 6 and 7 the schemes, 1 the authority.
        block = b"\x82" + self._scheme + b"\x04" + _literal(path) + b"\x01" + _literal("localhost")
        self._socket.sendall(_frame(_HEADERS, _END_STREAM | _END_HEADERS, self._stream, block))

    def _answer(self, path: str) -> bytes:
        body = []
        ended = False
        while not ended:
            head = self._take(9)
            kind, flags, stream = head[3], head[4], struct.unpack_from("!I", head, 5)[0]
            payload = self._take(int.from_bytes(head[:3], "big"))
            self._require(kind not in (_GOAWAY, _RST_STREAM), f"{path}: the server ended it: {payload!r}")
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                self._socket.sendall(_frame(kind, _ACK, 0, payload if kind == _PING else b""))
            elif stream == self._stream and kind in (_HEADERS, _DATA):
                if kind == _HEADERS:
                    # 8 is the status 200. A change of the table's size may come first.
                    self._require(b"\x88" in payload[:6], f"{path}: not the status 200: {payload!r}")
                else:
                    body.append(payload)
                ended = bool(flags & _END_STREAM)
        return b"".join(body)


def connect(protocol: str, address: str, port: int, source: str | None = None) -> Client:
    """Connect to a server, if need be from an address of one's own."""
    return (Http2 if protocol in (H2, H2C) else Http1)(protocol, address, port, source)


def _alpn(protocol: str) -> str:
    return "h2" if protocol == H2 else "http/1.1"


def _tls(protocol: str) -> ssl.SSLContext:
    """Whom the server claims to be is none of the lane's business."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([_alpn(protocol)])
    return context


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + struct.pack("!BBI", kind, flags, stream) + payload


def _literal(text: str) -> bytes:
    """Spell a text of less than 127 bytes without compression."""
    return bytes([len(text)]) + text.encode()
