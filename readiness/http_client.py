"""What does an endpoint answer to one HTTP request? The one module through which a probe's HTTP leaves this machine.

HTTP/1.1 over TLS, one connection for each request, to an address that the profile names and by no other way: no proxy
or other setting of the environment, no redirect followed, no cookie kept. The peer need not be trusted to be looked at;
but where the profile names trust anchors, a request with a body, or with the client certificate that the endpoint
declares, goes only to a server whose certificate leads to one of them and covers its name. A page is read only from a
server that anybody's browser here would trust too. Plain HTTP is for what is signed by itself: revocation lists and
OCSP. h11 reads HTTP. Left out: what an answer means.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

import h11

from readiness.client_identity import Identity, read_identity
from readiness.model import ASKED_OVER_THE_NETWORK, Reason, Target, TargetKind
from readiness.permits import split_address
from readiness.probe import CannotObserve, HttpAnswer, HttpRequest, Session, Stream
from readiness.public_roots import public_roots
from readiness.tls_client import Trust, open_tls

KEPT_OF_A_LIST = 8 * 1024 * 1024
"""Bytes of a revocation list that are kept."""
SECONDS = 10.0
"""For one request in all: one byte in time, again and again, would go on for ever."""
ADDRESSES = 4
"""So many addresses of a name are tried in turn, as long as none takes the connection."""
PIECE = 64 * 1024
INTERIM = 8
"""More interim answers (1xx) than this are no answer."""


async def request(session: Session, target: Target, asked: HttpRequest) -> HttpAnswer:
    """The answer of an endpoint. CannotObserve for whatever the network, TLS or HTTP left open."""
    if target.kind not in ASKED_OVER_THE_NETWORK or target not in session.profile_targets(target.kind):
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no endpoint or page {target.id}")
    host, port = split_address(target.address)
    name = str(target.says("server_name") or host)
    identity = _identity(session, target)
    trust = _page_trust(session, name) if target.kind is TargetKind.PAGE else None
    if (asked.body or identity) and (anchors := session.trust_anchors()):
        trust = Trust.read(anchors, session.now(), name)
    try:
        async with asyncio.timeout(SECONDS):
            stream = await connected(session, host, port)
            try:
                tls = await open_tls(stream, name, trust, identity)
                return await exchange(tls, host_field(name, port), asked)
            finally:
                await stream.close()
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{target.address}: no whole answer within {SECONDS:g} s") from None


async def fetch(session: Session, url: str, asked: bytes, media_type: str) -> HttpAnswer:
    """The answer at an http URL whose host and port the session lets be dialled. CannotObserve otherwise."""
    host, port, path = _http_parts(url)
    fields = (("Content-Type", media_type),) if asked else ()
    try:
        async with asyncio.timeout(SECONDS):
            stream = await connected(session, host, port)
            try:
                request_ = HttpRequest("POST" if asked else "GET", path, fields, asked, KEPT_OF_A_LIST)
                return await exchange(stream, host_field(host, port, 80), request_)
            finally:
                await stream.close()
    except TimeoutError:
        raise CannotObserve(Reason.TIMED_OUT, f"{url}: no whole answer within {SECONDS:g} s") from None


def _http_parts(url: str) -> tuple[str, int, str]:
    """Host, port and request target of an http URL. CannotObserve for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "an address that is no URL") from error
    if parts.scheme != "http":
        raise CannotObserve(Reason.NOT_SUPPORTED, "only http addresses are asked")
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "an address that is no URL")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def exchange(stream: Stream, host: str, asked: HttpRequest) -> HttpAnswer:
    """Write one request and read its answer; `host` is the value of the Host field."""
    connection = h11.Connection(h11.CLIENT)
    fields = [("Host", host), ("User-Agent", "mm-readiness"), ("Accept", "*/*"), ("Connection", "close")]
    if asked.body:
        fields.append(("Content-Length", str(len(asked.body))))
    head = connection.send(h11.Request(method=asked.method, target=asked.path, headers=[*fields, *asked.headers]))
    whole = (head or b"") + (connection.send(h11.Data(asked.body)) or b"" if asked.body else b"")
    connection.send(h11.EndOfMessage())
    unsent = await _write(stream, whole)
    try:
        return await _read(connection, stream, asked.keep)
    except CannotObserve as error:
        if unsent and error.unseen.reason in {Reason.CLOSED_EARLY, Reason.CONNECTION_RESET, Reason.TIMED_OUT}:
            raise unsent from None
        raise
    except h11.RemoteProtocolError as error:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{stream.peer}: {error}") from error


def _identity(session: Session, target: Target) -> Identity | None:
    wanted = str(target.says("client_certificate") or "")
    if not wanted:
        return None
    held = next((t for t in session.profile_targets(TargetKind.CERTIFICATE) if t.id == wanted), None)
    if held is None:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"the profile has no certificate {wanted}")
    return read_identity(session, held)


def _page_trust(session: Session, name: str) -> Trust:
    """Whom a reader of a page trusts: the roots of this machine, and the profile's anchors."""
    own = Trust.read(session.trust_anchors(), session.now(), name)
    if not (anchors := (*own.anchors, *public_roots())):
        raise CannotObserve(Reason.NOT_CONFIGURED, "this machine has no roots, and the profile names no trust anchors")
    return replace(own, anchors=anchors)


async def connected(session: Session, host: str, port: int, wait: float | None = None) -> Stream:
    """A connection to the first address that takes one; the first refusal where none does. `wait` as for `dial`."""
    failures: list[CannotObserve] = []
    for ip in (await session.addresses(host))[:ADDRESSES]:
        try:
            return await session.dial(ip, port, wait)
        except CannotObserve as error:
            failures.append(error)
    raise failures[0]


async def _write(stream: Stream, data: bytes) -> CannotObserve | None:
    """Why not all of it could be written: a peer may answer, and close, before it has read everything."""
    try:
        for start in range(0, len(data), PIECE):
            await stream.send(data[start : start + PIECE])
    except CannotObserve as error:
        return error
    return None


async def _read(connection: h11.Connection, stream: Stream, keep: int) -> HttpAnswer:
    answer: h11.Response | None = None
    body, interim = bytearray(), 0
    while True:
        match await _event(connection, stream, answered=answer is not None):
            case h11.Response() as response:
                answer = response
            case h11.InformationalResponse():
                interim += 1
            case h11.Data(data=data):
                body += data
            case h11.EndOfMessage():
                break
            case _:
                raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed without an answer")
        if interim > INTERIM:
            raise CannotObserve(Reason.LIMIT_REACHED, f"{stream.peer} sent more than {INTERIM} interim answers")
        if len(body) > keep:
            break
    assert answer is not None  # h11 gives a body only after its head
    fields = tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in answer.headers)
    return HttpAnswer(answer.status_code, fields, bytes(body[:keep]), stream.peer, cut=len(body) > keep)


async def _event(connection: h11.Connection, stream: Stream, *, answered: bool) -> object:
    """The next thing that was said. CannotObserve(closed_early) if the peer closed in the middle of it."""
    while (event := connection.next_event()) is h11.NEED_DATA:
        data = await stream.receive(PIECE)
        connection.receive_data(data)
        if not data:
            try:
                return connection.next_event()
            except h11.RemoteProtocolError as error:
                said = "the whole of its answer" if answered else "an answer"
                raise CannotObserve(Reason.CLOSED_EARLY, f"{stream.peer} closed without {said}") from error
    return event


def host_field(name: str, port: int, usual: int = 443) -> str:
    """The Host field of a request to that server; `usual` is the port that goes without saying."""
    bracketed = f"[{name}]" if ":" in name else name
    return bracketed if port == usual else f"{bracketed}:{port}"
