"""Which requests came, whole or not? HTTP/1.1 by h11, which parses all of it; limits and recording are ours.

Left out: sockets, TLS, time, and what is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import h11

REASONS = {400: "bad request", 408: "request timed out", 413: "request too large", 431: "header section too large"}


@dataclass(slots=True)
class Request:
    """One request as far as it has come. `headers` keep order and spelling; `body` has no transfer coding any more."""

    method: str = ""
    target: str = ""
    version: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    announced: int | None = None
    chunked: bool = False
    wants_continue: bool = False
    whole: bool = False
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")

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

    __slots__ = ("_body", "_connection", "_headers", "request")

    def __init__(self, headers: int, body: int) -> None:
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=headers)
        self._headers = headers
        self._body = body
        self.request: Request | None = None

    def receive(self, data: bytes) -> None:
        """Add what came."""
        self._connection.receive_data(data)

    def next(self) -> Request | Refusal | None:
        """A request whose head has come, then the same again when it is whole; None until more bytes come."""
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            status = int(error.error_status_hint)
            return Refusal(status, f"not HTTP/1.1: {error}" if status == 400 else f"{REASONS.get(status, error)}")

    def _next(self) -> Request | Refusal | None:
        while True:
            event = self._connection.next_event()
            if type(event) is h11.Data:
                assert self.request is not None
                self.request.parts.append(bytes(event.data))
                self.request.size += len(event.data)
                if self.request.size > self._body:
                    return Refusal(413, f"a body of more than {self._body} bytes")
            elif type(event) is h11.EndOfMessage:
                assert self.request is not None
                self.request.whole = True
                return self.request
            elif type(event) is h11.Request:
                self.request = self._begun(event)
                if (self.request.announced or 0) > self._body:
                    return Refusal(413, f"a body of {self.request.announced} bytes announced")
                return self.request
            else:  # NEED_DATA, PAUSED, ConnectionClosed
                return None

    def _begun(self, event: h11.Request) -> Request:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers.raw_items())
        request = Request(
            method=event.method.decode("ascii"),
            target=event.target.decode("latin-1"),
            version=event.http_version.decode("ascii"),
            headers=headers,
            wants_continue=self._connection.they_are_waiting_for_100_continue,
        )
        length = request.header("content-length")
        request.announced = int(length) if length else None
        request.chunked = "chunked" in request.header("transfer-encoding").lower()
        return request

    def say_continue(self) -> bytes:
        """100 Continue, where the client waits for it."""
        return self._connection.send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")) or b""

    def respond(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        """A whole response. h11 adds Connection: close where the connection cannot go on."""
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        raw.append((b"Content-Length", b"%d" % len(body)))
        connection = self._connection
        head = connection.send(h11.Response(status_code=status, headers=raw, reason=PHRASES.get(status, b""))) or b""
        payload = b"" if self.request is not None and self.request.method == "HEAD" else body
        return b"".join(
            (head, connection.send(h11.Data(data=payload)) or b"", connection.send(h11.EndOfMessage()) or b"")
        )

    def next_cycle(self) -> bool:
        """Get ready for another request; False where the connection ends here."""
        self.request = None
        connection = self._connection
        if connection.our_state is h11.DONE and connection.their_state is h11.DONE:
            connection.start_next_cycle()
            return True
        return False


PHRASES = {
    200: b"OK", 400: b"Bad Request", 404: b"Not Found", 405: b"Method Not Allowed", 408: b"Request Timeout",
    413: b"Content Too Large", 431: b"Request Header Fields Too Large", 500: b"Internal Server Error",
    501: b"Not Implemented", 503: b"Service Unavailable",
}  # fmt: skip
