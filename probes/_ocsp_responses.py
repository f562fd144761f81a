"""What does an OCSP response say of a certificate, and may its signer say so? Pure: bytes and a time in, an answer out.

RFC 6960. The issuer signs itself, or somebody to whom it gave a certificate for nothing else (4.2.2.2). Left out:
nonces, for many responders sign ahead of time (RFC 5019).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from probes import _der
from probes._certificates import Certificate, attempt
from probes._revocation_lists import GOOD, NO_ISSUER, REVOKED, STALE, UNKNOWN, Said
from readiness.model import Reason, Unseen

SKEW = timedelta(minutes=5)
"""So far a responder's clock may go before ours."""
NO_END = timedelta(days=1)
"""So long is taken at its word what does not say when it is replaced; RFC 6960 2.4 says only that newer is had."""
STATUS = {
    ocsp.OCSPCertStatus.GOOD: GOOD,
    ocsp.OCSPCertStatus.REVOKED: REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: UNKNOWN,
}


def responders(leaf: Certificate) -> tuple[str, ...]:
    """Where its issuer says that OCSP is answered (RFC 5280 4.2.2.1)."""
    access = leaf.extension(x509.AuthorityInformationAccess) or ()
    names = [one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    return tuple(dict.fromkeys(str(name.value) for name in names if isinstance(name, x509.UniformResourceIdentifier)))


def question(leaf: Certificate, issuer: Certificate) -> bytes:
    """The request for one certificate, DER. SHA-1 names the issuer: every responder knows it (RFC 6960 B)."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf.parsed, issuer.parsed, SHA1())  # noqa: S303
    return builder.build().public_bytes(Encoding.DER)


def load_response(data: bytes) -> ocsp.OCSPResponse:
    """The response in the bytes (DER). ValueError for anything else."""
    return ocsp.load_der_ocsp_response(data)


def read_response(
    response: ocsp.OCSPResponse, leaf: Certificate, issuers: Sequence[Certificate], at: datetime
) -> Said | Unseen | None:
    """What the response says of `leaf`, at that time; None where it is about other certificates.

    `issuers`: the certificates that may have issued the leaf.
    """
    return attempt(_read, response, leaf, issuers, at)


def _read(
    response: ocsp.OCSPResponse, leaf: Certificate, issuers: Sequence[Certificate], at: datetime
) -> Said | Unseen | None:
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Unseen(Reason.NOT_UNDERSTOOD, f"the responder says {response.response_status.name.lower()}")
    found = [(one, issuer) for issuer in issuers for one in response.responses if _about(one, leaf, issuer)]
    if not found:
        return None if issuers else Unseen(Reason.NOT_CONFIGURED, NO_ISSUER)
    single, issuer = found[0]
    if not any(_signed_by(response, signer) for signer in _signers(response, issuer, at)):
        return Unseen(Reason.NOT_UNDERSTOOD, "nobody who may has signed the response (RFC 6960 4.2.2.2)")
    status = STATUS[single.certificate_status]
    until = single.next_update_utc
    current = single.this_update_utc - SKEW <= at <= (until or single.this_update_utc + NO_END)
    since = single.revocation_time_utc if status == REVOKED else None
    return Said(status if current or status == REVOKED else STALE, since or single.this_update_utc, until)


def _about(single: ocsp.OCSPSingleResponse, leaf: Certificate, issuer: Certificate) -> bool:
    """Whether its CertID is that of the leaf under this issuer."""
    if single.serial_number != leaf.parsed.serial_number:
        return False
    name = issuer.parsed.subject.public_bytes()
    return single.issuer_name_hash == _digest(single.hash_algorithm, name) and single.issuer_key_hash == _digest(
        single.hash_algorithm, _der.key_bits(issuer.der)
    )


def _digest(algorithm: HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(algorithm.name, data, usedforsecurity=False).digest()


def _signers(response: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> Iterator[x509.Certificate]:
    """The issuer itself, and whom it delegated this to."""
    yield issuer.parsed
    for certificate in response.certificates:
        try:
            certificate.verify_directly_issued_by(issuer.parsed)
            purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            continue
        lasts = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in purposes and lasts:
            yield certificate


def _signed_by(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, data = signer.public_key(), response.tbs_response_bytes
    hashed = response.signature_hash_algorithm
    try:
        if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
            key.verify(response.signature, data)
        elif hashed is None:
            return False
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, data, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(response.signature, data, ec.ECDSA(hashed))
        else:
            return False
    except InvalidSignature:
        return False
    return True
