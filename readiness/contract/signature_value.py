"""Does this signature value stand for these octets under this certificate's key, by a method of the closed list?

RSA PKCS#1 v1.5 and ECDSA (RFC 9231). SHA-1 is computed, for old senders use it; whoever judges sees its name. No HMAC:
a key that everybody can read proves nothing. Left out: the certificate's path, dates and owner.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from readiness.contract.delivery_parts import Refused, Why
from readiness.contract.names import RSA_SHA1, RSA_SHA256, SHA1, SHA256

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"

DIGESTS: Final[dict[str, Callable[[bytes], hashlib._Hash]]] = {
    SHA1: lambda octets: hashlib.sha1(octets, usedforsecurity=False),
    SHA256: hashlib.sha256,
    _MORE + "sha384": hashlib.sha384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashlib.sha512,
}
"""DigestMethod algorithms, and how each is computed."""

RSA: Final[dict[str, hashes.HashAlgorithm]] = {
    RSA_SHA1: hashes.SHA1(),  # noqa: S303
    RSA_SHA256: hashes.SHA256(),
    _MORE + "rsa-sha384": hashes.SHA384(),
    _MORE + "rsa-sha512": hashes.SHA512(),
}
ECDSA: Final[dict[str, hashes.HashAlgorithm]] = {
    _MORE + "ecdsa-sha1": hashes.SHA1(),  # noqa: S303
    _MORE + "ecdsa-sha256": hashes.SHA256(),
    _MORE + "ecdsa-sha384": hashes.SHA384(),
    _MORE + "ecdsa-sha512": hashes.SHA512(),
}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def public_key(der: bytes, method: str) -> PublicKey:
    """The key of a certificate, which must be of the kind that the SignatureMethod asks for. Raises Refused."""
    wanted: type[rsa.RSAPublicKey | ec.EllipticCurvePublicKey] = rsa.RSAPublicKey
    if method in ECDSA:
        wanted = ec.EllipticCurvePublicKey
    elif method not in RSA:
        raise Refused(Why.ALGORITHM, f"SignatureMethod {method[:100]} is not on the list")
    try:
        with warnings.catch_warnings():
            # A negative serial number or an old curve is for whoever reads the certificate.
            warnings.simplefilter("ignore")
            key = x509.load_der_x509_certificate(der).public_key()
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise Refused(Why.CERTIFICATE, "X509Certificate holds no certificate whose key can be read") from error
    if not isinstance(key, wanted):
        raise Refused(Why.CERTIFICATE, "the certificate's key is of another kind than the SignatureMethod")
    return key


def stands(key: PublicKey, method: str, value: bytes, octets: bytes) -> bool:
    """Whether the value is this key's signature on the octets, by a method that `public_key` allowed for the key."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, octets, padding.PKCS1v15(), RSA[method])
        else:
            key.verify(_as_der(value, key.key_size), octets, ec.ECDSA(ECDSA[method]))
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _as_der(value: bytes, bits: int) -> bytes:
    """RFC 9231 2.3.6: r and s, each as long as the order of the curve. Raises ValueError."""
    length = (bits + 7) // 8
    if len(value) != 2 * length:
        raise ValueError("r and s are not as long as the order of the curve")
    return encode_dss_signature(int.from_bytes(value[:length], "big"), int.from_bytes(value[length:], "big"))
