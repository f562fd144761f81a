"""Under which CA does the stage stand, and what does it show? A throw-away root, seven days, keys never written.

The root is bound to the stage's own names (RFC 5280 4.2.1.10). An issuing CA stands between it and the server's
certificate, so that a chain can lack it; each variant of the certificate differs from the good one in one thing. Left
out: how a machine is made to trust the root, and to stop trusting it; and what is said of revocation (revocation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from readiness.stage.settings import ServerCertificate
from readiness.stage.sha1 import signed_with_sha1

LIFETIME = timedelta(days=7)
EARLY = timedelta(hours=1)  # clocks of sending systems may be a little behind
ROOT, ISSUING = "mm-readiness stage CA (throw-away)", "mm-readiness stage issuing CA (throw-away)"
UNKNOWN = "mm-readiness stage CA that nobody is told of (throw-away)"
Key = rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a server certificate says. `shown` tells how much of the chain goes with it: whole or alone; `issuer`:
    issuing, unknown, self; `bits` of its RSA key; `status`: good or revoked."""

    starts: timedelta = -EARLY
    ends: timedelta = LIFETIME
    named: bool = True
    issuer: str = "issuing"
    shown: str = "whole"
    bits: int = 2048
    sha1: bool = False
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    status: str = "good"


GOOD = Leaf()
VARIANTS: Mapping[str, Leaf] = {
    "good": GOOD,
    "expired": replace(GOOD, starts=timedelta(days=-3), ends=timedelta(days=-1)),
    "not-yet-valid": replace(GOOD, starts=timedelta(days=1)),
    "wrong-name": replace(GOOD, named=False),
    "self-signed": replace(GOOD, issuer="self", shown="alone"),
    "unknown-ca": replace(GOOD, issuer="unknown"),
    "missing-intermediate": replace(GOOD, shown="alone"),
    "revoked": replace(GOOD, status="revoked"),
    "sha1": replace(GOOD, sha1=True),
    "rsa-1024": replace(GOOD, bits=1024),
    "wrong-eku": replace(GOOD, usage=ExtendedKeyUsageOID.CLIENT_AUTH),
}
"""Every certificate that the stage can show; each differs from the good one in one thing."""


class ThrowAway:
    """The CA of one stage. `addresses` and `public_name` are the names that it can vouch for; `revocation` gives the
    address ("http://host:port") where its CRL and OCSP answers are had, "" as long as there is none.

    RSA throughout, because a sending system may be limited to RSA suites and must not fail for that. Keys are made when
    they are first needed, and stay in memory.
    """

    def __init__(
        self, public_name: str, addresses: tuple[str, ...], now: datetime, revocation: Callable[[], str] = str
    ) -> None:
        self._name = public_name
        self._names, self._ips = _names(public_name, addresses)
        self._now = now
        self._revocation = revocation
        self._keys: dict[str, Key] = {}
        self._shown: dict[str, ServerCertificate] = {}
        self.revoked: dict[int, datetime] = {}
        """The serial numbers that are revoked, and since when."""

    @cached_property
    def root(self) -> x509.Certificate:
        """The root that a sending system has to trust."""
        return self._authority(ROOT, ROOT, path_length=1)

    @cached_property
    def issuing(self) -> x509.Certificate:
        """The CA under it that signs everything."""
        return self._authority(ISSUING, ROOT, path_length=0)

    @property
    def pem(self) -> bytes:
        """The root, PEM."""
        return self.root.public_bytes(Encoding.PEM)

    @property
    def issuing_key(self) -> Key:
        """The key of the issuing CA, to sign what is said of revocation."""
        return self.key(ISSUING)

    def server(self, variant: str = "good") -> ServerCertificate:
        """One of VARIANTS, made once. KeyError for another."""
        if variant not in self._shown:
            self._shown[variant] = self._made(VARIANTS[variant])
        return self._shown[variant]

    def key(self, name: str, bits: int = 2048) -> Key:
        """A key by name."""
        if name not in self._keys:
            self._keys[name] = rsa.generate_private_key(65537, bits)
        return self._keys[name]

    def _made(self, leaf: Leaf) -> ServerCertificate:
        key = self.key(f"server-{leaf.bits}", leaf.bits)
        subject = _name(self._name[:64])
        issuer, signer, rest = {
            "issuing": (_name(ISSUING), self.key(ISSUING), (self.issuing,)),
            "unknown": (_name(UNKNOWN), self.key(UNKNOWN), ()),
            "self": (subject, key, ()),
        }[leaf.issuer]
        made = self._certificate(subject, issuer, key, signer, (leaf.starts, leaf.ends))
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        made = made.add_extension(_usage(digital_signature=True, key_encipherment=True), critical=True)
        made = made.add_extension(x509.ExtendedKeyUsage([leaf.usage]), critical=False)
        made = made.add_extension(x509.SubjectAlternativeName(self._spoken_for(leaf)), critical=False)
        for extension in self._where_revocation_is_told():
            made = made.add_extension(extension, critical=False)
        certificate = made.sign(signer, hashes.SHA256())
        if leaf.sha1:
            certificate = signed_with_sha1(certificate, signer)
        if leaf.status == "revoked":
            self.revoked[certificate.serial_number] = self._now - EARLY
        chain = (certificate, *(rest if leaf.shown == "whole" else ()))
        return ServerCertificate(
            b"".join(one.public_bytes(Encoding.PEM) for one in chain),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )

    def _authority(self, name: str, issuer: str, path_length: int) -> x509.Certificate:
        permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in self._names]
        permitted += [x509.IPAddress(ip_network(ip)) for ip in self._ips]
        made = self._certificate(_name(name), _name(issuer), self.key(name), self.key(issuer), (-EARLY, LIFETIME))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        made = made.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        if name == ROOT:
            made = made.add_extension(x509.NameConstraints(permitted, None), critical=True)
        return made.sign(self.key(issuer), hashes.SHA256())

    def _spoken_for(self, leaf: Leaf) -> list[x509.GeneralName]:
        """The names in the certificate; the wrong one is a name under ours, which the root may vouch for too."""
        if not leaf.named:
            return [x509.DNSName(f"another.{(self._names or ['localhost'])[0]}")]
        return [*(x509.DNSName(name) for name in self._names), *(x509.IPAddress(ip_address(ip)) for ip in self._ips)]

    def _where_revocation_is_told(self) -> list[x509.ExtensionType]:
        if not (base := self._revocation()):
            return []
        crl = x509.UniformResourceIdentifier(f"{base}/crl")
        ocsp = x509.UniformResourceIdentifier(f"{base}/ocsp")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, ocsp)
        return [
            x509.CRLDistributionPoints([x509.DistributionPoint([crl], None, None, None)]),
            x509.AuthorityInformationAccess([access]),
        ]

    def _certificate(
        self, subject: x509.Name, issuer: x509.Name, key: Key, signer: Key, valid: tuple[timedelta, timedelta]
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now + valid[0])
            .not_valid_after(self._now + valid[1])
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )


def _names(public_name: str, addresses: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """DNS names and IP addresses, each once, in order; the unspecified address names nothing."""
    names, ips = [], []
    for one in dict.fromkeys((public_name, *addresses)):
        try:
            if not ip_address(one).is_unspecified:
                ips.append(one)
        except ValueError:
            names.append(one)
    return names, ips


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _usage(**wanted: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: wanted.get(usage, False) for usage in USAGES})
