"""How is a TLS endpoint asked? One connection, one ClientHello, what came back, within one bounded time.

What a silent, slow, garbled or endless peer does becomes a reason, never an exception. Left out: what an answer means,
which each probe decides for itself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from probes._tls_hello import sent_name
from probes._tls_records import HELLO_REQUEST, SERVER_HELLO, Alert, RecordReader, ServerHello, Unreadable
from probes._tls_records import read_server_hello as _read_server_hello
from readiness.model import Reason, Target, Unseen
from readiness.probe import CannotObserve, Session, Stream

ADDRESSES = 32
"""More addresses of one name than this are not looked at, and leave the facts open."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to connect and which name to ask for; `server_name` is empty where an IP address is all there is."""

    host: str
    port: int
    server_name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to one hello, or why there is none; the bytes it stood in; how many seconds it took."""

    answer: ServerHello | Alert | Unseen
    raw: bytes
    seconds: float


def endpoint_of(target: Target) -> Endpoint:
    """Host, port and server name of an endpoint target; CannotObserve(not_configured) where it names none."""
    host, _, port = target.address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"{target.address!r} is not host:port")
    name = str(target.says("server_name") or host)
    try:
        return Endpoint(host, int(port), sent_name(name).decode("ascii"))
    except ValueError as error:
        raise CannotObserve(Reason.NOT_CONFIGURED, str(error)) from error


async def ask(session: Session, ip: str, port: int, hello: bytes, seconds: float) -> Heard:
    """Connect, say hello, listen for a ServerHello or an alert that ends it. `seconds` bounds all of it together."""
    clock = asyncio.get_running_loop().time
    start, reader = clock(), RecordReader()
    try:
        async with asyncio.timeout(seconds):
            answer = await _exchange(session, ip, port, hello, reader)
    except TimeoutError:
        answer = Unseen(Reason.TIMED_OUT, f"no whole answer within {seconds:g} s")
    except CannotObserve as error:
        answer = error.unseen
    return Heard(answer, reader.taken, clock() - start)


async def _exchange(
    session: Session, ip: str, port: int, hello: bytes, reader: RecordReader
) -> ServerHello | Alert | Unseen:
    stream = await session.dial(ip, port)
    try:
        await stream.send(hello)
        return await _listen(stream, reader)
    finally:
        await stream.close()


async def _listen(stream: Stream, reader: RecordReader) -> ServerHello | Alert | Unseen:
    # The reader is what bounds this loop: it refuses bytes and records beyond its limits.
    while data := await stream.receive():
        reader.feed(data)
        while (event := reader.read()) is not None:
            if isinstance(event, Alert):
                if event.ends:
                    return event
            elif event.type == SERVER_HELLO:
                return _read_server_hello(event.body)
            elif event.type != HELLO_REQUEST:  # which RFC 5246 section 7.4.1.1 lets a server send at any time
                raise Unreadable(Reason.NOT_UNDERSTOOD, f"handshake message {event.type} where a ServerHello belongs")
    return Unseen(Reason.CLOSED_EARLY, "closed without a ServerHello or an alert")
