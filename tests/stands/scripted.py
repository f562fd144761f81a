"""A plain TCP server that plays a given part: what no decent server program can be made to do.

    with scripted(by_version({"TLSv1.2": says(server_hello("TLSv1.2"))}, otherwise=resets)) as stand:
        look(PROBE, endpoint(stand.address))

A part is a function of the caller: its connection and the first bytes that came. Left out: any cryptography.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256

from tests.stands.programs import address_of

NUMBERS = {"SSLv3": 0x0300, "TLSv1.0": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}
LONGEST = 30.0  # seconds that a part may take before the stand gives up on its client
HELLO_RETRY_REQUEST = sha256(b"HelloRetryRequest").digest()


@dataclass
class Caller:
    """One connection: its socket, the first bytes that came, and whether the test is over."""

    socket: socket.socket
    first: bytes
    over: threading.Event

    def wait_until_gone(self) -> None:
        """Wait for the client to close, or for the test to end."""
        self.socket.settimeout(0.05)
        while not self.over.is_set():
            try:
                if not self.socket.recv(65536):
                    return
            except TimeoutError:
                continue


Part = Callable[[Caller], None]


@dataclass
class Stand:
    """Where it listens, and the first bytes of each connection so far."""

    address: str
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def scripted(part: Part, host: str = "127.0.0.1", port: int = 0) -> Iterator[Stand]:
    """Play the part for every connection, each in its own thread."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as server:
        stand = Stand(address_of(host, server.getsockname()[1]))
        threads: list[threading.Thread] = []
        over = threading.Event()

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threads.append(threading.Thread(target=_play, args=(part, connection, stand, over), daemon=True))
                    threads[-1].start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield stand
        finally:
            over.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # wakes accept, which closing alone does not
            acceptor.join(5)
            for thread in threads:
                thread.join(5)


def silent(caller: Caller) -> None:
    """Say nothing until the client gives up."""
    caller.wait_until_gone()


def closes(caller: Caller) -> None:
    """Close in an orderly way."""


def resets(caller: Caller) -> None:
    """Tear the connection down with a TCP reset: that is what closing does once lingering is switched off."""
    caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def echoes(caller: Caller) -> None:
    """Send back what came."""
    caller.socket.sendall(caller.first)
    caller.wait_until_gone()


def says(data: bytes) -> Part:
    """Send these bytes and wait for the client to hang up."""

    def part(caller: Caller) -> None:
        caller.socket.sendall(data)
        caller.wait_until_gone()

    return part


def says_and_closes(data: bytes) -> Part:
    """Send these bytes and close."""
    return lambda caller: caller.socket.sendall(data)


plain_http = says_and_closes(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
"""What a web server says when TLS knocks at its HTTP port."""


def drips(data: bytes, seconds: float = 1.0) -> Part:
    """Send one byte after the other, so many seconds apart."""

    def part(caller: Caller) -> None:
        for byte in data:
            caller.socket.sendall(bytes([byte]))
            if caller.over.wait(seconds):
                return

    return part


def endless(start: bytes, again: bytes) -> Part:
    """Send `start`, and then `again` without end."""

    def part(caller: Caller) -> None:
        caller.socket.sendall(start)
        while not caller.over.is_set():
            caller.socket.sendall(again)

    return part


def by_version(parts: Mapping[str, Part], otherwise: Part) -> Part:
    """Play the part of the newest offered version that has one, else `otherwise`."""

    def part(caller: Caller) -> None:
        offered = offered_versions(caller.first)
        chosen = next((parts[v] for v in reversed(NUMBERS) if v in parts and NUMBERS[v] in offered), otherwise)
        chosen(caller)

    return part


def in_turn(*parts: Part) -> Part:
    """Play one part for each connection, the last one for all that follow."""
    lock, number = threading.Lock(), iter(range(10**6))

    def part(caller: Caller) -> None:
        with lock:
            turn = next(number)
        parts[min(turn, len(parts) - 1)](caller)

    return part


def offered_versions(hello: bytes) -> tuple[int, ...]:
    """The versions that a ClientHello names: by its extension, else by its client_version. SSLv2's hello is its own."""
    if hello[0] & 0x80:
        return (0x0002,)
    at = 5 + 4 + 2 + 32
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2])
    at += 1 + hello[at] + 2
    while at < len(hello):
        number, length = struct.unpack_from(">HH", hello, at)
        if number == 43:
            listed = hello[at + 5 : at + 4 + length]
            return struct.unpack(f">{len(listed) // 2}H", listed)
        at += 4 + length
    return (int.from_bytes(hello[9:11]),)


def server_hello(version: str, suite: int = 0, *, random: bytes = b"\x5a" * 32, compression: int = 0) -> bytes:
    """A record with a ServerHello of that version; for TLS 1.3 as RFC 8446 section 4.1.3 has it."""
    modern = version == "TLSv1.3"
    suite = suite or (0x1301 if modern else 0x002F)
    body = min(NUMBERS[version], 0x0303).to_bytes(2) + random + b"\0" + suite.to_bytes(2) + bytes([compression])
    if modern:
        body += struct.pack(">HHHH", 6, 43, 2, NUMBERS[version])
    return handshake(2, body)


def handshake(type_: int, body: bytes) -> bytes:
    """One handshake message in one record."""
    return record(22, bytes([type_]) + len(body).to_bytes(3) + body)


def alert(description: int, level: int = 2) -> bytes:
    """One alert in one record."""
    return record(21, bytes([level, description]))


def record(type_: int, fragment: bytes, version: int = 0x0303) -> bytes:
    """One record."""
    return bytes([type_]) + version.to_bytes(2) + len(fragment).to_bytes(2) + fragment


def _play(part: Part, connection: socket.socket, stand: Stand, over: threading.Event) -> None:
    connection.settimeout(LONGEST)
    with connection, suppress(OSError):
        if first := connection.recv(65536):
            stand.heard.append(first)
            part(Caller(connection, first, over))
