"""Which certificates does a file hold, and which public key belongs to the private key in it? PEM, DER, PKCS#12.

A private key is turned into its public half at once and is never handed on. The password is asked for only when
something is encrypted, and no message ever repeats it. Left out: Java key stores.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from probes import _der
from probes._certificates import attempt, load
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve

Password = Callable[[], bytes | None]
"""Gives the password, None if the profile names no source for one; may raise CannotObserve."""

PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
CERTIFICATE_LABELS = {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"}
JAVA_KEY_STORE = bytes.fromhex("feedfeed")


@dataclass(frozen=True, slots=True)
class Opened:
    """Certificates in the file's order (DER, perhaps broken), and the public key (SubjectPublicKeyInfo, DER) of the
    private key in it: None where it holds none, unseen where it could not be opened."""

    certificates: tuple[bytes, ...]
    key: bytes | Unseen | None = None


def open_file(data: bytes, password: Password) -> Opened:
    """What the bytes hold. CannotObserve if they are of no known kind, or closed as a whole."""
    if data.startswith(JAVA_KEY_STORE):
        raise CannotObserve(Reason.NOT_SUPPORTED, "a Java key store; export it as PKCS#12")
    if b"-----BEGIN " in data:
        return _open_pem(data, password)
    if _looks_like_pkcs12(data):
        return _open_pkcs12(data, password)
    if not isinstance(attempt(load, data), Unseen) or _looks_like_certificate(data):
        return Opened((data,))
    key = _public_half(load_der_private_key, data, password)
    if isinstance(key, Unseen) and key.reason is Reason.NOT_UNDERSTOOD:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "neither PEM, nor a DER certificate or key, nor PKCS#12")
    return Opened((), key)


def _open_pem(data: bytes, password: Password) -> Opened:
    certificates = []
    key: bytes | Unseen | None = None
    for block in PEM_BLOCK.finditer(data):
        label = block[1]
        if label in CERTIFICATE_LABELS:
            certificates.append(_pem_certificate(block[2]))
        elif label.endswith(b"PRIVATE KEY") and not isinstance(key, bytes):
            key = _public_half(load_pem_private_key, block[0] + b"\n", password)
    if not certificates and key is None:
        raise CannotObserve(Reason.NOT_UNDERSTOOD, "the PEM file holds neither a certificate nor a private key")
    return Opened(tuple(certificates), key)


def _open_pkcs12(data: bytes, password: Password) -> Opened:
    loaded = None
    for given in (None, b"", password):
        if (secret := given() if callable(given) else given) is None and given is password:
            raise CannotObserve(Reason.CREDENTIALS_NEEDED, "the PKCS#12 file needs a password")
        loaded = attempt(pkcs12.load_pkcs12, data, secret)
        if not isinstance(loaded, Unseen):
            break
        if "password" not in loaded.detail:
            raise CannotObserve(loaded.reason, "the PKCS#12 file cannot be read")
    if loaded is None or isinstance(loaded, Unseen):
        raise CannotObserve(Reason.CREDENTIALS_NEEDED, "the password does not open the PKCS#12 file, or it is damaged")
    found = [entry.certificate for entry in (loaded.cert, *loaded.additional_certs) if entry]
    key = loaded.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if loaded.key else None
    return Opened(tuple(certificate.public_bytes(Encoding.DER) for certificate in found), key)


def _public_half(open_key: Callable[..., object], data: bytes, password: Password) -> bytes | Unseen:
    """The public half of a private key. The library's own words are left out: they are about a secret."""
    try:
        try:
            return _opened(open_key, data, None)
        except TypeError:  # this is how the library says that it is encrypted
            return _decrypted(open_key, data, password)
    except UnsupportedAlgorithm:
        return Unseen(Reason.NOT_SUPPORTED, "a private key of a kind that the tool does not know")
    except ValueError:
        return Unseen(Reason.NOT_UNDERSTOOD, "the private key cannot be read")


def _decrypted(open_key: Callable[..., object], data: bytes, password: Password) -> bytes | Unseen:
    try:
        if (secret := password()) is None:
            return Unseen(Reason.CREDENTIALS_NEEDED, "the private key needs a password")
        return _opened(open_key, data, secret)
    except CannotObserve as error:
        return error.unseen
    except (ValueError, TypeError):
        return Unseen(Reason.CREDENTIALS_NEEDED, "the password does not open the private key")


def _opened(open_key: Callable[..., object], data: bytes, secret: bytes | None) -> bytes:
    key = open_key(data, secret)
    public: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return public


def _pem_certificate(body: bytes) -> bytes:
    """The DER in the block, without what OpenSSL appends in a TRUSTED CERTIFICATE; broken DER where it is broken."""
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
        return _der.elements(der)[0].whole
    except binascii.Error:
        return b""
    except (ValueError, IndexError):
        return der


def _looks_like_pkcs12(data: bytes) -> bool:
    """Whether it starts as a PFX does: SEQUENCE { INTEGER 3, ... } (RFC 7292, 4)."""
    try:
        return _der.elements(data)[0].children()[0].whole == b"\x02\x01\x03"
    except (ValueError, IndexError):
        # OpenSSL and Windows write PKCS#12 with indefinite lengths, too.
        return data[:2] == b"\x30\x80" and data[2:5] == b"\x02\x01\x03"


def _looks_like_certificate(data: bytes) -> bool:
    try:
        _der.public_key_info(data)
    except ValueError:
        return False
    return True
