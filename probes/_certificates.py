"""What does one certificate say? Every fact is read by itself, so that one unreadable fact takes no other along.

Pure: DER in, facts out. Texts keep whatever characters they hold; the reports escape. Left out: what holds between
certificates (`_certificate_chain`, `_certificate_path`), and whether any of it is good enough.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from probes import _certificate_words as words
from probes import _der
from probes._der import Place
from readiness.model import Fact, FactType, Period, Reason, Unseen, Value

T = TypeVar("T")
Kind = TypeVar("Kind", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that at least has the outline of one."""

    der: bytes
    parsed: x509.Certificate

    def extension(self, kind: type[Kind]) -> Kind | None:
        """That extension, or None where it is missing. Raises what the parser raises; ValueError if it is double."""
        wanted = [whole for oid, whole in _der.extensions(self.der) if oid == _oid_octets(kind.oid)]
        if not wanted:
            return None
        if len(wanted) > 1:
            raise ValueError(f"the extension {kind.oid.dotted_string} stands {len(wanted)} times")
        alone = x509.load_der_x509_certificate(_der.with_extension(wanted[0]))
        return alone.extensions.get_extension_for_class(kind).value

    def carries(self, oid: x509.ObjectIdentifier) -> bool:
        """Whether an extension of that OID is there, readable or not."""
        return any(octets == _oid_octets(oid) for octets, _ in _der.extensions(self.der))


def certificate_facts(prefix: str, of: str) -> tuple[Fact, ...]:
    """The facts of `read_certificate`, for a probe to promise; `of` names the probe's count of certificates."""
    return tuple(
        Fact(prefix + name, type_, meaning, of if type_ is FactType.SET else "")
        for name, (type_, meaning, _, _) in READERS.items()
    )


def read_certificate(der: bytes, prefix: str) -> dict[str, Value | Unseen]:
    """DER in; each fact's value, or why there is none, by name. Never raises."""
    whole = attempt(load, der)
    facts: dict[str, Value | Unseen] = {}
    for name, (_, _, place, read) in READERS.items():
        certificate = attempt(_load_part, der, place) if isinstance(whole, Unseen) else whole
        facts[prefix + name] = certificate if isinstance(certificate, Unseen) else attempt(read, certificate)
    return facts


def load(der: bytes) -> Certificate:
    """The certificate in the bytes; raises whatever the parser raises: call it through `attempt`."""
    return Certificate(der, x509.load_der_x509_certificate(der))


def _load_part(der: bytes, place: Place | None) -> Certificate:
    """The certificate as far as one part of it goes; with none, as far as its extensions go."""
    alone = _der.with_part(der, place) if place is not None else _der.with_extension(b"")
    return Certificate(der, x509.load_der_x509_certificate(alone))


def attempt(read: Callable[..., T], *given: object) -> T | Unseen:
    """What `read` gives, or the reason why it could not: cryptography reads late, and with many kinds of errors.

    Its warnings (a negative serial number, an old curve) are not for the people who read ours.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(*given)
    except (UnsupportedAlgorithm, x509.UnsupportedGeneralNameType, NotImplementedError) as error:
        return Unseen(Reason.NOT_SUPPORTED, str(error)[:200])
    except (ValueError, TypeError, IndexError, OverflowError, x509.DuplicateExtension, x509.InvalidVersion) as error:
        return Unseen(Reason.NOT_UNDERSTOOD, f"broken certificate: {error}"[:200])


def public_key_octets(certificate: Certificate) -> bytes:
    """The SubjectPublicKeyInfo in the parser's own form, so that one key always gives the same bytes."""
    try:
        return certificate.parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, ValueError):
        return _der.public_key_info(certificate.der)


def name_text(name: x509.Name) -> str:
    """A distinguished name as RFC 4514 writes it, most specific first, multi-valued RDNs joined by "+"."""
    return name.rfc4514_string(words.SHORT_NAMES)


def _subject(certificate: Certificate) -> str:
    return name_text(certificate.parsed.subject)


def _issuer(certificate: Certificate) -> str:
    return name_text(certificate.parsed.issuer)


def _issuer_country(certificate: Certificate) -> str:
    """As RFC 5280 appendix A has it, two letters of ISO 3166; what is longer is none."""
    named = certificate.parsed.issuer.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    found = {str(one.value).strip().upper() for one in named}
    if len(found) > 1:
        return "several"
    return next((one for one in found if len(one) == 2 and one.isascii() and one.isalpha()), "none")


def _serial(certificate: Certificate) -> str:
    number = certificate.parsed.serial_number
    digits = f"{abs(number):x}"
    return ("-" if number < 0 else "") + digits.zfill(len(digits) + len(digits) % 2)


def _not_before(certificate: Certificate) -> datetime:
    return certificate.parsed.not_valid_before_utc


def _not_after(certificate: Certificate) -> datetime:
    return certificate.parsed.not_valid_after_utc


def _lifetime(certificate: Certificate) -> timedelta:
    # Both ends belong to it (RFC 5280, 4.1.2.5; CA/Browser Forum BR 6.3.2 counts the second too): 90 days are issued
    # as 89 days 23:59:59.
    return _not_after(certificate) - _not_before(certificate) + timedelta(seconds=1)


def _validity(certificate: Certificate) -> Period:
    return Period(_not_before(certificate), _not_after(certificate))


def _dns_names(certificate: Certificate) -> tuple[str, ...]:
    names = certificate.extension(x509.SubjectAlternativeName)
    return _set(names.get_values_for_type(x509.DNSName)) if names is not None else ()


def _key_type(certificate: Certificate) -> str:
    oid = certificate.parsed.public_key_algorithm_oid.dotted_string
    return words.KEY_TYPES.get(oid, oid)


def _key_bits(certificate: Certificate) -> int:
    key = certificate.parsed.public_key()
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        return len(key.public_bytes_raw()) * 8
    if (size := getattr(key, "key_size", None)) is None:
        raise UnsupportedAlgorithm(f"a key of type {_key_type(certificate)} has no size in bits")
    return int(size)


def _curve(certificate: Certificate) -> str:
    if (kind := _key_type(certificate)) != "EC":
        return words.EDWARDS_CURVES.get(kind, "none")
    key = certificate.parsed.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key.curve.name


def signature_hash(certificate: Certificate) -> str:
    """The hash that the issuer signed: SHA-256, SHA-1, ...; "intrinsic" where the algorithm has its own (EdDSA)."""
    oid = certificate.parsed.signature_algorithm_oid.dotted_string
    if oid in words.OLD_SIGNATURES:
        return words.OLD_SIGNATURES[oid]
    algorithm = certificate.parsed.signature_hash_algorithm
    if algorithm is None:
        return "intrinsic"
    return words.HASHES.get(algorithm.name, algorithm.name)


def _key_usage(certificate: Certificate) -> tuple[str, ...]:
    usage = certificate.extension(x509.KeyUsage)
    if usage is None:
        return ()
    # The last two are defined only beside keyAgreement; asked for without it the library raises.
    named = {**words.KEY_USAGES, **(words.AGREEMENT_USAGES if usage.key_agreement else {})}
    return _set(name for attribute, name in named.items() if getattr(usage, attribute))


def _extended_key_usage(certificate: Certificate) -> tuple[str, ...]:
    usage = certificate.extension(x509.ExtendedKeyUsage)
    return _set(words.PURPOSES.get(oid, oid.dotted_string) for oid in usage or ())


def _policies(certificate: Certificate) -> tuple[str, ...]:
    policies = certificate.extension(x509.CertificatePolicies)
    return _set(policy.policy_identifier.dotted_string for policy in policies or ())


Reader = Callable[[Certificate], Value]

READERS: dict[str, tuple[FactType, str, Place | None, Reader]] = {
    "subject": (FactType.TEXT, "The subject's distinguished name, as RFC 4514 writes it.", Place.SUBJECT, _subject),
    "issuer": (FactType.TEXT, "The issuer's distinguished name, as RFC 4514 writes it.", Place.ISSUER, _issuer),
    "issuer_country": (
        FactType.TEXT,
        "The country in the issuer's name, in capital letters; none, or several.",
        Place.ISSUER,
        _issuer_country,
    ),
    "serial": (
        FactType.TEXT,
        "The serial number, hexadecimal, lower case, an even number of digits.",
        Place.SERIAL,
        _serial,
    ),
    "not_before": (FactType.MOMENT, "The first moment of validity, as encoded.", Place.VALIDITY, _not_before),
    "not_after": (FactType.MOMENT, "The last moment of validity, as encoded.", Place.VALIDITY, _not_after),
    "lifetime": (FactType.DURATION, "From not_before to not_after, both seconds included.", Place.VALIDITY, _lifetime),
    "validity": (FactType.PERIOD, "From not_before to not_after.", Place.VALIDITY, _validity),
    "dns_names": (
        FactType.SET,
        "DNS names of the subject alternative name; none where it is missing.",
        None,
        _dns_names,
    ),
    "key_type": (
        FactType.TEXT,
        "RSA, EC, Ed25519, Ed448, DSA ..., else the algorithm's OID.",
        Place.PUBLIC_KEY,
        _key_type,
    ),
    "key_bits": (FactType.NUMBER, "Size of the public key in bits.", Place.PUBLIC_KEY, _key_bits),
    "curve": (
        FactType.TEXT,
        "The elliptic curve's name (secp256r1 ...); none for keys without one.",
        Place.PUBLIC_KEY,
        _curve,
    ),
    "signature_hash": (
        FactType.TEXT,
        "The hash the issuer signed; intrinsic for EdDSA.",
        Place.SIGNATURE,
        signature_hash,
    ),
    "key_usage": (FactType.SET, "Names of RFC 5280 4.2.1.3; none where the extension is missing.", None, _key_usage),
    "extended_key_usage": (
        FactType.SET,
        "serverAuth, clientAuth, ..., else the OID; none where the extension is missing.",
        None,
        _extended_key_usage,
    ),
    "policies": (
        FactType.SET,
        "OIDs of the certificate policies; none where the extension is missing.",
        None,
        _policies,
    ),
}


def _set(members: object) -> tuple[str, ...]:
    return tuple(sorted(set(members)))  # type: ignore[call-overload]


def _oid_octets(oid: x509.ObjectIdentifier) -> bytes:
    """The content octets of an OID in DER (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in oid.dotted_string.split("."))
    octets = b""
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, 0x80 | arc & 0x7F)
        octets += bytes(groups)
    return octets
