"""With what is a dossier signed, and does a signature hold? Keys in files, and what any certificate's key verifies.

RSA of 2048 bits or more signs with PKCS#1 v1.5 and SHA-256, which every token knows and which has one signature for
one content; ECDSA with P-256 and SHA-256, or P-384 and SHA-384, as DER; Ed25519 (RFC 8017 8.2, FIPS 186-5, RFC 8032).
The key says which, so that nothing in a dossier chooses an algorithm. Passwords and keys stand in no message. Left
out: keys in a token (`token`), and whose certificate it is (`trust`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from readiness.errors import UsageError
from readiness.texts import say

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
SEQUENCE = b"\x30"
"""With which any key in DER, and any PKCS#12 file, begins."""
Ask = Callable[[str], str | None]
"""Asks for the password of what is named; None where there is nobody to ask and no variable."""
CURVES: dict[str, hashes.HashAlgorithm] = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}
SMALLEST_RSA = 2048


@dataclass(frozen=True)
class Signer:
    """A certificate with its issuers, and what signs with its key."""

    certificates: tuple[x509.Certificate, ...]
    sign: Callable[[bytes], bytes]

    def __repr__(self) -> str:
        return "Signer(...)"  # a key is for no log

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's own."""
        return self.certificates[0]


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def verifies(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    """Whether the certificate's key made the signature over the data. False for a key that signs no dossier."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES:
            key.verify(signature, data, ec.ECDSA(CURVES[key.curve.name]))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def signer_of_files(key: Path, certificate: Path | None, ask: Ask, lang: str) -> Signer:
    """A key in PEM or DER, and its certificate in the same file or beside it. UsageError says what does not fit."""
    held = _private_key(key, ask, lang)
    return signer_of(read_certificates(certificate or key, lang), held, str(certificate or key), lang)


def signer_of_pkcs12(path: Path, ask: Ask, lang: str) -> Signer:
    """Key and certificates in a PKCS#12 file. UsageError says what does not fit."""
    data = _read(path, lang)
    if not data.startswith(SEQUENCE):
        raise UsageError(say(lang, "seal.no_key", path=path))
    opened = None
    for secret in (lambda: None, lambda: b"", lambda: _secret(path, ask, lang)):
        try:
            opened = pkcs12.load_key_and_certificates(data, secret())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        break
    if opened is None:
        raise UsageError(say(lang, "seal.not_opened", path=path))
    key, own, others = opened
    if key is None:
        raise UsageError(say(lang, "seal.no_key", path=path))
    return signer_of((*([own] if own else []), *others), _usable(key, path, lang), str(path), lang)


def signer_of(certificates: Sequence[x509.Certificate], key: PrivateKey, place: str, lang: str) -> Signer:
    """The key with its own certificate first, and those above it. UsageError where none is its own."""

    def sign(data: bytes) -> bytes:
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(CURVES[key.curve.name]))
        return key.sign(data)

    return Signer(ordered(certificates, key.public_key(), place, lang), sign)


def ordered(
    certificates: Sequence[x509.Certificate], key: object, place: str, lang: str
) -> tuple[x509.Certificate, ...]:
    """The certificate of a public key first, then its issuers by name, without a root. UsageError where none is."""
    wanted = _plain(key)
    own = next((one for one in certificates if _plain(one.public_key()) == wanted), None)
    if own is None:
        raise UsageError(say(lang, "seal.no_certificate", path=place))
    found = [own]
    for _ in certificates:
        above = [c for c in certificates if c.subject == found[-1].issuer and c.subject != c.issuer and c not in found]
        found += above[:1]
    return tuple(found)


def read_anchors(paths: Iterable[Path], lang: str) -> tuple[x509.Certificate, ...]:
    """The certificates in all of these files. UsageError where there is none in one of them."""
    return tuple(one for path in paths for one in read_certificates(path, lang))


def read_certificates(path: Path, lang: str) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM or DER file. UsageError where there is none."""
    data = _read(path, lang)
    try:
        if b"-----BEGIN" in data:
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise UsageError(say(lang, "seal.no_certificates", path=path)) from error
    return tuple(found)


def _private_key(path: Path, ask: Ask, lang: str) -> PrivateKey:
    data = _read(path, lang)
    pem = b"-----BEGIN" in data
    if (pem and b"PRIVATE KEY-----" not in data) or not (pem or data.startswith(SEQUENCE)):
        raise UsageError(say(lang, "seal.no_key", path=path))
    load = load_pem_private_key if pem else load_der_private_key
    for secret in (lambda: None, lambda: _secret(path, ask, lang)):
        try:
            return _usable(load(data, secret()), path, lang)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
    raise UsageError(say(lang, "seal.not_opened", path=path))


def _secret(path: Path, ask: Ask, lang: str) -> bytes:
    if (said := ask(path.name)) is None:
        raise UsageError(say(lang, "seal.needs_password", path=path))
    return said.encode("utf-8")


def _usable(key: object, path: Path, lang: str) -> PrivateKey:
    fits = (
        (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA)
        or (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES)
        or isinstance(key, ed25519.Ed25519PrivateKey)
    )
    if not fits or not isinstance(key, PrivateKey):
        raise UsageError(say(lang, "seal.wrong_key", path=path))
    return key


def _read(path: Path, lang: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(say(lang, "seal.not_read", path=path, why=error.strerror or "")) from error


def _plain(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]
