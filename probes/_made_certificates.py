"""Which certificates does the tool make itself, to be refused? Copies of the good one, from an authority of our own.

A copy says what the original says, with another key and another issuer: one thing differs. Certificates and keys live
in memory only, and no more is signed with them. Left out: what only the real authority can issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from probes._certificates import Certificate

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
OUR_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mm-readiness throw-away authority")])
CLIENT_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mm-readiness throw-away client")])
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Made:
    """The copy and its key, and the certificate of the authority that signed it; DER, the key PKCS#8."""

    certificate: bytes
    key: bytes
    authority: bytes

    def __repr__(self) -> str:
        return "Made(...)"  # a key is for no log


def by_another_authority(good: Certificate) -> Made:
    """A copy that an authority of another name has issued."""
    return _copy(good, OUR_NAME, None)


def by_a_namesake(good: Certificate) -> Made:
    """A copy whose issuer has the very name, and key identifier, of the real one, and another key."""
    return _copy(good, good.parsed.issuer, _key_identifier(good))


def by_nobody(now: datetime) -> Made:
    """A client certificate of an authority that nobody knows, where there is nothing to copy."""
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    builder = _builder(CLIENT_NAME, OUR_NAME, now - DAY, now + 7 * DAY).add_extension(purpose, critical=False)
    return _signed(builder, "rsa", OUR_NAME, None, (now - DAY, now + 7 * DAY))


def _copy(good: Certificate, issuer: x509.Name, identifier: bytes | None) -> Made:
    """Raises what the library raises where the original cannot be copied: call it through `attempt`."""
    original = good.parsed
    dates = (original.not_valid_before_utc, original.not_valid_after_utc)
    builder = _builder(original.subject, issuer, *dates)
    for extension in original.extensions:
        if not isinstance(extension.value, x509.SubjectKeyIdentifier | x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    kind = "rsa" if isinstance(original.public_key(), rsa.RSAPublicKey) else "ec"
    return _signed(builder, kind, issuer, identifier, dates)


def _builder(subject: x509.Name, issuer: x509.Name, start: datetime, end: datetime) -> x509.CertificateBuilder:
    serial = x509.random_serial_number()
    return x509.CertificateBuilder(issuer, subject, None, serial, start, end)


def _signed(
    builder: x509.CertificateBuilder,
    kind: str,
    issuer: x509.Name,
    identifier: bytes | None,
    dates: tuple[datetime, datetime],
) -> Made:
    own, authority = _key(kind, "client"), _key(kind, "authority")
    usual = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    of_authority = x509.SubjectKeyIdentifier(identifier) if identifier else usual
    pointing = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_authority)
    leaf = builder.public_key(own.public_key()).add_extension(pointing, critical=False)
    above = (
        _builder(issuer, issuer, *dates)
        .public_key(authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(of_authority, critical=False)
    )
    return Made(
        leaf.sign(authority, hashes.SHA256()).public_bytes(Encoding.DER),
        own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        above.sign(authority, hashes.SHA256()).public_bytes(Encoding.DER),
    )


def _key_identifier(good: Certificate) -> bytes | None:
    named = good.extension(x509.AuthorityKeyIdentifier)
    return named.key_identifier if named else None


@cache
def _key(kind: str, role: str) -> Key:
    """One key for each role and kind, made when it is first needed, gone with the process. `role` keeps them apart."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())
