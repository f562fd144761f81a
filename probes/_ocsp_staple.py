"""What does a stapled OCSP response say of the certificate beside it? Pure: bytes and a time in, one word out.

Read from RFC 6960. Left out: the responder's signature, for the chain that came with it was not verified here either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509 import ocsp

STATUS = {
    ocsp.OCSPCertStatus.GOOD: "good",
    ocsp.OCSPCertStatus.REVOKED: "revoked",
    ocsp.OCSPCertStatus.UNKNOWN: "unknown",
}


def read_staple(staple: bytes, chain: Sequence[bytes], at: datetime) -> str:
    """none, good, revoked, unknown, not_current, not_successful, other_certificate or unreadable.

    `chain`: the certificates (DER) that came with it, leaf first; not_current: `at` lies outside its own period.
    """
    if not staple:
        return "none"
    try:
        response = ocsp.load_der_ocsp_response(staple)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return "not_successful"
        single = next(iter(response.responses))
        if chain and x509.load_der_x509_certificate(chain[0]).serial_number != single.serial_number:
            return "other_certificate"
        until = single.next_update_utc
        if at < single.this_update_utc or (until is not None and at > until):
            return "not_current"
        return STATUS[single.certificate_status]
    except (ValueError, StopIteration, KeyError):
        return "unreadable"
