"""Does a path lead from a certificate to an anchor, is it of a public or a private PKI, and does it cover a name?

The path is built and checked by the library's verifier (RFC 5280 section 6) with the extension policy below, offline
and at the time of looking, as a peer would do it then: an expired certificate has no path. Left out: revocation,
certificate policies, and the peer's name, which is a fact of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from probes._certificates import Certificate, attempt, load
from readiness.model import Reason, Unseen
from readiness.probe import CannotObserve, Session

PURPOSES = {"tls-server": ExtendedKeyUsageOID.SERVER_AUTH, "tls-client": ExtendedKeyUsageOID.CLIENT_AUTH}
PUBLIC_POLICIES = "2.23.140.1."  # the CA/Browser Forum's arc: only publicly trusted certificates carry it (BR 7.1.6)


@dataclass(frozen=True, slots=True)
class CertificatePath:
    """`found` or `not_found`, or why that stays open; `why` says in words what the verifier said."""

    value: str | Unseen
    why: str = ""


def find_path(
    leaf: Certificate, others: Sequence[Certificate], anchors: Sequence[Certificate], at: datetime, use: str
) -> CertificatePath:
    """Whether a path leads to one of the anchors.

    `use` tls-server or tls-client asks for that extended key usage wherever one stands; any other use asks for none.
    """
    if not anchors:
        return CertificatePath(Unseen(Reason.NOT_CONFIGURED, "the profile names no trust anchors"))
    verified = attempt(_verify, leaf, others, anchors, at, use)
    if isinstance(verified, Unseen):
        return CertificatePath(verified)
    if not verified:
        return CertificatePath("found")
    if "Ed25519" in verified or "Ed448" in verified or "unsupported" in verified:
        # What the library's verifier, which is made for the public web, leaves out and RFC 5280 allows.
        return CertificatePath(Unseen(Reason.NOT_SUPPORTED, f"the verifier cannot tell: {verified}"))
    return CertificatePath("not_found", verified)


def anchors_of(session: Session) -> tuple[Certificate, ...] | Unseen:
    """The trust anchors that the profile names."""
    try:
        return read_anchors(session.trust_anchors())
    except CannotObserve as error:
        return error.unseen


def read_anchors(files: Sequence[bytes]) -> tuple[Certificate, ...] | Unseen:
    """The certificates in PEM or DER files; unseen if one of them cannot be read, for it might be the one."""
    found: list[Certificate] = []
    for data in files:
        read = attempt(x509.load_pem_x509_certificates, data) if b"-----BEGIN" in data else attempt(_one, data)
        if isinstance(read, Unseen):
            return Unseen(read.reason, f"a trust anchor's file: {read.detail}")
        found += [Certificate(anchor.public_bytes(Encoding.DER), anchor) for anchor in read]
    return tuple(found)


def read_pki(leaf: Certificate, path: CertificatePath) -> str | Unseen:
    """public by a policy of the CA/Browser Forum or an embedded SCT list, else private by a path to the anchors."""
    public = attempt(_publicly_marked, leaf)
    if isinstance(public, Unseen):
        return public
    if public:
        return "public"
    if path.value == "found":
        return "private"
    if isinstance(path.value, Unseen):
        return path.value
    return Unseen(Reason.NOT_CONFIGURED, "neither a mark of a public PKI nor a path to the profile's trust anchors")


def covers_name(certificate: Certificate, name: str) -> bool | Unseen:
    """Whether the subject alternative name covers a host name (ASCII form) or IP address; CN is not consulted.

    RFC 9525 section 6.3: without regard to case; a wildcard is a whole left-most label and stands for one label.
    """
    return attempt(_covers, certificate, name)


def _verify(
    leaf: Certificate, others: Sequence[Certificate], anchors: Sequence[Certificate], at: datetime, use: str
) -> str:
    """Empty if there is a path, else what the verifier said."""
    authority, end_entity = _policies(use)
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store([anchor.parsed for anchor in anchors]))
        .time(at)
        .extension_policies(ca_policy=authority, ee_policy=end_entity)
        # The client verifier for either use: only this one asks for no name. The purpose is asked for in the policy.
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf.parsed, [other.parsed for other in others])
    except verification.VerificationError as error:
        return _plain(str(error))
    return ""


def _policies(use: str) -> tuple[verification.ExtensionPolicy, verification.ExtensionPolicy]:
    """The library's policies for CA and end entity, less what organisations' own PKI lacks and RFC 5280 6.1 allows.

    Organisation certificates have no subject alternative name (C section 8), old ones no authority key identifier; what
    `openssl req -x509` makes, and many a server shows, is an authority; private roots often have no key usage, which
    then restricts nothing. The leaf's own key usage is a fact beside this one.
    """
    agnostic = verification.Criticality.AGNOSTIC
    purpose = PURPOSES.get(use)

    def check_purpose(_: object, __: object, usage: x509.ExtendedKeyUsage | None) -> None:
        if usage and purpose and not {purpose, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(usage):
            raise ValueError("the extended key usage does not include the purpose")

    def check_signing(_: object, __: object, usage: x509.KeyUsage | None) -> None:
        if usage and not usage.key_cert_sign:
            raise ValueError("the key usage of an issuer does not include keyCertSign")

    authority = (
        verification.ExtensionPolicy.webpki_defaults_ca()
        .may_be_present(x509.KeyUsage, agnostic, check_signing)
        .may_be_present(x509.ExtendedKeyUsage, agnostic, check_purpose)
    )
    end_entity = (
        verification.ExtensionPolicy.webpki_defaults_ee()
        .may_be_present(x509.SubjectAlternativeName, agnostic, None)
        .may_be_present(x509.AuthorityKeyIdentifier, agnostic, None)
        .may_be_present(x509.BasicConstraints, agnostic, None)
        .may_be_present(x509.KeyUsage, agnostic, None)
        .may_be_present(x509.ExtendedKeyUsage, agnostic, check_purpose)
    )
    return authority, end_entity


def _plain(said: str) -> str:
    """The verifier's words without names (which may be a person's) and without the inside of its data."""
    said = said.split(" (encountered processing", maxsplit=1)[0].removeprefix("validation failed: ")
    return re.sub(r"AlgorithmIdentifier .*?params: (\w+).*", r"\1", said)[:200]


def _one(data: bytes) -> list[x509.Certificate]:
    return [load(data).parsed]


def _publicly_marked(leaf: Certificate) -> bool:
    policies = leaf.extension(x509.CertificatePolicies) or ()
    return leaf.carries(ExtensionOID.PRECERT_SIGNED_CERTIFICATE_TIMESTAMPS) or any(
        policy.policy_identifier.dotted_string.startswith(PUBLIC_POLICIES) for policy in policies
    )


def _covers(certificate: Certificate, name: str) -> bool:
    names = certificate.extension(x509.SubjectAlternativeName)
    if names is None:
        return False
    try:
        return ip_address(name) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        return any(_matches(pattern, name) for pattern in names.get_values_for_type(x509.DNSName))


def _matches(pattern: str, name: str) -> bool:
    wanted = name.lower().removesuffix(".").split(".")
    given = pattern.lower().removesuffix(".").split(".")
    if given[0] == "*" and len(given) > 2:
        return wanted[1:] == given[1:]
    return wanted == given
