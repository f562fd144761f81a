"""How does a letter become a delivery? As C sections 4 and 6 say: header, message, signature, seal, envelope.

The signatures are made by `contract.signing`. Left out: where it is sent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from readiness.contract.names import MESSAGE, MESSAGE_V2, MESSAGE_V3, RECIPIENT_V3, SENDER, SERVICE_V3, SOAP_11
from readiness.contract.signing import (
    Digest,
    SigningKey,
    deliver_secure,
    pretty_printed,
    seal,
    sign_delivery,
    with_prefixes,
)
from readiness.demo.sending.letter import Letter
from readiness.demo.sending.settings import Identity

SUPPORT = "Har du frågor? Hör av dig till Exempelby kommun."


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the certificates of its file, leaf first."""

    key: SigningKey
    certificates: tuple[x509.Certificate, ...]


def read_signer(identity: Identity) -> Signer:
    """A key and its certificates, from their files."""
    key = load_pem_private_key(Path(identity.key).read_bytes(), None)
    chain = x509.load_pem_x509_certificates(Path(identity.certificate).read_bytes())
    return Signer(cast("SigningKey", key), tuple(chain))


def question(sender: str, recipients: Collection[str], quirks: Collection[str] = ()) -> bytes:
    """An isReachable request. `sender`: ten digits, which go with 16 before them (C section 3.1)."""
    number = sender if "far-ten-digits" in quirks else f"16{sender}"
    rows = "".join(f"<recipientId>{escape(one)}</recipientId>" for one in recipients)
    return (
        f'<soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body><isReachable xmlns="{RECIPIENT_V3}">'
        f"<senderOrgNr>{number}</senderOrgNr>{rows}</isReachable></soap:Body></soap:Envelope>"
    ).encode()


def delivery(
    letter: Letter, sender: str, signing: Signer, sealing: Signer, today: date, quirks: Collection[str] = ()
) -> bytes:
    """A deliverSecure request, signed and sealed. `sender`: ten digits."""
    digest: Digest = "sha1" if "sha-1" in quirks else "sha256"
    unsigned = _unsigned(letter, sender)
    if "signed-on-the-wire" in quirks:
        return _signed_on_the_wire(unsigned, signing, sealing, today)
    signed = sign_delivery(unsigned, signing.key, signing.certificates[0], digest=digest)
    before = signing.certificates[:1] if "first-certificate" in quirks else ()
    sealed = seal(signed, sealing.key, sealing.certificates[0], received=today, digest=digest, before=before)
    request = deliver_secure(sealed)
    return pretty_printed(request) if "pretty-printed" in quirks else request


def _signed_on_the_wire(unsigned: bytes, signing: Signer, sealing: Signer, today: date) -> bytes:
    """The same with each signature over the element as it is sent: with its prefixes, the seal's as deliverSecure."""
    signed = sign_delivery(with_prefixes(unsigned), signing.key, signing.certificates[0], form="wire")
    inner = (
        f'<s:deliverSecure xmlns:s="{SERVICE_V3}">{signed.decode("utf-8")}<m:Seal xmlns:m="{MESSAGE_V3}">'
        f'<t:ReceivedTime xmlns:t="{MESSAGE}">{today.isoformat()}</t:ReceivedTime>'
        f'<t:SignaturesOK xmlns:t="{MESSAGE}">true</t:SignaturesOK></m:Seal></s:deliverSecure>'
    )
    sealed = sign_delivery(inner.encode("utf-8"), sealing.key, sealing.certificates[0], form="wire")
    start = f'<soap:Envelope xmlns:soap="{SOAP_11}"><soap:Body><s:deliverSecure xmlns:s="{SERVICE_V3}">'
    return start.encode() + sealed + b"</s:deliverSecure></soap:Body></soap:Envelope>"


def _unsigned(letter: Letter, sender: str) -> bytes:
    recipients = "".join(f'<Recipient xmlns="{MESSAGE_V2}">{one}</Recipient>' for one in letter.recipients)
    return (
        f'<SignedDelivery xmlns="{MESSAGE_V3}"><Delivery><Header><Sender xmlns="{MESSAGE_V2}">'
        f'<Id xmlns="{SENDER}">16{sender}</Id><Name xmlns="{SENDER}">{escape(letter.sender_name)}</Name></Sender>'
        f"{recipients}</Header><Message>{_header(letter)}"
        f"<Body>{_content(letter.body_type, letter.body)}</Body>"
        f"<Attachment>{_content(letter.attachment_type, letter.attachment)}"
        f'<Checksum xmlns="{MESSAGE}">{letter.checksum}</Checksum>'
        f'<Filename xmlns="{MESSAGE}">{escape(letter.file_name)}</Filename></Attachment>'
        f"</Message></Delivery></SignedDelivery>"
    ).encode()


def _header(letter: Letter) -> str:
    # The schema takes no empty e-mail address: who has none leaves the element out (C section 4.2).
    email = f"<EmailAdress>{letter.support_email.strip('-')}</EmailAdress>" if letter.support_email else ""
    return (
        f"<Header><Id>{escape(letter.id)}</Id><Subject>{escape(letter.subject)}</Subject>"
        f"<Supportinfo><Text>{SUPPORT}</Text>{email}</Supportinfo><Language>{letter.language}</Language></Header>"
    )


def _content(type_: str, carried: str) -> str:
    return f'<ContentType xmlns="{MESSAGE}">{type_}</ContentType><Body xmlns="{MESSAGE}">{carried}</Body>'
