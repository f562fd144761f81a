"""Under which CA does the stage stand? A throw-away one: seven days, bound to the stage's own names, key never written.

The CA's key is forgotten as soon as the server certificate is signed; the server's key stays in memory. Left out: how a
machine is made to trust the CA, and to stop trusting it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from readiness.stage.settings import ServerCertificate

LIFETIME = timedelta(days=7)
EARLY = timedelta(hours=1)  # clocks of sending systems may be a little behind


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """`authority` is the CA certificate (PEM) to trust; `server` what the stage shows."""

    authority: bytes
    server: ServerCertificate


def throw_away(public_name: str, addresses: tuple[str, ...], now: datetime) -> ThrowAway:
    """A CA that can vouch for these names only (RFC 5280 4.2.1.10), and a server certificate of it.

    RSA of 2048 bits, because a sending system may be limited to RSA suites and must not fail for that.
    """
    names, ips = _names(public_name, addresses)
    authority_key, server_key = _key(), _key()
    issuer = _name("mm-readiness stage CA (throw-away)")
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    permitted += [x509.IPAddress(ip_network(ip)) for ip in ips]
    authority = (
        _certificate(issuer, issuer, authority_key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        _certificate(_name(public_name[:64]), issuer, server_key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, key_encipherment=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [*(x509.DNSName(name) for name in names), *(x509.IPAddress(ip_address(ip)) for ip in ips)]
            ),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return ThrowAway(authority.public_bytes(Encoding.PEM), ServerCertificate(server.public_bytes(Encoding.PEM), key))


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


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _usage(**wanted: bool) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: wanted.get(usage, False) for usage in USAGES})
