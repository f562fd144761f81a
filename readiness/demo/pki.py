"""Which keys and certificates does the example kommun have? A throw-away PKI, made in memory from a plan.

SHA-1 and RSA keys of 1024 bits are made too, because built-in defects need them. Left out: writing files (`chain`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from readiness.demo.plan import CertificatePlan, PartyPlan, Plan
from readiness.stage.sha1 import signed_with_sha1

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey
CURVES: dict[str, type[ec.EllipticCurve]] = {
    "secp256r1": ec.SECP256R1,
    "secp224r1": ec.SECP224R1,
    "secp256k1": ec.SECP256K1,
}
PURPOSES = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
}
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


class Pki:
    """Every certificate of a plan, and its key, as PEM. `lists`: the URL below which issuers' lists are had."""

    def __init__(self, plan: Plan, now: datetime, lists: str = "") -> None:
        self._plan = plan
        self.now = now
        self._lists = lists
        self._made: dict[str, bytes] = {}

    def certificate(self, name: str) -> bytes:
        """The certificate of that name, PEM."""
        if name not in self._made:
            self._made[name] = self._make(self._plan.certificates[name])
        return self._made[name]

    def chain(self, names: list[str]) -> bytes:
        """Several certificates, PEM, in the order given."""
        return b"".join(map(self.certificate, names))

    def chain_der(self, names: list[str]) -> tuple[bytes, ...]:
        """The same, DER."""
        return tuple(
            x509.load_pem_x509_certificate(self.certificate(name)).public_bytes(Encoding.DER) for name in names
        )

    def private_key(self, name: str) -> bytes:
        """The private key of a certificate, PEM (PKCS#8, not encrypted)."""
        return self._key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def name(self, name: str) -> x509.Name:
        """The subject of the certificate of that name."""
        return subject(self._plan.certificates[name], self._plan.parties)

    def revocations(self, issuer: str, revoked: Sequence[str], ends: timedelta = timedelta(days=30)) -> bytes:
        """A list of that issuer that revokes these certificates since some days ago, PEM; `ends` counts from now."""
        since = self.now - timedelta(days=3)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name(issuer)).last_update(since)
        builder = builder.next_update(self.now + ends)
        for name in revoked:
            serial = x509.load_pem_x509_certificate(self.certificate(name)).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key(issuer), hashes.SHA256()).public_bytes(Encoding.PEM)

    def _key(self, name: str) -> PrivateKey:
        plan = self._plan.certificates[name]
        return self._key(plan.key_of) if plan.key_of else _key_of(name, plan.key)

    def _make(self, plan: CertificatePlan) -> bytes:
        issuer = self._plan.certificates[plan.issuer]
        name = next(name for name, other in self._plan.certificates.items() if other is plan)
        public, signer = self._key(name).public_key(), self._key(plan.issuer)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject(plan, self._plan.parties))
            .issuer_name(subject(issuer, self._plan.parties))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(plan.begins or self.now + plan.starts)
            .not_valid_after(self.now + plan.ends)
        )
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = _purposes(builder.add_extension(issuer_key, critical=False), plan)
        if self._lists and plan.told and plan.issuer in self._plan.issuers:
            builder = builder.add_extension(_where_told(f"{self._lists}/{plan.issuer}.crl"), critical=False)
        made = builder.sign(signer, hashes.SHA224() if plan.hash == "SHA-224" else hashes.SHA256())
        if plan.hash == "SHA-1":
            if not isinstance(signer, rsa.RSAPrivateKey):
                raise TypeError("only an RSA key signs with SHA-1 here")
            made = signed_with_sha1(made, signer)
        return made.public_bytes(Encoding.PEM)


def subject(plan: CertificatePlan, parties: Mapping[str, PartyPlan]) -> x509.Name:
    """The subject. An organisation's number stands beside the name in one RDN, as 16NNNNNNNNNN, as Expisoft writes it.

    Source: the form of Steria's and Expisoft's certificates for Mina meddelanden (C section 8).
    """
    common = x509.NameAttribute(NameOID.COMMON_NAME, plan.name)
    named = [x509.NameAttribute(NameOID.COUNTRY_NAME, plan.country)] if plan.country else []
    country = [x509.RelativeDistinguishedName([one]) for one in named]
    if not plan.party:
        return x509.Name([*country, x509.RelativeDistinguishedName([common])])
    party = parties[plan.party]
    digits = (plan.organisation_number or party.organisation_number).replace("-", "")
    number = x509.NameAttribute(NameOID.SERIAL_NUMBER, f"16{digits}")
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, party.name)
    return x509.Name(
        [*country, x509.RelativeDistinguishedName([organisation]), x509.RelativeDistinguishedName([number, common])]
    )


def _where_told(url: str) -> x509.CRLDistributionPoints:
    name = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])


@cache
def _key_of(name: str, kind: str) -> PrivateKey:
    """A key of that kind. `name` keeps keys apart; in one process they are made once, RSA being slow to make."""
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(65537, int(size))
    if family == "dsa":
        return dsa.generate_private_key(int(size))
    return ec.generate_private_key(CURVES[kind]())


def _purposes(builder: x509.CertificateBuilder, plan: CertificatePlan) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=plan.authority, path_length=None), critical=True)
    wanted = ("key_cert_sign", "crl_sign") if plan.authority else plan.key_usage
    usage = x509.KeyUsage(**{name: name in wanted for name in USAGES})
    builder = builder.add_extension(usage, critical=True)
    if plan.dns_names:
        names = x509.SubjectAlternativeName(map(x509.DNSName, plan.dns_names))
        builder = builder.add_extension(names, critical=False)
    if plan.extended_key_usage:
        purposes = x509.ExtendedKeyUsage([PURPOSES[name] for name in plan.extended_key_usage])
        builder = builder.add_extension(purposes, critical=False)
    if plan.policies:
        policies = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in plan.policies]
        builder = builder.add_extension(x509.CertificatePolicies(policies), critical=False)
    return builder
