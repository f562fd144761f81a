"""A resolver on loopback that says what a test wants, over UDP and TCP on one port: real sockets, in threads.

    with dns_server(Answers(zones).answer) as stand:
        look(PROBE, name(stand.address))

A part gets a question's bytes and gives the datagrams to send, none or several; over TCP the first one. Left out: what
is right: the example's `Answers` says that, and a test changes it.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

POLL = 0.02
HOST = "127.0.0.1"
Part = Callable[[bytes], bytes | list[bytes]]


@dataclass
class DnsStand:
    """Where it listens, and the questions that came over each way."""

    address: str
    udp: list[bytes] = field(default_factory=list)
    tcp: list[bytes] = field(default_factory=list)


@contextmanager
def dns_server(part: Part, over_tcp: Part | None = None) -> Iterator[DnsStand]:
    """Answer until the block ends; over TCP by another part, if one is given."""
    with socket.create_server((HOST, 0)) as listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        port = listener.getsockname()[1]
        datagrams.bind((HOST, port))
        stand, over = DnsStand(f"{HOST}:{port}"), threading.Event()
        threads = [
            threading.Thread(target=_datagrams, args=(datagrams, part, stand, over)),
            threading.Thread(target=_streams, args=(listener, over_tcp or part, stand, over)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield stand
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _datagrams(served: socket.socket, part: Part, stand: DnsStand, over: threading.Event) -> None:
    served.settimeout(POLL)
    while not over.is_set():
        with suppress(TimeoutError):
            data, peer = served.recvfrom(4096)
            stand.udp.append(data)
            for answer in _listed(part(data)):
                served.sendto(answer, peer)


def _streams(listener: socket.socket, part: Part, stand: DnsStand, over: threading.Event) -> None:
    listener.settimeout(POLL)
    while not over.is_set():
        with suppress(OSError):
            raw, _ = listener.accept()
            with raw:
                raw.settimeout(1.0)
                stand.tcp.append(raw.recv(4096)[2:])
                for answer in _listed(part(stand.tcp[-1]))[:1]:
                    raw.sendall(struct.pack("!H", len(answer)) + answer)


def _listed(said: bytes | list[bytes]) -> list[bytes]:
    return said if isinstance(said, list) else [said] if said else []
