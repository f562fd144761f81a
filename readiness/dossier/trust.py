"""Whose certificate is it, and does a path lead from it to an anchor that was given, at that time?

The path is built and checked by the library's verifier (RFC 5280 section 6), offline. Organisations' certificates have
no subject alternative name, and roots of their own PKI often no key usage; what such lack restricts nothing. The
signer's own key usage, where there is one, has to be for signatures (RFC 5280 4.2.1.3). Left out: revocation, which
cannot be asked for without a network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from readiness.personal import mask

NUMBER = re.compile(r"(?:16|SE|EFOS16|NTRSE-)?([0-9]{6})-?([0-9]{4})(?:-[0-9A-Z]{1,20})?")


def why_not_trusted(
    chain: Sequence[x509.Certificate], anchors: Iterable[x509.Certificate], at: datetime, *, time_stamping: bool = False
) -> str:
    """Empty where a path leads to an anchor and the certificate is for signatures, else what is in the way, in English.

    `chain` has the signer's certificate first.
    """
    own, *others = chain
    anchors = tuple(anchors)
    if own in anchors:
        return "" if own.not_valid_before_utc <= at <= own.not_valid_after_utc else "the certificate was not valid then"
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(anchors)))
        .time(at)
        .extension_policies(ca_policy=_authority(), ee_policy=_end_entity(time_stamping=time_stamping))
        .build_client_verifier()
    )
    try:
        verifier.verify(own, [one for one in others if one != own])
    except (verification.VerificationError, ValueError) as error:
        said = str(error).split(" (encountered processing", maxsplit=1)[0].removeprefix("validation failed: ")
        return mask(re.sub(r"AlgorithmIdentifier .*?params: (\w+).*", r"\1", said))[:200]
    return ""


def name_of(certificate: x509.Certificate) -> str:
    """Who a certificate says that it belongs to: its subject, without personal identity numbers."""
    return mask(certificate.subject.rfc4514_string()) or "-"


def organisation_number(certificate: x509.Certificate) -> str:
    """The organisation number in the subject, NNNNNN-NNNN, or nothing; a date in its place is a person's, and none.

    The forms are those of certificates for Mina meddelanden, and organizationIdentifier (ETSI EN 319 412-1, 5.1.4).
    """
    for oid in (NameOID.SERIAL_NUMBER, NameOID.ORGANIZATION_IDENTIFIER):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            if (match := NUMBER.fullmatch(str(attribute.value))) and match[1][2] >= "2":
                return f"{match[1]}-{match[2]}"
    return ""


def _authority() -> verification.ExtensionPolicy:
    def check(_: object, __: object, usage: x509.KeyUsage | None) -> None:
        if usage and not usage.key_cert_sign:
            raise ValueError("the key usage of an issuer does not include keyCertSign")

    agnostic = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.webpki_defaults_ca()
        .may_be_present(x509.KeyUsage, agnostic, check)
        .may_be_present(x509.ExtendedKeyUsage, agnostic, None)
    )


def _end_entity(*, time_stamping: bool) -> verification.ExtensionPolicy:
    def check_usage(_: object, __: object, usage: x509.KeyUsage | None) -> None:
        if usage and not (usage.digital_signature or usage.content_commitment):
            raise ValueError("the key usage is not for signatures")

    def check_purpose(_: object, __: object, usage: x509.ExtendedKeyUsage | None) -> None:
        if time_stamping and (usage is None or ExtendedKeyUsageOID.TIME_STAMPING not in usage):
            raise ValueError("the extended key usage does not include time-stamping")

    agnostic = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.webpki_defaults_ee()
        .may_be_present(x509.SubjectAlternativeName, agnostic, None)
        .may_be_present(x509.AuthorityKeyIdentifier, agnostic, None)
        .may_be_present(x509.BasicConstraints, agnostic, None)
        .may_be_present(x509.KeyUsage, agnostic, check_usage)
        .may_be_present(x509.ExtendedKeyUsage, agnostic, check_purpose)
    )
