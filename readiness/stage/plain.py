"""What does the stage answer without TLS? Its CRL, its OCSP answers, and a canary that only a careless reader asks.

Certificates name the first two (RFC 5280 4.2.1.13, RFC 6960); an external entity in an answer names the third. Left
out: everything that is said over TLS (services).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from readiness.recording import Alert
from readiness.stage.answers import Answer
from readiness.stage.http import Request
from readiness.stage.revocation import crl, ocsp_answer
from readiness.stage.services import PLAIN_LISTENER, Reply, Site, touched
from readiness.stage.tls import Negotiated
from readiness.stage.trust import ThrowAway

SITE = Site(PLAIN_LISTENER, "canary", {})


class PlainServices:
    """The replies of that listener; `authority` is None where the certificate was supplied."""

    def __init__(self, authority: ThrowAway | None) -> None:
        self.site = SITE
        self._authority = authority

    def reply(self, request: Request) -> Reply:
        """The reply to a whole request."""
        path = unquote(urlsplit(request.target).path)
        if self._authority is not None and path == "/crl":
            return _found(crl(self._authority, datetime.now(UTC)), "application/pkix-crl")
        if self._authority is not None and path.startswith("/ocsp"):
            asked = request.body() if request.method == "POST" else _decoded(path.removeprefix("/ocsp/"))
            return _found(ocsp_answer(self._authority, asked, datetime.now(UTC)), "application/ocsp-response")
        return touched(path, "entity")


class PlainChannel:
    """What `TlsChannel` is, without TLS: bytes pass as they are."""

    finished = True
    closed_by_peer = False
    problem = ""
    alerts_sent: Sequence[Alert] = ()
    alerts_received: Sequence[Alert] = ()

    def receive(self, data: bytes) -> bytes:
        """The same bytes."""
        return data

    def send(self, data: bytes) -> bytes:
        """The same bytes."""
        return data

    def close(self) -> bytes:
        """Nothing has to be said."""
        return b""

    def outgoing(self) -> bytes:
        """Nothing waits."""
        return b""

    def negotiated(self) -> Negotiated:
        """Nothing was."""
        return Negotiated("", "", "", resumed=False)

    def chain(self) -> tuple[bytes, ...]:
        """Nobody is shown."""
        return ()

    def forget(self) -> None:
        """There is nothing to forget."""


def _found(data: bytes, media_type: str) -> Reply:
    return Reply(200, (("Content-Type", media_type),), data, "revocation", Answer(200, data))


def _decoded(text: str) -> bytes:
    """An OCSP request in a path (RFC 6960 appendix A.1)."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
