"""What is written down of a connection and an exchange, and what goes into the spool instead?

An exchange is told to the journal masked, as soon as it is over; its original goes into the spool, unless it names
anyone outside the declared test persons. Left out: where the facts come from (connection).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from readiness.model import Reason, Unseen
from readiness.recording import Connection, Entry, Exchange, Masked
from readiness.stage.answers import Answer
from readiness.stage.http import Request
from readiness.stage.masking import LARGEST_KEPT, Kept, Mask
from readiness.stage.spool import Spool

SPOOLED = "spooled"


class Journal(Protocol):
    """Where entries go, each flushed as it is told; `record.Writer` is one."""

    def tell_recorded(self, entry: Entry) -> None:
        """Append one entry."""


@dataclass(frozen=True, slots=True)
class Response:
    """What was sent back: status line and headers, and the body."""

    head: bytes
    body: bytes


class Recorder:
    """The pen of one stage. Ids are c1, c2, ... and e1, e2, ... in the order of their ends."""

    def __init__(self, journal: Journal, spool: Spool, persons: Collection[str]) -> None:
        self.connections = 0
        self.exchanges = 0
        self._journal = journal
        self._spool = spool
        self._mask = Mask(persons)

    def next_connection(self) -> str:
        """The id of a connection that was just accepted."""
        self.connections += 1
        return f"c{self.connections}"

    def connection(self, connection: Connection) -> None:
        """Tell of a connection that is over. A certificate that names a person is told by its digest only."""
        masked, chain = [], []
        for number, der in enumerate(connection.client_chain, 1):
            names = self._mask.certificate_names_others(der)
            chain.append(b"" if names else der)
            if names:
                masked.append(Masked(f"certificate {number}", hashlib.sha256(der).hexdigest()))
        name, problem = self._mask.text(connection.server_name), self._mask.text(connection.problem)
        self._journal.tell_recorded(
            replace(connection, client_chain=tuple(chain), masked=tuple(masked), server_name=name, problem=problem)
        )

    def exchange(self, exchange: Exchange, request: Request, response: Response | None, answer: Answer | None) -> None:
        """Tell of an exchange that is over: `exchange` has its times and places, the rest is read from what passed."""
        self.exchanges += 1
        mask, body = self._mask, request.body()
        if answer is not None and answer.root is not None:
            kept = mask.document(answer.root, body)
        else:
            kept = mask.unread(body, "request")
        sent = response.body if response is not None else b""
        content_type, action = request.header("content-type")[:256], request.header("soapaction")[:256]
        path, content_type, action, problem, *names = mask.texts(
            request.target[:2048], content_type, action, exchange.problem, *(name for name, _ in request.headers)
        )
        original = self._original(kept, request, body, response)
        self._journal.tell_recorded(
            replace(
                exchange,
                id=f"e{self.exchanges}",
                method=request.method,
                path=path,
                http_version=request.version,
                request_headers=tuple(names),
                content_type=content_type,
                soap_action=action,
                framing=_framing(request),
                request_size=len(body),
                request_sha256=hashlib.sha256(body).hexdigest() if body else "",
                request_kept=kept.text,
                response_headers=_names(response.head) if response else (),
                response_size=len(sent),
                response_sha256=hashlib.sha256(sent).hexdigest() if sent else "",
                response_kept=mask.text(sent.decode("utf-8", "replace"))
                if exchange.part not in {"", "wsdl"} and len(sent) <= LARGEST_KEPT
                else "",
                masked=kept.masked,
                original=original,
                problem=problem,
            )
        )

    def close(self) -> None:
        """Forget the originals."""
        self._spool.close()

    def original(self, exchange: str, part: str = "request") -> bytes | Unseen:
        """One part of an exchange's original, by its id; see spool.PARTS."""
        number = exchange[1:]
        if not exchange.startswith("e") or not number.isascii() or not number.isdigit():
            return Unseen(Reason.NOT_KEPT, "there is no such exchange")
        return self._spool.get(int(number), part)

    def _original(self, kept: Kept, request: Request, body: bytes, response: Response | None) -> str:
        """Spool it, or say why not."""
        head = _head(request)
        if kept.names_others or self._mask.names_others(head.decode("utf-8", "replace")):
            return f"{Reason.NOT_KEPT}: it names someone who is no declared test person"
        parts = (head, body, response.head if response else b"", response.body if response else b"")
        if not self._spool.put(self.exchanges, parts):
            return f"{Reason.LIMIT_REACHED}: the spool is full"
        return SPOOLED


def _head(request: Request) -> bytes:
    """Request line and headers, in their order and spelling."""
    lines = [f"{request.method} {request.target} HTTP/{request.version}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


@lru_cache(maxsize=64)
def _names(head: bytes) -> tuple[str, ...]:
    """Names of the headers that the stage itself wrote."""
    return tuple(line.partition(b":")[0].decode("latin-1") for line in head.split(b"\r\n")[1:] if line)


def _framing(request: Request) -> str:
    if request.chunked:
        return "chunked"
    return "length" if request.announced is not None else "none"
