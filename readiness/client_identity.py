"""With which certificate and key does this machine present itself? Those of a certificate target's files, in memory.

PEM, DER or PKCS#12, encrypted or not. The key is never written, and no message repeats what a library says about it.
Left out: whether the certificate is fit for its use (`client_certificate`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from readiness.model import Reason, Target
from readiness.probe import CannotObserve, Session

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
"""What TLS signs with today."""
Found = tuple[list[x509.Certificate], Key | None]


@dataclass(frozen=True)
class Identity:
    """A certificate, its private key, and the issuers that stand beside it."""

    certificate: x509.Certificate
    key: Key
    issuers: tuple[x509.Certificate, ...] = ()

    def __repr__(self) -> str:
        return "Identity(...)"  # a key is for no log


def read_identity(session: Session, target: Target) -> Identity:
    """The identity in a certificate target's files. CannotObserve where they hold none that fits together."""
    if target.held_by or not target.address:
        raise CannotObserve(Reason.NOT_CONFIGURED, f"{target.id} is held by {target.held_by or 'nobody'}")
    certificates, key = _open(session.read_file(target.address), session, target.id)
    if beside := str(target.says("key_file") or ""):
        key = _open(session.read_file(beside), session, target.id)[1]
    if key is None:
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"the files of {target.id} hold no private key")
    own = next((found for found in certificates if _public(found.public_key()) == _public(key.public_key())), None)
    if own is None:
        raise CannotObserve(
            Reason.NOT_UNDERSTOOD, f"the private key of {target.id} belongs to none of its certificates"
        )
    return Identity(own, key, _issuers(own, certificates))


def _open(data: bytes, session: Session, id_: str) -> Found:
    """What a file holds. A password is asked for only when the file does not open without one."""
    try:
        return _load(data, None)
    except UnsupportedAlgorithm:
        raise CannotObserve(Reason.NOT_SUPPORTED, f"a file of {id_} uses an algorithm that is not known") from None
    except (TypeError, ValueError):  # TypeError is how the library says that a key is encrypted
        secret = session.password(id_)
    if secret is None:
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"a file of {id_} needs a password, or is damaged")
    try:
        return _load(data, secret)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, f"the password does not open {id_}, or it is damaged") from None


def _load(data: bytes, secret: bytes | None) -> Found:
    if b"-----BEGIN " in data:
        certificates = x509.load_pem_x509_certificates(data) if b"CERTIFICATE-----" in data else []
        key = load_pem_private_key(data, secret) if b"PRIVATE KEY-----" in data else None
        return certificates, _usable(key)
    with suppress(ValueError):
        return [x509.load_der_x509_certificate(data)], None
    with suppress(ValueError):
        return [], _usable(load_der_private_key(data, secret))
    key, certificate, others = pkcs12.load_key_and_certificates(data, secret)
    return [*([certificate] if certificate else []), *others], _usable(key)


def _usable(key: object) -> Key | None:
    if key is not None and not isinstance(key, Key):
        raise UnsupportedAlgorithm("a key that TLS does not sign with")
    return key


def _issuers(own: x509.Certificate, certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Those that stand above it, in order, by name; a root is left out, for the peer has it."""
    found: list[x509.Certificate] = []
    lower = own
    for _ in certificates:
        upper = next((c for c in certificates if c.subject == lower.issuer and c.subject != c.issuer), None)
        if upper is None or upper in found:
            break
        found.append(upper)
        lower = upper
    return tuple(found)


def _public(key: object) -> bytes:
    assert isinstance(
        key,
        rsa.RSAPublicKey
        | ec.EllipticCurvePublicKey
        | ed25519.Ed25519PublicKey
        | ed448.Ed448PublicKey
        | dsa.DSAPublicKey,
    )
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
