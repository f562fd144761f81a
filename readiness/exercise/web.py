"""What does an address that the profile names answer to one GET or POST? Bounded in time and size.

Trust is the profile's anchors, or the system's where it names none. No proxy or netrc of the environment is heeded, no
redirect followed, no coding undone, no client certificate shown. Left out: what the answer means.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from readiness.contract import production_hosts
from readiness.errors import UsageError
from readiness.model import Reason
from readiness.probe import CannotObserve

LARGEST = 16 * 1024 * 1024
SECONDS = 30.0
PAUSE = 10.0
"""The longest silence within an exchange, seconds."""
TAKEN = range(200, 300)


class Web:
    """The addresses of one exercise. `anchors` are PEM or DER files as bytes."""

    def __init__(self, anchors: Sequence[bytes] = (), seconds: float = SECONDS) -> None:
        self._context = trust(anchors)
        self._seconds = seconds

    async def get(self, url: str, limit: int = LARGEST) -> bytes:
        """The body. CannotObserve where there is none: no connection, no trust, another status, too much, too late."""
        return await self._ask("GET", url, limit)

    async def post(self, url: str, content: Mapping[str, Any]) -> None:
        """Hand over JSON. CannotObserve unless it is taken (2xx)."""
        await self._ask("POST", url, LARGEST, content)

    async def _ask(self, method: str, url: str, limit: int, content: Mapping[str, Any] | None = None) -> bytes:
        where = place(url)
        if (urlsplit(url).hostname or "").lower() in production_hosts():
            raise CannotObserve(Reason.NOT_PERMITTED, f"{where} serves Mina meddelanden in production")
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client() as client,
                client.stream(method, url, json=content) as answer,
            ):
                return await _body(answer, where, limit)
        except (TimeoutError, httpx.TimeoutException):
            raise CannotObserve(Reason.TIMED_OUT, f"{where} did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _problem(error, where) from error

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._context,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(PAUSE),
            headers={"Accept-Encoding": "identity"},
        )


def trust(anchors: Sequence[bytes]) -> ssl.SSLContext:
    """A client's context that trusts these anchors alone, or the system's where there are none. UsageError."""
    if not anchors:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for data in anchors:
        try:
            context.load_verify_locations(cadata=data.decode("ascii") if b"-----BEGIN" in data else data)
        except (ValueError, ssl.SSLError) as error:
            raise UsageError(
                f"a trust anchor of the profile cannot be read ({error}). Give PEM or DER files."
            ) from None
    return context


def place(url: str) -> str:
    """A URL as it may be shown: without its query, where keys stand."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


async def _body(answer: httpx.Response, where: str, limit: int) -> bytes:
    if answer.status_code in {401, 403}:
        raise CannotObserve(Reason.ACCESS_DENIED, f"{where} answered {answer.status_code}")
    if answer.status_code not in TAKEN:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, f"{where} answered {answer.status_code}")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise CannotObserve(Reason.NOT_SUPPORTED, f"{where} answered with a content coding that was not asked for")
    data = bytearray()
    async for part in answer.aiter_raw():
        data += part
        if len(data) > limit:
            raise CannotObserve(Reason.LIMIT_REACHED, f"{where} answered with more than {limit} bytes")
    return bytes(data)


CAUSES: tuple[tuple[type[BaseException], Reason, str], ...] = (
    (ssl.SSLCertVerificationError, Reason.ACCESS_DENIED, "shows a certificate that is not trusted"),
    (ssl.SSLError, Reason.ACCESS_DENIED, "and this machine did not agree on TLS"),
    (socket.gaierror, Reason.NAME_NOT_RESOLVED, "has no address"),
    (ConnectionResetError, Reason.CONNECTION_RESET, "reset the connection"),
    (httpx.ConnectError, Reason.CONNECTION_REFUSED, "takes no connection"),
    (httpx.RemoteProtocolError, Reason.NOT_UNDERSTOOD, "does not answer in HTTP"),
    (httpx.InvalidURL, Reason.NOT_CONFIGURED, "is no web address"),
    (httpx.HTTPError, Reason.CLOSED_EARLY, "did not answer whole"),
)
"""What lies beneath an error of httpx, the nearest first."""


def _problem(error: BaseException, where: str) -> CannotObserve:
    beneath, seen = [], error
    while seen is not None:
        beneath.append(seen)
        seen = seen.__cause__ or seen.__context__  # type: ignore[assignment]
    for kind, reason, words in CAUSES:
        if any(isinstance(one, kind) for one in beneath):
            return CannotObserve(reason, f"{where} {words}")
    return CannotObserve(Reason.CLOSED_EARLY, f"{where} did not answer whole")
