"""What does the stage say of its certificates' revocation? A CRL (RFC 5280 5) and OCSP answers (RFC 6960), as bytes.

Signed by the issuing CA itself. Left out: who asks, and how (plain).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from readiness.stage.trust import ThrowAway

EARLY, LIFETIME = timedelta(hours=1), timedelta(days=1)


def crl(authority: ThrowAway, now: datetime) -> bytes:
    """The list of what is revoked, DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.issuing.subject)
        .last_update(now - EARLY)
        .next_update(now + LIFETIME)
    )
    for serial, since in authority.revoked.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.issuing_key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_answer(authority: ThrowAway, request: bytes, now: datetime) -> bytes:
    """The answer to one OCSP request, DER. What cannot be read is answered malformed_request."""
    try:
        asked = ocsp.load_der_ocsp_request(request)
    except ValueError:
        return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    since = authority.revoked.get(asked.serial_number)
    response = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=asked.issuer_name_hash,
        issuer_key_hash=asked.issuer_key_hash,
        serial_number=asked.serial_number,
        algorithm=asked.hash_algorithm,
        cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
        this_update=now - EARLY,
        next_update=now + LIFETIME,
        revocation_time=since,
        revocation_reason=x509.ReasonFlags.key_compromise if since else None,
    )
    response = response.responder_id(ocsp.OCSPResponderEncoding.HASH, authority.issuing)
    return response.sign(authority.issuing_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
