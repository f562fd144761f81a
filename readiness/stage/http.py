"""Which requests came, whole or not? HTTP/1.1 by llhttp (httptools), which parses it; limits and recording are ours.

Left out: sockets, TLS, time, and what is answered.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

REASONS = {400: "bad request", 408: "request timed out", 413: "request too large", 431: "header section too large"}


@dataclass(slots=True)
class Request:
    """One request as far as it has come. `headers` keep order and spelling; `body` has no transfer coding any more.

    `closes`: nothing may follow it on its connection.
    """

    method: str = ""
    target: str = ""
    version: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    announced: int | None = None
    chunked: bool = False
    wants_continue: bool = False
    whole: bool = False
    closes: bool = False
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or nothing."""
        for key, value in self.headers:  # not next() of a generator, which takes half as long again
            if key.lower() == name:
                return value
        return ""

    def body(self) -> bytes:
        """The body so far."""
        if len(self.parts) > 1:
            self.parts = [b"".join(self.parts)]
        return self.parts[0] if self.parts else b""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request cannot be taken: the status to answer with, and words for the record."""

    status: int
    words: str


class HttpReader:
    """The server's side of one HTTP/1.1 connection, as bytes in and events out."""

    __slots__ = ("_closes", "_come", "_told", "request")

    def __init__(self, headers: int, body: int) -> None:
        self._come = _Requests(headers, body)
        self._told = self._closes = False
        self.request: Request | None = None

    def receive(self, data: bytes) -> None:
        """Add what came."""
        self._come.feed(data)

    def next(self) -> Request | Refusal | None:
        """A request whose head has come, then the same again when it is whole; None until more bytes come."""
        come = self._come
        if self.request is None and come.begun:
            self.request, self._told = come.begun.popleft(), False
        request = self.request
        if request is None or (request is come.arriving and come.refusal):
            return come.refusal
        if not self._told:
            self._told = True
            return request
        if request.whole or request is come.arriving:
            return None
        request.whole = True
        return request

    def say_continue(self) -> bytes:
        """100 Continue, where the client waits for it."""
        return b"HTTP/1.1 100 Continue\r\n\r\n"

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        """A whole response. It says Connection: close where the connection cannot go on."""
        request = self.request
        ends = request is None or request.closes or not request.whole
        head, self._closes = _head(status, headers, len(body), ends)
        return head if request is not None and request.method == "HEAD" else head + body

    def next_cycle(self) -> bool:
        """Get ready for another request; False where the connection ends here."""
        request, self.request = self.request, None
        return request is not None and request.whole and not self._closes


class _Requests:
    """Requests as llhttp tells of them, which may be several at once: `begun` in their order, the last `arriving`.

    After a refusal nothing more is read. What llhttp or this holds of a head or of trailers is at most the limit and
    what came at once.
    """

    def __init__(self, headers: int, body: int) -> None:
        self.begun: deque[Request] = deque()
        self.arriving: Request | None = None
        self.refusal: Refusal | None = None
        self._parser = HttpRequestParser(self)
        self._limits = headers, body
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._size = 0  # of the names and values of one request
        self._quiet = 0  # bytes since a head, a piece of a body or the end of a request
        self._moved = False

    def feed(self, data: bytes) -> None:
        """Read on."""
        self._moved = False
        while data and self.refusal is None:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as offer:  # what is offered is not taken, and what follows is another request
                self._parser = HttpRequestParser(self)
                data = data[offer.args[0] :]
            except HttpParserError as error:
                self._refuse(400, f"not HTTP/1.1: {error}")
            else:
                break
        self._quiet = 0 if self._moved else self._quiet + len(data)
        if self._quiet > self._limits[0]:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._target, self._headers, self._size = b"", [], 0

    def on_url(self, piece: bytes) -> None:
        """A piece of the target."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which counts and is told to nobody."""
        self._size += len(name) + len(value)
        if self._size > self._limits[0]:
            self._refuse(431)
        else:
            self._headers.append((name.decode("latin-1"), value.decode("latin-1").rstrip(" \t")))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._moved = True
        if self.refusal is None:
            self.arriving = self._begun()
            self.begun.append(self.arriving)
            self._check(self.arriving)

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._moved = True
        if (request := self.arriving) is not None and self.refusal is None:
            request.parts.append(piece)
            request.size += len(piece)
            if request.size > self._limits[1]:
                self._refuse(413, f"a body of more than {self._limits[1]} bytes")

    def on_message_complete(self) -> None:
        """The request is whole, unless it was refused."""
        self._moved = True
        if self.refusal is None:
            self.arriving = None

    def _begun(self) -> Request:
        parser, headers = self._parser, tuple(self._headers)
        said = {name.lower(): value for name, value in reversed(headers)}
        length, version = said.get("content-length"), parser.get_http_version()
        return Request(
            method=parser.get_method().decode("ascii"),
            target=self._target.decode("latin-1"),
            version=version,
            headers=headers,
            announced=int(length) if length else None,
            chunked="chunked" in said.get("transfer-encoding", "").lower(),
            wants_continue=version == "1.1" and said.get("expect", "").lower() == "100-continue",
            closes=version != "1.1" or not parser.should_keep_alive(),
        )

    def _check(self, request: Request) -> None:
        """Refuse what llhttp takes and the stage does not."""
        hosts = sum(name.lower() == "host" for name, _ in request.headers)
        coding = request.header("transfer-encoding")
        if request.version not in {"1.0", "1.1"}:
            self._refuse(400, f"not HTTP/1.1: the version is {request.version}")
        elif hosts > 1 or (not hosts and request.version == "1.1"):
            self._refuse(400, f"not HTTP/1.1: {hosts} Host headers")
        elif coding and coding.lower() != "chunked":
            self._refuse(501, "no transfer coding but chunked is known")
        elif (request.announced or 0) > self._limits[1]:
            self._refuse(413, f"a body of {request.announced} bytes announced")

    def _refuse(self, status: int, words: str = "") -> None:
        """The first refusal counts."""
        self.refusal = self.refusal or Refusal(status, words or REASONS[status])


@lru_cache(maxsize=256)
def _head(status: int, headers: tuple[tuple[str, str], ...], length: int, ends: bool) -> tuple[bytes, bool]:
    """Status line and headers, and whether they say that the connection ends: where it does, or by a header given."""
    lines = [f"HTTP/1.1 {status} {PHRASES.get(status, '')}", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {length}")
    given = next((value.lower() for name, value in headers if name.lower() == "connection"), "")
    if ends and not given:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), ends or given == "close"


PHRASES = {
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    413: "Content Too Large", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip
