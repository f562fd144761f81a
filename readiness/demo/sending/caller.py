"""How does the förmedlare call FaR and the operators? SOAP 1.1 over mutual TLS; nothing is sent to an unproven server.

What matters afterwards is whether the peer can have got the request: `NotSent` says that it cannot, `Lost` that nobody
knows. A connection serves one request, for one that was kept may be dead, and then nobody knows what became of the
next. An answer has one time limit for all of it. No redirect is followed, and nothing packed is asked for. Left out:
TLS (`proof`), what requests say, and what answers mean.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

import h11

from readiness.demo.sending.proof import NotSent, Proof, Unproven, words
from readiness.demo.sending.settings import Settings

LARGEST_ANSWER = 8 * 1024 * 1024
LARGEST_HEAD = 64 * 1024
PIECE = 64 * 1024
MOVED = frozenset({301, 302, 303, 307, 308})


class Lost(Exception):
    """The request went off whole, and no whole answer came: what became of it nobody knows.

    `silent`: the connection broke before a byte of an answer had come.
    """

    def __init__(self, why: str, *, silent: bool = False) -> None:
        super().__init__(why)
        self.silent = silent


class TooLarge(Lost):
    """More came than is ever taken."""


class Crowded(NotSent):
    """The peer did not take a connection beside another of ours, which only a built-in defect has."""


@dataclass(frozen=True, slots=True)
class Said:
    """An HTTP answer. `headers`: names in lower case."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def header(self, name: str) -> str:
        """The first field of that (lower-case) name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")


class Caller:
    """The client of a förmedlare; used by one thread at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._quirks = settings.quirks
        self._proof = Proof(settings)
        self._largest = 64 * 1024 if "receives-64-kb" in settings.quirks else LARGEST_ANSWER

    def call(self, url: str, body: bytes) -> Said:
        """The answer to one request. NotSent, Lost."""
        try:
            said = self._called(urlsplit(url), body)
        except Lost as lost:
            if "repeats-by-http-stack" not in self._quirks or not lost.silent:
                raise
            said = self._called(urlsplit(url), body)
        if "follows-redirects" in self._quirks and said.status in MOVED:
            return self._called(urlsplit(urljoin(url, said.header("location"))), body)
        return said

    def knock(self, url: str, hello: bytes = b"") -> None:
        """A connection that shows no client certificate, or says only this ClientHello; built-in defects do that."""
        peer, timeout = urlsplit(url), self._settings.timeout
        context = ssl.create_default_context(cafile=self._settings.authority)
        with contextlib.suppress(OSError), socket.create_connection((peer.hostname, peer.port), timeout) as raw:
            if hello:
                raw.sendall(hello)
                raw.recv(PIECE)  # an alert, or the start of a handshake that goes no further
            else:
                context.wrap_socket(raw, server_hostname=peer.hostname).recv(1)

    def _called(self, peer: SplitResult, body: bytes) -> Said:
        with self._second_connection(peer), self._proof.connected(peer.hostname or "", peer.port or 443) as tls:
            http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
            try:
                tls.sendall(_request(http, peer, body, self._quirks))
            except OSError as error:
                raise NotSent(words(error)) from error
            return self._answer(tls, http, time.monotonic() + self._settings.timeout)

    def _answer(self, tls: ssl.SSLSocket, http: h11.Connection, until: float) -> Said:
        heard = False
        status, size = 0, 0
        headers: tuple[tuple[str, str], ...] = ()
        parts: list[bytes] = []
        try:
            while not isinstance(event := http.next_event(), h11.EndOfMessage):
                if event is h11.NEED_DATA:
                    tls.settimeout(max(0.001, until - time.monotonic()))
                    data = tls.recv(PIECE)
                    heard = heard or bool(data)
                    http.receive_data(data)
                elif isinstance(event, h11.Response):
                    status = event.status_code
                    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
                elif isinstance(event, h11.Data):
                    parts.append(bytes(event.data))
                    size += len(event.data)
                    if size > self._largest:
                        raise TooLarge("the answer is too large")
        except ssl.SSLError as error:
            if not heard and "ALERT" in (error.reason or ""):  # in TLS 1.3 it says so only after the handshake
                raise Unproven(words(error)) from error
            raise Lost(words(error), silent=not heard) from error
        except TimeoutError as error:
            raise Lost(words(error)) from error
        except (OSError, h11.ProtocolError) as error:
            raise Lost(words(error), silent=not heard) from error
        return Said(status, b"".join(parts), headers)

    @contextlib.contextmanager
    def _second_connection(self, peer: SplitResult) -> Iterator[None]:
        """A built-in defect holds another connection to the same host beside the one that it uses."""
        if "two-connections" not in self._quirks:
            yield
            return
        with self._proof.connected(peer.hostname or "", peer.port or 443):
            try:
                yield
            except Unproven:
                raise
            except NotSent as error:
                raise Crowded(str(error)) from error


def _request(http: h11.Connection, peer: SplitResult, body: bytes, quirks: Collection[str]) -> bytes:
    """SOAPAction is the empty text in every binding (SOAP 1.1, 6.1.1)."""
    type_ = "application/xml" if "media-type" in quirks else "text/xml"
    headers = [
        ("Host", peer.netloc),
        ("Content-Type", f"{type_}; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    if "no-soap-action" not in quirks:
        headers.append(("SOAPAction", '""'))
    request = h11.Request(method="POST", target=peer.path or "/", headers=headers)
    parts = (http.send(request), http.send(h11.Data(data=body)), http.send(h11.EndOfMessage()))
    return b"".join(part or b"" for part in parts)
