"""How does this machine speak TLS to a server: over a connection that is given, with its own key or without?

What goes through carries requests, so nothing older than TLS 1.2 is offered. Trust is OpenSSL's path (RFC 5280) at the
session's time, and the name (RFC 9525); it is asked before the client certificate or a byte of a request leaves. Keys
stay in memory. Left out: every question about what the server shows (`server_certificate`, `tls_versions`), revocation.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from OpenSSL import SSL, crypto

from readiness.client_identity import Identity
from readiness.model import Reason
from readiness.probe import CannotObserve, Stream

HANDSHAKE = 1024 * 1024
"""Bytes that a handshake may bring."""
REFUSAL = 0.25
"""Seconds that a server has to refuse the client's certificate before a request is written."""

# OpenSSL's words for the alerts that are about the client's certificate, in TLS 1.2 and TLS 1.3.
CERTIFICATE_ALERTS = (
    "certificate required",
    "bad certificate",
    "unsupported certificate",
    "certificate revoked",
    "certificate expired",
    "certificate unknown",
    "unknown ca",
    "access denied",
)
CLOSE_NOTIFY = 0  # RFC 8446 section 6.1
SAYINGS: tuple[tuple[str, Reason], ...] = (
    ("alert protocol version", Reason.NOT_SUPPORTED),
    ("alert handshake failure", Reason.NOT_SUPPORTED),
    ("alert insufficient security", Reason.NOT_SUPPORTED),
    ("unsupported protocol", Reason.NOT_SUPPORTED),
    ("dh key too small", Reason.NOT_SUPPORTED),
    ("ee key too small", Reason.NOT_SUPPORTED),
    ("alert", Reason.ACCESS_DENIED),
    ("unrecognized name", Reason.ACCESS_DENIED),
)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a handshake showed. `asked`: for a client certificate; `proved`: one was shown, with its key; `heard`:
    something was read after it; `alert`: the number of the last one read; `distrust`: why the server is not trusted.
    """

    version: str
    asked: bool
    proved: bool
    heard: bool
    alert: int | None
    distrust: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom to trust: the anchors, the time that counts, and the name that the certificate must cover."""

    anchors: tuple[x509.Certificate, ...]
    at: datetime
    name: str

    @staticmethod
    def read(files: Sequence[bytes], at: datetime, name: str) -> Trust:
        """Out of the profile's PEM or DER files. CannotObserve if one cannot be read: it might be the one."""
        found: list[x509.Certificate] = []
        try:
            for data in files:
                pem = b"-----BEGIN" in data
                found += x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
        except (ValueError, UnsupportedAlgorithm) as error:
            raise CannotObserve(Reason.NOT_UNDERSTOOD, "a trust anchor's file cannot be read") from error
        return Trust(tuple(found), at, name)


async def open_tls(stream: Stream, server_name: str, trust: Trust | None, identity: Identity | None) -> TlsStream:
    """Shake hands. CannotObserve: access_denied for a server that is not trusted or that refuses the certificate
    shown, credentials_needed where it wants one and none is declared."""
    tls = client(stream, server_name, trust, identity)
    await tls.shake_hands()
    return tls


def client(
    stream: Stream, server_name: str, trust: Trust | None, identity: Identity | None, *, lenient: bool = False
) -> TlsStream:
    """A client that has not shaken hands yet. `lenient`: any key and signature of either side may be used."""
    state = _State(trust, shown=identity is not None)
    context = _context(trust, identity, state, lenient=lenient)
    return TlsStream(_connection(context, server_name), stream, state)


def bare_client(
    server_name: str, trust: Trust | None, identity: Identity, version: int, keys: Callable[[bytes], None] | None
) -> SSL.Connection:
    """A client of this one version for whoever reads and writes its bytes, of any key and signature; `keys` is given
    the lines of the NSS key log."""
    context = _context(trust, identity, _State(trust, shown=True), lenient=True)
    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    if keys is not None:
        context.set_keylog_callback(lambda _, line: keys(line))
    return _connection(context, server_name)


def _connection(context: SSL.Context, server_name: str) -> SSL.Connection:
    connection = SSL.Connection(context, None)
    if not _address(server_name):
        connection.set_tlsext_host_name(server_name.encode("ascii"))
    connection.set_connect_state()
    return connection


class TlsStream:
    """One TLS connection over a TCP one; see `probe.Stream`."""

    def __init__(self, connection: SSL.Connection, stream: Stream, state: _State) -> None:
        self.peer = stream.peer
        self._connection = connection
        self._stream = stream
        self._state = state

    @property
    def seen(self) -> Handshake:
        """What the handshake has shown up to now, and what was said since."""
        state = self._state
        begun = state.asked or state.finished
        version = self._connection.get_protocol_version_name() if begun else ""
        return Handshake(version, state.asked, state.proved, state.heard, state.alert, state.distrust)

    async def shake_hands(self) -> None:
        """Until the handshake is complete."""
        received = 0
        while True:
            try:
                self._connection.do_handshake()
            except SSL.WantReadError:
                await self._flush()
            except SSL.Error as error:
                with suppress(CannotObserve):
                    await self._flush()  # our alert: the peer's log then says why
                raise self._reading(error) from error
            else:
                self._state.finished = True
                await self._flush()
                if self._state.asked and self._connection.get_protocol_version_name() == "TLSv1.3":
                    await self._listen_for_refusal()
                return
            data = await self._stream.receive()
            if not data:
                raise CannotObserve(Reason.CLOSED_EARLY, f"{self.peer} closed within the handshake")
            received += len(data)
            if received > HANDSHAKE:
                raise CannotObserve(
                    Reason.LIMIT_REACHED, f"{self.peer} sent more than {HANDSHAKE} bytes to shake hands"
                )
            self._connection.bio_write(data)

    async def send(self, data: bytes) -> None:
        """Write all of it."""
        for start in range(0, len(data), 16384):
            try:
                self._connection.send(data[start : start + 16384])
            except SSL.Error as error:
                raise self._reading(error) from error
            await self._flush()

    async def receive(self, limit: int = 65536) -> bytes:
        """Some bytes, or b"" when the peer has closed, with close_notify or without."""
        while True:
            try:
                data = self._connection.recv(limit)
            except SSL.WantReadError:
                await self._flush()
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise self._reading(error) from error
            else:
                self._state.heard = True
                return data
            data = await self._stream.receive()
            if not data:
                return b""
            self._connection.bio_write(data)

    async def close(self) -> None:
        """Say goodbye and close; never raises."""
        with suppress(SSL.Error, CannotObserve):
            self._connection.shutdown()
            await self._flush()
        await self._stream.close()

    async def _listen_for_refusal(self) -> None:
        """In TLS 1.3 the server speaks of the client's certificate after the handshake, as the client sees it; who
        writes first may lose what it says (RFC 8446 section 4.4.2.4)."""
        try:
            async with asyncio.timeout(REFUSAL):
                data = await self._stream.receive()
        except TimeoutError:
            return
        if not data:
            raise CannotObserve(Reason.CLOSED_EARLY, f"{self.peer} closed after the handshake")
        self._connection.bio_write(data)
        try:
            self._connection.recv(1, socket.MSG_PEEK)
        except SSL.WantReadError:  # tickets, and nothing else
            return
        except SSL.ZeroReturnError:
            raise CannotObserve(Reason.CLOSED_EARLY, f"{self.peer} closed after the handshake") from None
        except SSL.Error as error:
            raise self._reading(error) from error

    async def _flush(self) -> None:
        with suppress(SSL.WantReadError):
            while data := self._connection.bio_read(65536):
                await self._stream.send(data)

    def _reading(self, error: SSL.Error) -> CannotObserve:
        """What the peer's bytes, or its alert, mean: OpenSSL's words, and the reason that goes with them."""
        if self._state.distrust:
            why = f"{self.peer} is not trusted by the profile's anchors: {self._state.distrust}"
            return CannotObserve(Reason.ACCESS_DENIED, why)
        queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
        said = "; ".join(str(entry[-1]) for entry in queue) or "TLS broke off"
        about_us = any(f"alert {words}" in said for words in CERTIFICATE_ALERTS)
        if about_us or (self._state.asked and "alert handshake failure" in said):
            reason = Reason.ACCESS_DENIED if self._state.shown else Reason.CREDENTIALS_NEEDED
            return CannotObserve(reason, f"{self.peer}: {said}")
        reason = next((reason for words, reason in SAYINGS if words in said), Reason.NOT_UNDERSTOOD)
        return CannotObserve(reason, f"{self.peer}: {said}")


@dataclass(slots=True)
class _State:
    """What the callbacks have learnt. `asked`, `proved`, `heard`, `alert` and `distrust` are those of `Handshake`."""

    trust: Trust | None
    shown: bool
    finished: bool = False
    asked: bool = False
    proved: bool = False
    heard: bool = False
    alert: int | None = None
    distrust: str = field(default="")

    def told(self, connection: SSL.Connection, where: int, value: int) -> None:
        """Called at each step of the handshake, and for each alert: level and description, a byte each."""
        if where == SSL.SSL_CB_READ_ALERT and value & 0xFF != CLOSE_NOTIFY:
            self.alert = value & 0xFF
        step = connection.get_state_string()
        if b"certificate request" in step:
            self.asked = True
        if b"write certificate verify" in step:
            self.proved = True

    def verify(self, connection: SSL.Connection, found: crypto.X509, error: int, depth: int, verified: int) -> bool:  # noqa: ARG002
        """Called for each certificate of the path, the server's own (depth 0) last."""
        if not verified:
            self.distrust = f"OpenSSL's verification error {error} at depth {depth}"
        elif depth == 0 and self.trust and not covers(found.to_cryptography(), self.trust.name):
            self.distrust = f"its certificate does not cover {self.trust.name}"
        return not self.distrust


def covers(certificate: x509.Certificate, name: str) -> bool:
    """Whether the subject alternative name covers a host name or IP address (RFC 9525 section 6.3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    if _address(name):
        return ip_address(name) in names.get_values_for_type(x509.IPAddress)
    wanted = name.lower().removesuffix(".").split(".")
    for pattern in names.get_values_for_type(x509.DNSName):
        given = pattern.lower().removesuffix(".").split(".")
        if wanted == given or (given[0] == "*" and len(given) > 2 and wanted[1:] == given[1:]):
            return True
    return False


def _context(trust: Trust | None, identity: Identity | None, state: _State, *, lenient: bool) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_info_callback(state.told)
    if trust is None or lenient:
        context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    if trust is None:
        # A look at what anybody may read; whether the certificate is right is for `server_certificate`.
        context.set_verify(SSL.VERIFY_NONE)
    else:
        store = context.get_cert_store()
        assert store is not None  # a fresh context has one
        for anchor in trust.anchors:
            store.add_cert(_for_openssl(anchor))
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)  # an anchor need not be a root
        store.set_time(trust.at.astimezone(UTC))
        context.set_verify(SSL.VERIFY_PEER, state.verify)
    if identity:
        context.use_certificate(identity.certificate)
        for issuer in identity.issuers:
            context.add_extra_chain_cert(issuer)
        context.use_privatekey(identity.key)
    return context


@lru_cache(maxsize=1024)
def _for_openssl(anchor: x509.Certificate) -> crypto.X509:
    """An anchor as OpenSSL holds it: a machine has a hundred and more, and each connection needs them all."""
    return crypto.X509.from_cryptography(anchor)


def _address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
