"""Which documents try to pass off something unsigned as signed? Each as data: what is done, and why it must be refused.

Wrapping (the genuine part is somewhere else than where it is read), exclusion (the signature is genuine but covers
less), substitution (another key, method or content), and what makes two parsers read two things. `avsandare` and
`formedlare`: the reason that each signature is refused for; None where that signature is still the genuine one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from readiness.contract.delivery_parts import Why
from readiness.contract.names import ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, MESSAGE_V3, RSA_SHA256, SHA256, XML_SIGNATURE
from readiness.contract.signing import deliver_secure
from tests.contract.deliveries import KOMMUN_A, RECIPIENT, avsandare, party, sealed, signed, unsigned

GENUINE = sealed()
OTHERS = sealed(signed(unsigned(body="Ett annat meddelande.")))
DS = XML_SIGNATURE.encode()
SIGNATURE = re.compile(rb"<Signature xmlns=.*?</Signature>", re.DOTALL)
SIGNED_DELIVERY = re.compile(rb"<SignedDelivery.*</SignedDelivery>", re.DOTALL)
DELIVERY = re.compile(rb"<Delivery>.*</Delivery>", re.DOTALL)
SIGNED_INFO = re.compile(rb"<SignedInfo.*?</SignedInfo>", re.DOTALL)
VALUE = re.compile(rb"<SignatureValue>.*?</SignatureValue>", re.DOTALL)
FORGED = DELIVERY.search(GENUINE)[0].replace(RECIPIENT.encode(), b"190001019999")


@dataclass(frozen=True)
class Attack:
    """One attack: its name, the document, and why each signature is refused."""

    name: str
    document: bytes
    avsandare: Why | None
    formedlare: Why | None


def both(name: str, document: bytes, why: Why) -> Attack:
    return Attack(name, document, why, why)


def inner(name: str, change: Callable[[bytes], bytes], why: Why) -> Attack:
    """SignedDelivery changed after sealing: förmedlarens digest differs, whatever becomes of avsändarens."""
    document = SIGNED_DELIVERY.sub(lambda found: change(found[0]), GENUINE)
    return Attack(name, document, why, Why.DIGEST_DIFFERS)


def swap(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace the first occurrence, which must be there."""

    def change(document: bytes) -> bytes:
        assert old in document, old
        return document.replace(old, new, 1)

    return change


def resigned(change: Callable[[bytes], bytes]) -> bytes:
    """A SignedDelivery whose SignedInfo avsändaren signed as changed: the signature is genuine, and asks for more."""
    document = signed()
    info = swap(b"<SignedInfo>", b'<SignedInfo xmlns="%s">' % DS)(change(SIGNED_INFO.search(document)[0]))
    octets = etree.tostring(etree.fromstring(info), method="c14n", exclusive=True)
    value = base64.b64encode(avsandare().key.sign(octets, padding.PKCS1v15(), hashes.SHA256()))
    document = document.replace(SIGNED_INFO.search(document)[0], info)
    return VALUE.sub(b"<SignatureValue>%s</SignatureValue>" % value, document)


def asking(name: str, change: Callable[[bytes], bytes], why: Why) -> Attack:
    """That SignedDelivery, sealed by förmedlaren without looking: his own signature stands."""
    return Attack(name, sealed(resigned(change)), why, None)


def digest_of(document: bytes) -> bytes:
    octets = etree.tostring(etree.fromstring(document), method="c14n")
    return b"<DigestValue>%s</DigestValue>" % base64.b64encode(hashlib.sha256(octets).digest())


DIGEST = re.compile(rb"<DigestValue>.*?</DigestValue>")
TRANSFORM = b'<Transform Algorithm="%s"></Transform>' % ENVELOPED_SIGNATURE.encode()
EXCLUDING = (
    b'<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>not(ancestor-or-self::*'
    b"[local-name()='Recipient'])</XPath></Transform>"
)


def excluding(info: bytes) -> bytes:
    """A signature that leaves the recipient out, with the digest of what is left."""
    left = re.sub(rb"<Recipient.*?</Recipient>", b"", unsigned())
    return DIGEST.sub(digest_of(left), swap(TRANSFORM, TRANSFORM + EXCLUDING)(info))


def hmac_signed(length: bytes = b"") -> bytes:
    """Avsändarens public key used as a shared secret: everybody has it."""
    secret = avsandare().certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    method = b'<SignatureMethod Algorithm="%shmac-sha1">%s</SignatureMethod>' % (DS, length)
    document = re.sub(rb"<SignatureMethod.*?</SignatureMethod>", lambda _: method, signed())
    info = swap(b"<SignedInfo>", b'<SignedInfo xmlns="%s">' % DS)(SIGNED_INFO.search(document)[0])
    octets = etree.tostring(etree.fromstring(info), method="c14n", exclusive=True)
    value = base64.b64encode(hmac.digest(secret, octets, "sha1")[: 1 if length else 20])
    return VALUE.sub(b"<SignatureValue>%s</SignatureValue>" % value, document)


def key_info(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """KeyInfo of a SignedDelivery changed."""
    return lambda document: re.sub(rb"<KeyInfo>.*</KeyInfo>", lambda found: change(found[0]), document, flags=re.DOTALL)


STRANGER = base64.b64encode(party("okänd", "165560000167").certificate.public_bytes(Encoding.DER))
CERTIFICATE = re.compile(rb"<X509Certificate>.*?</X509Certificate>")
OUTER = SIGNATURE.findall(GENUINE)[1]
INNER = SIGNATURE.findall(GENUINE)[0]
SOAP = deliver_secure(GENUINE)
BODY = re.compile(rb"<soap:Body>.*</soap:Body>", re.DOTALL)
HEADED = swap(b"<soap:Body>", b"<soap:Header>%s</soap:Header><soap:Body>" % GENUINE)(SOAP)
IN_FORGED = HEADED.rpartition(b"<soap:Body>")
EMPTY_PREFIX = b'<SealedDelivery xmlns="%s">' % MESSAGE_V3.encode()


def doctype(declaration: bytes, document: bytes = GENUINE) -> bytes:
    return b"<!DOCTYPE SealedDelivery %s>%s" % (declaration, document)


WRAPPING = (
    both("the genuine delivery in the header, a forged one in the body",
         IN_FORGED[0] + b"<soap:Body>" + SIGNATURE.sub(b"", DELIVERY.sub(lambda _: FORGED, IN_FORGED[2])), Why.SHAPE),
    both("a forged delivery before the genuine one, in the same body",
         BODY.sub(lambda found: b"<soap:Body>%s%s</soap:Body>" % (
             DELIVERY.sub(lambda _: FORGED, found[0][11:-12]), found[0][11:-12]), SOAP), Why.NO_DELIVERY),
    both("two bodies", BODY.sub(lambda found: found[0] * 2, SOAP), Why.NO_DELIVERY),
    both("another element before the delivery, in the same body", swap(b"<soap:Body>", b"<soap:Body><x/>")(SOAP),
         Why.NO_DELIVERY),
    both("the delivery one level further down", b"<x>%s</x>" % GENUINE, Why.NO_DELIVERY),
    both("the root in another namespace", swap(b"Message/v3", b"Message/v4")(GENUINE), Why.NO_DELIVERY),
    both("two SignedDelivery, the forged one first", SIGNED_DELIVERY.sub(
        lambda found: DELIVERY.sub(lambda _: FORGED, found[0]) + found[0], GENUINE), Why.SHAPE),
    both("the genuine SealedDelivery inside the seal of a forged one", swap(b"<Seal>", b"<Seal>%s" % GENUINE)(
        DELIVERY.sub(lambda _: FORGED, GENUINE)), Why.SHAPE),
    inner("a forged Delivery before the genuine one", swap(b"<Delivery>", FORGED + b"<Delivery>"), Why.SHAPE),
    inner("a forged Delivery after the genuine one", swap(b"</Delivery>", b"</Delivery>" + FORGED), Why.SHAPE),
    inner("the genuine Delivery in an Object of the Signature", lambda document: swap(
        b"</Signature>", b"<Object>%s</Object></Signature>" % DELIVERY.search(document)[0])(
        DELIVERY.sub(lambda _: FORGED, document)), Why.SIGNATURE_FORM),
    inner("the Signature before the Delivery", lambda document: swap(b"<Delivery>", INNER + b"<Delivery>")(
        SIGNATURE.sub(b"", document)), Why.SHAPE),
    both("a second Signature beside avsändarens", swap(INNER, INNER * 2)(GENUINE), Why.SHAPE),
    both("a second Signature beside förmedlarens", swap(OUTER, OUTER * 2)(GENUINE), Why.SHAPE),
    both("a Signature inside the message", swap(b"</Message>", INNER + b"</Message>")(GENUINE), Why.SHAPE),
    both("no Signature by avsändaren", swap(INNER, b"")(GENUINE), Why.SHAPE),
    Attack("förmedlarens Signature in avsändarens place", swap(INNER, OUTER)(GENUINE),
           Why.DIGEST_DIFFERS, Why.DIGEST_DIFFERS),
    asking("a Reference to an element of the message by Id", swap(b'URI=""', b'URI="#x"'), Why.REFERENCE),
    both("two elements with the Id that is referred to", swap(b"<Message>", b'<Message Id="x"><x Id="x"/>')(GENUINE),
         Why.DUPLICATE_ID),
    both("the same Id under another spelling", swap(b"<Message>", b'<Message Id="x"><x id="x"/>')(GENUINE),
         Why.DUPLICATE_ID),
)  # fmt: skip

EXCLUSION = (
    asking("an XPath transform that leaves the recipient out", excluding, Why.TRANSFORMS),
    asking("an XSLT transform", swap(TRANSFORM, TRANSFORM + TRANSFORM.replace(
        ENVELOPED_SIGNATURE.encode(), b"http://www.w3.org/TR/1999/REC-xslt-19991116")), Why.TRANSFORMS),
    asking("a base64 transform", swap(TRANSFORM, TRANSFORM.replace(b"enveloped-signature", b"base64")), Why.TRANSFORMS),
    asking("the enveloped transform twice", swap(TRANSFORM, TRANSFORM * 2), Why.TRANSFORMS),
    asking("no transform", swap(TRANSFORM, b""), Why.SIGNATURE_FORM),
    asking("no Reference", lambda info: re.sub(rb"<Reference.*</Reference>", b"", info), Why.SIGNATURE_FORM),
    asking("two References", lambda info: re.sub(rb"<Reference.*</Reference>", lambda found: found[0] * 2, info),
           Why.SIGNATURE_FORM),
    asking("a Reference without URI", swap(b' URI=""', b""), Why.REFERENCE),
    asking("a Reference to a Manifest", swap(b'URI=""', b'URI="" Type="%sManifest"' % DS), Why.REFERENCE),
    asking("a Reference to the network", swap(b'URI=""', b'URI="http://127.0.0.1:9/x"'), Why.REFERENCE),
    asking("a Reference to a file", swap(b'URI=""', b'URI="file:///etc/hostname"'), Why.REFERENCE),
    asking("an XPointer", swap(b'URI=""', b'URI="#xpointer(id(\'x\'))"'), Why.REFERENCE),
    asking("canonicalization of SignedInfo with comments", swap(
        EXCLUSIVE_C14N.encode(), EXCLUSIVE_C14N.encode() + b"WithComments"), Why.ALGORITHM),
    asking("an unknown canonicalization of SignedInfo", swap(EXCLUSIVE_C14N.encode(), b"urn:x"), Why.ALGORITHM),
    inner("a second SignedInfo", swap(b"<SignedInfo>", SIGNED_INFO.search(GENUINE)[0] + b"<SignedInfo>"),
          Why.SIGNATURE_FORM),
)  # fmt: skip

SUBSTITUTION = (
    Attack("HMAC with the public key as secret", sealed(hmac_signed()), Why.ALGORITHM, None),
    Attack("HMAC cut to eight bits", sealed(hmac_signed(b"<HMACOutputLength>8</HMACOutputLength>")),
           Why.SIGNATURE_FORM, None),
    asking("no signature method", swap(RSA_SHA256.encode(), b"http://www.w3.org/2000/09/xmldsig#none"), Why.ALGORITHM),
    asking("an MD5 digest", swap(SHA256.encode(), b"http://www.w3.org/2001/04/xmldsig-more#md5"), Why.ALGORITHM),
    asking("an ECDSA method for an RSA key", swap(b"rsa-sha256", b"ecdsa-sha256"), Why.CERTIFICATE),
    inner("a stranger's certificate", (lambda document: CERTIFICATE.sub(
        b"<X509Certificate>%s</X509Certificate>" % STRANGER, document)), Why.VALUE_DIFFERS),
    inner("a stranger's certificate before the genuine one", swap(
        b"<X509Certificate>", b"<X509Certificate>%s</X509Certificate><X509Certificate>" % STRANGER), Why.VALUE_DIFFERS),
    inner("no KeyInfo", key_info(lambda _: b""), Why.SIGNATURE_FORM),
    inner("a bare key", key_info(lambda _: b"<KeyInfo><KeyValue></KeyValue></KeyInfo>"), Why.CERTIFICATE),
    inner("the address of a key", key_info(swap(
        b"<X509Data>", b'<RetrievalMethod URI="http://127.0.0.1:9/k"></RetrievalMethod><X509Data>')),
        Why.CERTIFICATE),
    inner("a second X509Data with a stranger's certificate", key_info(swap(
        b"</KeyInfo>", b"<X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo>" % STRANGER)),
        Why.CERTIFICATE),
    inner("two X509Data", key_info(swap(b"<X509Data>", b"<X509Data></X509Data><X509Data>")),
          Why.CERTIFICATE),
    inner("a certificate that is none", swap(b"<X509Certificate>MII", b"<X509Certificate>AAA"), Why.CERTIFICATE),
    inner("an empty SignatureValue", lambda document: VALUE.sub(b"<SignatureValue></SignatureValue>", document),
          Why.VALUE_DIFFERS),
    inner("an element inside DigestValue", swap(b"<DigestValue>", b"<DigestValue><x/>"), Why.SIGNATURE_FORM),
    inner("another recipient", lambda document: DELIVERY.sub(lambda _: FORGED, document), Why.DIGEST_DIFFERS),
    inner("another sender", swap(KOMMUN_A.encode(), b"162021003898"), Why.DIGEST_DIFFERS),
    inner("the digest mended after a change", lambda document: DIGEST.sub(
        digest_of(DELIVERY.sub(lambda _: FORGED, unsigned())), DELIVERY.sub(lambda _: FORGED, document)),
        Why.VALUE_DIFFERS),
    Attack("another message of the same avsändare", SIGNED_DELIVERY.sub(
        lambda _: SIGNED_DELIVERY.search(OTHERS)[0], GENUINE), None, Why.DIGEST_DIFFERS),
    Attack("the seal's word turned", swap(b">true<", b">false<")(GENUINE), None, Why.DIGEST_DIFFERS),
)  # fmt: skip

ID = b">%s</Id>" % KOMMUN_A.encode()
TWO_READERS = (
    both("a comment inside the sender", swap(ID, b">1621200<!---->04748</Id>")(GENUINE), Why.COMMENT),
    both("a processing instruction inside the sender", swap(ID, b">1621200<?x?>04748</Id>")(GENUINE), Why.COMMENT),
    both("a comment in the Signature", swap(b"<KeyInfo>", b"<!----><KeyInfo>")(GENUINE), Why.COMMENT),
    both("a document type", doctype(b""), Why.DOCUMENT_TYPE),
    both("an entity for the sender", doctype(b'[<!ENTITY s "162021003898">]', swap(ID, b">&s;</Id>")(GENUINE)),
         Why.DOCUMENT_TYPE),
    both("an external entity", doctype(b'[<!ENTITY s SYSTEM "file:///etc/hostname">]', swap(ID, b">&s;</Id>")(GENUINE)),
         Why.DOCUMENT_TYPE),
    both("an external document type", doctype(b'SYSTEM "http://127.0.0.1:9/x.dtd"'), Why.DOCUMENT_TYPE),
    both("an attribute of a document type's making", doctype(b'[<!ATTLIST Message Id ID "x">]'), Why.DOCUMENT_TYPE),
    both("an entity that nobody declares", swap(ID, b">&s;</Id>")(GENUINE), Why.NOT_XML),
    inner("the sender in no namespace", lambda document: re.sub(
        rb'<Id xmlns="[^"]*">(162021004748)', rb'<Id xmlns="">\1', document), Why.DIGEST_DIFFERS),
    inner("an attribute put on the message", swap(b"<Message>", b'<Message x="1">'), Why.DIGEST_DIFFERS),
    inner("an attribute in a namespace put on the message", swap(b"<Message>", b'<Message xmlns:p="urn:x" p:x="1">'),
          Why.DIGEST_DIFFERS),
    Attack("an attribute on SealedDelivery", swap(EMPTY_PREFIX, EMPTY_PREFIX[:-1] + b' xml:lang="sv">')(GENUINE),
           None, Why.SHAPE),
    both("a relative namespace", swap(b"<Message>", b'<Message xmlns:p="x">')(GENUINE), Why.NOT_XML),
    both("white space inside the recipient", swap(RECIPIENT.encode(), RECIPIENT.encode() + b" ")(GENUINE),
         Why.DIGEST_DIFFERS),
    both("an encoding that hides characters", b'<?xml version="1.0" encoding="utf-7"?>' + GENUINE, Why.ENCODING),
    both("bytes that are not of the encoding", swap(b"Beslut", b"Beslut\xff")(GENUINE), Why.NOT_XML),
    both("XML 1.1", b'<?xml version="1.1"?>' + GENUINE, Why.NOT_XML),
    both("a second document behind the first", GENUINE * 2, Why.NOT_XML),
    both("a document that ends too soon", GENUINE[:-1], Why.NOT_XML),
    both("nothing", b"", Why.NOT_XML),
)  # fmt: skip

ATTACKS = (*WRAPPING, *EXCLUSION, *SUBSTITUTION, *TWO_READERS)
