"""How does the förmedlare call FaR and the operators? SOAP 1.1 over mutual TLS; nothing is sent to an unproven server.

What matters afterwards is whether the peer can have got the request: `NotSent` says that it cannot, `Lost` that nobody
knows. No redirect is followed. Left out: what requests say, and what answers mean.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from readiness.demo.sending.settings import Settings

LARGEST_ANSWER = 8 * 1024 * 1024
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"


class NotSent(Exception):
    """The peer cannot have got the whole request: a repeat does no harm."""


class Lost(Exception):
    """The request went off whole, and no whole answer came: what became of it nobody knows."""


@dataclass(frozen=True, slots=True)
class Said:
    """An HTTP answer."""

    status: int
    body: bytes


class Caller:
    """The client of one batch. A connection to each peer is kept open, and all are closed at the end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = _context(settings)
        self._open: dict[str, http.client.HTTPSConnection] = {}

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._open.values():
            connection.close()

    def call(self, url: str, body: bytes) -> Said:
        """The answer to one request. NotSent, Lost."""
        peer = urlsplit(url)
        connection = self._connected(peer.hostname or "", peer.port or 443)
        try:
            connection.request("POST", peer.path or "/", body, _headers(self._settings.quirks))
        except (OSError, http.client.HTTPException) as error:
            self._drop(peer.netloc)
            raise NotSent(_words(error)) from error
        try:
            answer = connection.getresponse()
            data = answer.read(LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            self._drop(peer.netloc)
            raise Lost(_words(error)) from error
        if len(data) > LARGEST_ANSWER or answer.length:  # `length` is what was announced and has not come
            self._drop(peer.netloc)
            raise Lost("the answer is too large, or was cut off")
        return Said(answer.status, data)

    def knock(self, url: str, hello: bytes = b"") -> None:
        """A connection that shows no client certificate, or says only this ClientHello; built-in defects do that."""
        peer, timeout = urlsplit(url), self._settings.timeout
        context = ssl.create_default_context(cafile=self._settings.authority)
        with contextlib.suppress(OSError), socket.create_connection((peer.hostname, peer.port), timeout) as raw:
            if hello:
                raw.sendall(hello)
                raw.recv(65536)  # an alert, or the start of a handshake that goes no further
            else:
                context.wrap_socket(raw, server_hostname=peer.hostname).recv(1)

    def _connected(self, host: str, port: int) -> http.client.HTTPSConnection:
        key = f"{host}:{port}"
        if key not in self._open:
            timeout = self._settings.timeout
            connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=self._context)
            try:
                connection.connect()
            except OSError as error:
                connection.close()
                raise NotSent(_words(error)) from error
            self._open[key] = connection
        return self._open[key]

    def _drop(self, netloc: str) -> None:
        if connection := self._open.pop(netloc, None):
            connection.close()


def _context(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 or newer, the peer proven by the given CA and by its name, our certificate shown."""
    quirks = settings.quirks
    context = ssl.create_default_context(cafile=settings.authority)
    context.load_cert_chain(settings.client.certificate, settings.client.key)
    context.set_ciphers(SUITES)
    if "offers-tls-1.0" in quirks:
        context.set_ciphers(f"{SUITES}:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
    if "offers-no-tls-1.3" in quirks:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _headers(quirks: Collection[str]) -> dict[str, str]:
    """SOAPAction is the empty text in every binding (SOAP 1.1, 6.1.1)."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    if "no-soap-action" in quirks:
        del headers["SOAPAction"]
    if "media-type" in quirks:
        headers["Content-Type"] = "application/xml; charset=utf-8"
    return headers


def _words(error: Exception) -> str:
    """What went wrong, without anything that the peer wrote."""
    if isinstance(error, ssl.SSLError):
        return f"{type(error).__name__} {error.reason or ''}".strip()
    return type(error).__name__
