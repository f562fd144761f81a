"""Which certificates does a test need? Throw-away ones, made in memory, with every field open to be wrong.

    root = authority("Rot")
    server = leaf(root, ["localhost", "127.0.0.1"], key="rsa-2048", not_after=...)
    server.pem(tmp_path)          # one file: key, certificate, intermediates; nginx and openssl read both from it

Left out: revocation, and certificates that no library would write (broken DER): mutate `der` for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Eddsa = ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Eddsa | dsa.DSAPrivateKey
Rdn = tuple[str, str] | list[tuple[str, str]]

# Ninety days around the clock that the tests stand at (conftest.NOON).
NOT_BEFORE = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOT_AFTER = datetime(2027, 1, 30, 12, tzinfo=UTC)
CA_NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
CA_NOT_AFTER = datetime(2040, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and whoever issued it (None: self-signed)."""

    cert: x509.Certificate
    key: Key
    issuer: Issued | None = None

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.cert.public_bytes(Encoding.DER)

    @property
    def cert_pem(self) -> bytes:
        """The certificate alone, PEM."""
        return self.cert.public_bytes(Encoding.PEM)

    @property
    def chain(self) -> tuple[Issued, ...]:
        """The certificate and its issuers, up to but without the self-signed one (unless it is that itself)."""
        above = self.issuer.chain if self.issuer and self.issuer.issuer else ()
        return (self, *above)

    def key_pem(self, password: str = "") -> bytes:
        """The private key, PKCS#8 PEM, encrypted if there is a password."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(password))

    def pkcs12(self, password: str = "", name: str = "test") -> bytes:
        """Key, certificate and intermediates as PKCS#12."""
        above = [issued.cert for issued in self.chain[1:]]
        named = name.encode("utf-8")
        return pkcs12.serialize_key_and_certificates(named, self.key, self.cert, above, _encryption(password))

    def pem(self, folder: Path, name: str = "server", chain: Iterable[Issued] | None = None) -> Path:
        """Write key, certificate and intermediates (or what `chain` lists, in that order) into one file."""
        path = folder / f"{name}.pem"
        parts = self.chain if chain is None else tuple(chain)
        path.write_bytes(self.key_pem() + b"".join(issued.cert_pem for issued in parts))
        path.chmod(0o600)
        return path


def authority(
    name: str = "Test CA",
    *,
    issuer: Issued | None = None,
    key: str | Key = "ec-p256",
    digest: str = "SHA-256",
    not_before: datetime = CA_NOT_BEFORE,
    not_after: datetime = CA_NOT_AFTER,
    path_length: int | None = None,
    subject: Sequence[Rdn] | None = None,
    key_usage: Iterable[str] | None = ("key_cert_sign", "crl_sign"),
    policies: Iterable[str] = (),
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """A certificate authority: a root, or an intermediate where an issuer is given."""
    basic = (x509.BasicConstraints(ca=True, path_length=path_length), True)
    return issue(
        issuer,
        name_of(*(subject or (("O", "Exempel"), ("CN", name)))),
        key=key,
        digest=digest,
        not_before=not_before,
        not_after=not_after,
        key_usage=key_usage,
        policies=policies,
        extensions=(basic, *extensions),
    )


def leaf(
    issuer: Issued | None,
    names: Sequence[str] = ("localhost", "127.0.0.1"),
    *,
    key: str | Key = "ec-p256",
    digest: str = "SHA-256",
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    subject: Sequence[Rdn] | None = None,
    key_usage: Iterable[str] | None = ("digital_signature", "key_encipherment"),
    extended_key_usage: Iterable[str] | None = ("serverAuth",),
    policies: Iterable[str] = (),
    serial: int | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """An end-entity certificate; self-signed where there is no issuer.

    `names` go into subjectAltName (IP addresses as such), none at all leaves the extension out; `subject` is a list of
    RDNs, each a pair or a list of pairs (multi-valued). `key_usage` and `extended_key_usage` None leave those out.
    """
    return issue(
        issuer,
        name_of(*(subject if subject is not None else (("CN", names[0] if names else "test"),))),
        names=names,
        key=key,
        digest=digest,
        not_before=not_before,
        not_after=not_after,
        key_usage=key_usage,
        extended_key_usage=extended_key_usage,
        policies=policies,
        serial=serial,
        extensions=extensions,
    )


def issue(
    issuer: Issued | None,
    subject: x509.Name,
    *,
    names: Sequence[str] = (),
    key: str | Key = "ec-p256",
    digest: str = "SHA-256",
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    key_usage: Iterable[str] | None = None,
    extended_key_usage: Iterable[str] | None = None,
    policies: Iterable[str] = (),
    serial: int | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> Issued:
    """Any certificate; `authority` and `leaf` are this with their usual fields filled in."""
    own = private_key(key) if isinstance(key, str) else key
    signer = issuer.key if issuer else own
    builder = x509.CertificateBuilder(
        issuer_name=issuer.cert.subject if issuer else subject,
        subject_name=subject,
        public_key=own.public_key(),
        serial_number=serial or x509.random_serial_number(),
        not_valid_before=not_before,
        not_valid_after=not_after,
    )
    wanted = [*_named_extensions(names, key_usage, extended_key_usage, policies), *extensions]
    wanted.append((x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False))
    if issuer:
        wanted.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False))
    for extension, critical in wanted:
        builder = builder.add_extension(extension, critical)
    if digest in OLD_DIGESTS:
        return Issued(_sign_as_of_old(builder, signer, digest), own, issuer)
    algorithm = None if isinstance(signer, Eddsa) else DIGESTS[digest]()
    return Issued(builder.sign(signer, algorithm), own, issuer)


def private_key(kind: str) -> Key:
    """A new key: rsa-<bits>, ec-p256, ec-p384, ec-p521, ed25519, ed448, dsa-<bits>."""
    family, _, size = kind.partition("-")
    if family == "rsa":
        return rsa.generate_private_key(65537, int(size or 2048))
    if family == "dsa":
        return dsa.generate_private_key(int(size or 2048))
    if family == "ec":
        return ec.generate_private_key(CURVES[size or "p256"]())
    if family == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ed448.Ed448PrivateKey.generate()


def name_of(*rdns: Rdn) -> x509.Name:
    """A distinguished name out of ("CN", "x") pairs, or lists of pairs for a multi-valued RDN. Nothing is checked."""
    listed = (rdn if isinstance(rdn, list) else [rdn] for rdn in rdns)
    return x509.Name(
        [
            x509.RelativeDistinguishedName(
                x509.NameAttribute(ATTRIBUTES.get(oid) or x509.ObjectIdentifier(oid), value, _validate=False)
                for oid, value in pairs
            )
            for pairs in listed
        ]
    )


DIGESTS: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}
# What cryptography no longer signs certificates with, by the last octet of the OID 1.2.840.113549.1.1.n (RFC 8017).
OLD_DIGESTS: dict[str, tuple[int, hashes.HashAlgorithm]] = {"MD5": (4, hashes.MD5()), "SHA-1": (5, hashes.SHA1())}
RSA_SIGNATURE = bytes.fromhex("06092a864886f70d0101")
CURVES: dict[str, type[ec.EllipticCurve]] = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
ATTRIBUTES = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "L": NameOID.LOCALITY_NAME,
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
PURPOSES = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "emailProtection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "codeSigning": ExtendedKeyUsageOID.CODE_SIGNING,
    "OCSPSigning": ExtendedKeyUsageOID.OCSP_SIGNING,
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


def _sign_as_of_old(builder: x509.CertificateBuilder, signer: Key, digest: str) -> x509.Certificate:
    """Sign with SHA-256, exchange the OID in both places (same length), sign again by hand. RSA issuers only."""
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise TypeError(f"{digest} needs an issuer with an RSA key")
    octet, algorithm = OLD_DIGESTS[digest]
    modern = builder.sign(signer, hashes.SHA256())
    old_id, new_id = RSA_SIGNATURE + b"\x0b", RSA_SIGNATURE + bytes([octet])
    signed = modern.tbs_certificate_bytes.replace(old_id, new_id, 1)
    whole = modern.public_bytes(Encoding.DER)
    # The signature is the last thing in the certificate, and as long as the modulus in either case.
    head = whole[: -len(modern.signature)].replace(modern.tbs_certificate_bytes, signed)
    signature = signer.sign(signed, padding.PKCS1v15(), algorithm)
    return x509.load_der_x509_certificate(head.replace(old_id, new_id) + signature)


def _named_extensions(
    names: Sequence[str],
    key_usage: Iterable[str] | None,
    extended_key_usage: Iterable[str] | None,
    policies: Iterable[str],
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    if names:
        yield x509.SubjectAlternativeName([_general_name(name) for name in names]), False
    if key_usage is not None:
        given = set(key_usage)
        yield x509.KeyUsage(**{usage: usage in given for usage in USAGES}), True
    if extended_key_usage is not None:
        purposes = [PURPOSES.get(p) or x509.ObjectIdentifier(p) for p in extended_key_usage]
        yield x509.ExtendedKeyUsage(purposes), False
    if cited := [x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in policies]:
        yield x509.CertificatePolicies(cited), False


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _encryption(password: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode("utf-8")) if password else NoEncryption()
