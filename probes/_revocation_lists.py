"""What does a certificate revocation list say of a certificate? Pure: bytes and a time in, an answer or why none out.

RFC 5280 sections 5 and 6.3, for complete lists that the issuer signed itself. Left out: indirect and delta lists, and
lists for some reasons only; each is told as not supported, for their silence would prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from probes._certificates import Certificate, attempt
from readiness.model import Reason, Unseen

GOOD, REVOKED, UNKNOWN, STALE = "good", "revoked", "unknown", "stale"
NO_ISSUER = "the issuer's certificate stands neither beside the certificate nor among the trust anchors"
PEM = b"-----BEGIN X509 CRL-----"
UNDERSTOOD = {
    x509.AuthorityKeyIdentifier.oid,
    x509.CRLNumber.oid,
    x509.IssuingDistributionPoint.oid,
    x509.FreshestCRL.oid,
    x509.AuthorityInformationAccess.oid,
    x509.IssuerAlternativeName.oid,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a list or a response says of one certificate: good, revoked, unknown or stale; from when, and until when."""

    status: str
    since: datetime
    until: datetime | None


def places(leaf: Certificate) -> tuple[str, ...]:
    """Where its issuer says that lists are had: the URLs of its distribution points (RFC 5280 4.2.1.13)."""
    points = leaf.extension(x509.CRLDistributionPoints) or ()
    names = [name for point in points for name in point.full_name or ()]
    return tuple(dict.fromkeys(str(name.value) for name in names if isinstance(name, x509.UniformResourceIdentifier)))


def load_list(data: bytes) -> x509.CertificateRevocationList:
    """DER or PEM in. ValueError for anything else."""
    return x509.load_pem_x509_crl(data) if PEM in data[:4096] else x509.load_der_x509_crl(data)


def read_list(
    crl: x509.CertificateRevocationList, leaf: Certificate, issuers: Sequence[Certificate], at: datetime
) -> Said | Unseen | None:
    """What the list says of `leaf`, at that time; None where it is about other certificates.

    `issuers`: the certificates that may have signed it. A list that names the certificate says so for ever, one that
    does not only until it is due to be replaced.
    """
    return attempt(_read, crl, leaf, issuers, at)


def _read(
    crl: x509.CertificateRevocationList, leaf: Certificate, issuers: Sequence[Certificate], at: datetime
) -> Said | Unseen | None:
    if (about := _covers(crl, leaf)) is not True:
        return about or None
    if why := _not_signed(crl, issuers):
        return why
    entry = crl.get_revoked_certificate_by_serial_number(leaf.parsed.serial_number)
    if entry is not None:
        return Said(REVOKED, entry.revocation_date_utc, crl.next_update_utc)
    if crl.next_update_utc is None:
        return Unseen(Reason.NOT_UNDERSTOOD, "the list does not say when it is replaced (RFC 5280 5.1.2.5)")
    if any(extension.critical and extension.oid not in UNDERSTOOD for extension in crl.extensions):
        return Unseen(Reason.NOT_SUPPORTED, "the list has a critical extension that is not known here")
    current = crl.last_update_utc <= at <= crl.next_update_utc
    return Said(GOOD if current else STALE, crl.last_update_utc, crl.next_update_utc)


def _covers(crl: x509.CertificateRevocationList, leaf: Certificate) -> bool | Unseen:
    """Whether it is a whole list for certificates of this issuer, kind and distribution point (RFC 5280 6.3.3 b)."""
    if crl.issuer != leaf.parsed.issuer:
        return False
    kinds = {extension.oid: extension.value for extension in crl.extensions}
    if x509.DeltaCRLIndicator.oid in kinds:
        return Unseen(Reason.NOT_SUPPORTED, "a list of changes only (delta CRL)")
    scope = kinds.get(x509.IssuingDistributionPoint.oid)
    if not isinstance(scope, x509.IssuingDistributionPoint):
        return True
    if scope.indirect_crl or scope.only_some_reasons or scope.relative_name is not None:
        return Unseen(Reason.NOT_SUPPORTED, "an indirect list, one for some reasons only, or of a relative name")
    constraints = leaf.extension(x509.BasicConstraints)
    authority = constraints is not None and constraints.ca
    kind = scope.only_contains_user_certs, scope.only_contains_ca_certs, scope.only_contains_attribute_certs
    if any(kind) and not kind[authority]:
        return False
    named = {str(name.value) for name in scope.full_name or ()}
    return not named or bool(named & set(places(leaf)))


def _not_signed(crl: x509.CertificateRevocationList, issuers: Sequence[Certificate]) -> Unseen | None:
    """Why nobody who may has signed the list; None where somebody has."""
    of_that_name = [issuer for issuer in issuers if issuer.parsed.subject == crl.issuer]
    if not of_that_name:
        return Unseen(Reason.NOT_CONFIGURED, NO_ISSUER)
    if any(_signed_by(crl, issuer) for issuer in of_that_name):
        return None
    return Unseen(Reason.NOT_UNDERSTOOD, "the list is not signed by the issuer")


def _signed_by(crl: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    usage = issuer.extension(x509.KeyUsage)
    if usage is not None and not usage.crl_sign:
        return False
    return crl.is_signature_valid(issuer.parsed.public_key())  # type: ignore[arg-type]  # TypeError: read as not known
