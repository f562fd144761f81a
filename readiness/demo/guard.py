"""Whom does a node of the example kommun let in? TLS that asks for a client certificate, and what its defects forget.

pyOpenSSL, not the standard library's ssl: it verifies at the demo's own time, knows revocation lists, and can be made
to forgive one fault and no other. Left out: sockets and threads (`servers`), and the certificates (`pki`).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

NEVER_ASKS, NO_CERTIFICATE, SMALL_KEYS = "never-asks", "no-certificate", "small-keys"
ANY_ISSUER, ISSUER_NAMES, REVOKED, ANY_ORGANISATION = "any-issuer", "issuer-names", "revoked", "any-organisation"
NO_PATH = {2, 3, 7, 8, 18, 19, 20, 21}
"""OpenSSL's errors (X509_V_ERR_*) where no path and no revocation list leads to a known issuer."""
FORGIVEN = {"expired": {10}, "any-purpose": {26}, SMALL_KEYS: {66}, ANY_ISSUER: NO_PATH}
"""Of a defect, the errors that it lets pass. ISSUER_NAMES lets NO_PATH pass too, where the issuer's name is known."""
SMALLEST = 2048


@dataclass(frozen=True, slots=True)
class Guard:
    """Whom a server lets in: clients under `anchor`, at the time `at`, that `revocations` (both PEM) do not name and
    whose organisation number is one of `organisations`. `issuer`: the name of the real issuer; `defect`: what is
    forgotten, if anything: one of FORGIVEN or of the names above."""

    anchor: bytes
    revocations: bytes
    issuer: x509.Name
    organisations: frozenset[str]
    at: datetime
    defect: str = ""

    def protect(self, made: SSL.Context) -> None:
        """Have a server's TLS ask for a client certificate and verify it."""
        store = made.get_cert_store()
        assert store is not None  # a fresh context has one
        store.add_cert(crypto.X509.from_cryptography(x509.load_pem_x509_certificate(self.anchor)))
        store.set_time(self.at.astimezone(UTC))
        if self.defect != REVOKED:
            store.add_crl(x509.load_pem_x509_crl(self.revocations))
            store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
        if self.defect != NEVER_ASKS:
            required = 0 if self.defect == NO_CERTIFICATE else SSL.VERIFY_FAIL_IF_NO_PEER_CERT
            made.set_verify(SSL.VERIFY_PEER | required, self._verify)

    def lets_in(self, shown: x509.Certificate | None) -> bool:
        """Whether the application, which sees who has come through the handshake, answers the request."""
        if shown is None:
            return self.defect in {NEVER_ASKS, NO_CERTIFICATE}
        key = shown.public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < SMALLEST and self.defect != SMALL_KEYS:
            return False
        return self.defect == ANY_ORGANISATION or number_in(shown) in self.organisations

    def _verify(self, _: object, found: crypto.X509, error: int, depth: int, verified: int) -> bool:  # noqa: ARG002
        """Called for each certificate of the path, and for each fault of one."""
        if verified or error in FORGIVEN.get(self.defect, ()):
            return True
        certificate = found.to_cryptography()
        known = self.issuer in {certificate.subject, certificate.issuer}
        return self.defect == ISSUER_NAMES and error in NO_PATH and known


def number_in(shown: x509.Certificate | None) -> str:
    """The organisation number (ten digits) in a client's certificate; "" where there is none."""
    numbers = shown.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER) if shown else []
    return str(numbers[0].value)[-10:] if numbers else ""


class Peer:
    """TLS over one socket, by memory: what OpenSSL has to say, alerts too, is sent before an error ends it."""

    def __init__(self, settings: SSL.Context, guard: Guard | None, raw: socket.socket, wait: float) -> None:
        self._connection = SSL.Connection(settings, None)
        self._connection.set_accept_state()
        self._guard, self._raw, self._wait = guard, raw, wait

    def shake_hands(self) -> None:
        """Until the handshake is complete."""
        self._do(self._connection.do_handshake)

    def read(self, limit: int) -> bytes:
        """Some bytes, b"" at the end."""
        try:
            return bytes(self._do(self._connection.recv, limit))
        except SSL.ZeroReturnError:
            return b""

    def write(self, data: bytes) -> None:
        """All of it."""
        self._do(self._connection.sendall, data)

    def lets_in(self) -> bool:
        """Whether who has come through the handshake may ask for anything; anybody, where there is no guard."""
        return self._guard is None or self._guard.lets_in(self._shown())

    def number(self) -> str:
        """The organisation number of who has come through the handshake."""
        return number_in(self._shown())

    def _shown(self) -> x509.Certificate | None:
        return self._connection.get_peer_certificate(as_cryptography=True)

    def _do(self, action: Callable[..., Any], *arguments: Any) -> Any:
        """What the action gives, within the time in all. OSError when it fails."""
        until = time.monotonic() + self._wait
        while time.monotonic() < until:
            try:
                result = action(*arguments)
            except SSL.WantReadError:
                self._flush()
                if not (data := self._raw.recv(65536)):
                    raise ConnectionResetError from None
                self._connection.bio_write(data)
            except SSL.ZeroReturnError:
                raise
            except SSL.Error as error:
                self._flush()
                raise OSError(str(error)) from error
            else:
                self._flush()
                return result
        raise TimeoutError

    def _flush(self) -> None:
        try:
            while data := self._connection.bio_read(65536):
                self._raw.sendall(data)
        except SSL.WantReadError:
            return
