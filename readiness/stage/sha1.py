"""How is a certificate signed with SHA-1, which no library does any more? For a stage and a demo that show one.

The certificate is built and signed as usual; then the algorithm's identifier is exchanged and the body signed again.
X.690 for DER, RFC 8017 for the identifiers.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

RSA_SHA256 = bytes.fromhex("06092a864886f70d01010b")
RSA_SHA1 = bytes.fromhex("06092a864886f70d010105")


def signed_with_sha1(made: x509.Certificate, signer: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate, which is signed with RSA and SHA-256, signed with RSA and SHA-1."""
    body = made.tbs_certificate_bytes.replace(RSA_SHA256, RSA_SHA1, 1)
    signature = signer.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  this is what is wanted
    algorithm = _der(0x30, RSA_SHA1 + b"\x05\x00")
    return x509.load_der_x509_certificate(_der(0x30, body + algorithm + _der(0x03, b"\x00" + signature)))


def _der(tag: int, content: bytes) -> bytes:
    """A DER value with its tag and length."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
