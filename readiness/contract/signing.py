"""How does a sending system sign and seal a delivery, and how do sending systems get it wrong?

As C 6.1 describes it: prefix-less, the root named after its type, one enveloped signature with URI="", exclusive
canonicalization of SignedInfo, X509SubjectName and one X509Certificate. For tests and for the demonstration; nothing
else signs here. The known faults are made by the arguments, and by what is done afterwards:

    SHA-1                                   digest="sha1"
    signed on the wire form                 form="wire", of a document as it will stand on the wire
    another's certificate in KeyInfo        certificate=another's; before=(another's,) puts it before the right one
    sealed by somebody else                 seal(..., another's key, another's certificate)
    indented after signing                  pretty_printed(...)

Left out: what a delivery holds (its caller writes that), and sending it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from readiness.contract import canonical
from readiness.contract.delivery_bytes import read_delivery
from readiness.contract.delivery_encoding import as_utf8
from readiness.contract.delivery_parts import SEALED, Reading
from readiness.contract.names import (
    ENVELOPED_SIGNATURE,
    EXCLUSIVE_C14N,
    INCLUSIVE_C14N,
    MESSAGE,
    MESSAGE_V3,
    RSA_SHA1,
    RSA_SHA256,
    SERVICE_V3,
    SHA1,
    SHA256,
    SOAP_11,
    XML_SIGNATURE,
)

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Digest = Literal["sha1", "sha256", "sha384", "sha512"]
Form = Literal["plain", "wire"]

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_METHODS: Final[dict[str, tuple[hashes.HashAlgorithm, str, str, str]]] = {
    "sha1": (hashes.SHA1(), SHA1, RSA_SHA1, _MORE + "ecdsa-sha1"),  # noqa: S303
    "sha256": (hashes.SHA256(), SHA256, RSA_SHA256, _MORE + "ecdsa-sha256"),
    "sha384": (hashes.SHA384(), _MORE + "sha384", _MORE + "rsa-sha384", _MORE + "ecdsa-sha384"),
    "sha512": (
        hashes.SHA512(),
        "http://www.w3.org/2001/04/xmlenc#sha512",
        _MORE + "rsa-sha512",
        _MORE + "ecdsa-sha512",
    ),
}


def sign_delivery(
    signed_delivery_xml: bytes,
    key: SigningKey,
    certificate: x509.Certificate,
    *,
    digest: Digest = "sha256",
    form: Form = "plain",
    before: Sequence[x509.Certificate] = (),
) -> bytes:
    """Avsändaren's signature on a SignedDelivery that holds a Delivery; gives the document, prefix-less.

    With form="wire" any element is signed as it stands, prefixes and name and all. Raises Refused for what is no
    delivery.
    """
    if form == "wire":
        return _enveloped(
            canonical.canonical(as_utf8(signed_delivery_xml), INCLUSIVE_C14N), key, certificate, digest, before
        )
    return _enveloped(plain(signed_delivery_xml), key, certificate, digest, before)


def seal(
    signed: bytes,
    key: SigningKey,
    certificate: x509.Certificate,
    *,
    received: date,
    signatures_ok: bool = True,
    digest: Digest = "sha256",
    before: Sequence[x509.Certificate] = (),
) -> bytes:
    """Förmedlarens seal and signature around a signed SignedDelivery; gives the SealedDelivery, prefix-less."""
    return _enveloped(plain(sealed_unsigned(signed, received, signatures_ok)), key, certificate, digest, before)


def sealed_unsigned(signed: bytes, received: date, signatures_ok: bool) -> bytes:
    """The SealedDelivery before it is signed."""
    return (
        f'<{SEALED} xmlns="{MESSAGE_V3}">{plain(signed).decode("utf-8")}<Seal>'
        f'<ReceivedTime xmlns="{MESSAGE}">{received.isoformat()}</ReceivedTime>'
        f'<SignaturesOK xmlns="{MESSAGE}">{str(signatures_ok).lower()}</SignaturesOK></Seal></{SEALED}>'
    ).encode()


def plain(delivery: bytes) -> bytes:
    """The delivery in the form that Mina meddelanden signs: alone, canonical, prefix-less, named after its type."""
    found = read_delivery(delivery)
    assert found.root is not None
    return found.octets(found.root, None, Reading.MINA_MEDDELANDEN)


def deliver_secure(sealed: bytes) -> bytes:
    """The SOAP 1.1 request that delivers it: the children of SealedDelivery inside deliverSecure/deliverSecure."""
    inside = plain(sealed).partition(b">")[2].rpartition(b"</")[0]
    return (
        f'<soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body><s:deliverSecure xmlns:s="{SERVICE_V3}">'
        f'<s:deliverSecure xmlns="{MESSAGE_V3}">'.encode()
        + inside
        + b"</s:deliverSecure></s:deliverSecure></soap:Body></soap:Envelope>"
    )


def with_prefixes(document: bytes) -> bytes:
    """The same document as other stacks write it: a prefix for every namespace, all declared on the root."""
    root = etree.fromstring(document, canonical.PARSER)
    prefixes: dict[str, str] = {}
    for element in root.iter("*"):
        prefixes.setdefault(etree.QName(element).namespace or "", f"ns{len(prefixes) + 2}")
    return _written(root, prefixes, canonical.declarations({prefix: uri for uri, prefix in prefixes.items() if uri}))


def pretty_printed(document: bytes) -> bytes:
    """The same document indented, as a gateway or a hand does it after signing."""
    root = etree.fromstring(document, canonical.PARSER)
    etree.indent(root, "  ")
    return etree.tostring(root, encoding="utf-8")


def _written(element: etree._Element, prefixes: dict[str, str], declared: bytes = b"") -> bytes:
    name = etree.QName(element)
    written = f"{prefixes[name.namespace]}:{name.localname}" if name.namespace else name.localname
    tag = written.encode("utf-8")
    attributes = b"".join(canonical.attribute(key, value) for key, value in element.items())
    children = b"".join(_written(child, prefixes) + canonical.text(child.tail or "") for child in element)
    inside = canonical.text(element.text or "") + children
    return b"<" + tag + declared + attributes + b">" + inside + b"</" + tag + b">"


def _enveloped(
    octets: bytes, key: SigningKey, certificate: x509.Certificate, digest: Digest, before: Sequence[x509.Certificate]
) -> bytes:
    """The canonical document with its signature as the last child of the root."""
    algorithm, digest_method, for_rsa, for_ec = _METHODS[digest]
    hashed = hashes.Hash(algorithm)
    hashed.update(octets)
    info = _signed_info(for_rsa if isinstance(key, rsa.RSAPrivateKey) else for_ec, digest_method, hashed.finalize())
    certificates = "".join(
        f"<X509Certificate>{_text(one.public_bytes(Encoding.DER))}</X509Certificate>" for one in (*before, certificate)
    )
    inner = info.replace(canonical.attribute("xmlns", XML_SIGNATURE).decode(), "", 1)
    signature = (
        f'<Signature xmlns="{XML_SIGNATURE}">{inner}'
        f"<SignatureValue>{_text(_value(key, algorithm, info.encode()))}</SignatureValue><KeyInfo><X509Data>"
        f"<X509SubjectName>{canonical.text(certificate.subject.rfc4514_string()).decode()}</X509SubjectName>{certificates}"
        f"</X509Data></KeyInfo></Signature>"
    )
    inside, _, end = octets.rpartition(b"</")
    return inside + signature.encode() + b"</" + end


def _signed_info(method: str, digest_method: str, digest: bytes) -> str:
    """SignedInfo, canonical."""
    return (
        f'<SignedInfo xmlns="{XML_SIGNATURE}">'
        f'<CanonicalizationMethod Algorithm="{EXCLUSIVE_C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{method}"></SignatureMethod><Reference URI=""><Transforms>'
        f'<Transform Algorithm="{ENVELOPED_SIGNATURE}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{digest_method}"></DigestMethod><DigestValue>{_text(digest)}</DigestValue>'
        f"</Reference></SignedInfo>"
    )


def _value(key: SigningKey, algorithm: hashes.HashAlgorithm, octets: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), algorithm)
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(algorithm)))
    length = (key.curve.key_size + 7) // 8
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
